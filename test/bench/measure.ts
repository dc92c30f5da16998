/** Times of whole processes, taken in turns, so that whatever else the machine does falls on all of them alike. */
import { spawn } from 'node:child_process';

export interface Run {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Run before each time, not counted. */
  readonly before?: () => Promise<unknown>;
}

/** Milliseconds, the median of `rounds`, by name. @throws if one of them fails */
export async function inTurns(
  runs: Readonly<Record<string, Run>>,
  rounds: number,
): Promise<Record<string, number>> {
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(runs)) {
      await run.before?.();
      times[name]?.push(await wall(run));
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

async function wall({ program, args, env = process.env, cwd }: Run): Promise<number> {
  const began = performance.now();
  const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stderr}`);
  return performance.now() - began;
}

export const median = (all: readonly number[]): number =>
  [...all].sort((a, b) => a - b)[all.length >> 1] ?? 0;
