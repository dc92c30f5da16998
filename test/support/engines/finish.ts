import { execFile } from 'node:child_process';

export interface Finished {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  timeoutMs?: number;
}

/** Runs a program to its end; a failure is an answer, not an exception. A program that cannot be run is exit 127. */
export function finish(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const { env = process.env, cwd, timeoutMs = 120_000 } = options;
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { env, cwd, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const exitCode = error ? (typeof error.code === 'number' ? error.code : 127) : 0;
        resolve({ exitCode, stdout, stderr: exitCode === 127 ? `${stderr}${error?.message}` : stderr });
      },
    );
  });
}
