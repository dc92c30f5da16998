import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const slow = 'test/**/*.slow.test.ts';
const engines = 'test/engines/**/*.test.ts';
const alone = ['emulation', 'platforms', 'failures'].map((name) => `test/engines/${name}.test.ts`);
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
      project('engines', engines, [slow, ...alone], 120 * SECOND),
      // whether this machine emulates another one is true for all of it: these come one after another
      {
        test: {
          ...project('alone', '', [slow], 120 * SECOND).test,
          include: alone,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      project('slow', slow, [], 600 * SECOND),
    ],
  },
});
