import { appendFileSync } from 'node:fs';

/** A line for the fault table (test/bench/faults.bench.ts), which names the file to collect in. */
export interface Recorded {
  /** `file.test.ts`, and what its tests are called. */
  readonly file: string;
  readonly test: string;
  readonly status: string | null;
  readonly code: string | null;
  readonly exit: number;
  readonly ms: number;
}

export const RECORDS = 'DOCKER_BUILD_FAULT_RECORDS';

/** Of the test that is running. Nothing, unless somebody collects. */
export async function record(outcome: Omit<Recorded, 'file' | 'test'>): Promise<void> {
  const into = process.env[RECORDS];
  if (into === undefined) return;
  // loaded only in a test: who collects reads the names above without one
  const { expect } = await import('vitest');
  const { testPath = '', currentTestName: test = '' } = expect.getState();
  const line: Recorded = { file: testPath.split('/test/').at(-1) ?? '', test, ...outcome };
  appendFileSync(into, `${JSON.stringify(line)}\n`);
}
