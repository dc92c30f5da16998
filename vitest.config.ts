import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const slow = 'test/**/*.slow.test.ts';
const engines = 'test/engines/**/*.test.ts';
const SECOND = 1000;

/** `times` bounds a test, and each of its hooks. */
const project = (name: string, include: string, exclude: string[], times: number) => ({
  test: { name, include: [include], exclude, testTimeout: times, hookTimeout: times },
});

export default defineConfig({
  test: {
    // these tests wait for other programs more than they compute
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      project('unit', 'test/**/*.test.ts', [slow, engines], 30 * SECOND),
      project('engines', engines, [slow], 120 * SECOND),
      project('slow', slow, [], 600 * SECOND),
    ],
  },
});
