import { fileURLToPath } from 'node:url';
import { type Finished, finish, type RunOptions } from './engines/finish.ts';

const source = fileURLToPath(new URL('../../scripts/docker-build.ts', import.meta.url));
const loader = import.meta.resolve('tsx');

/** What `--json` prints; `data` is as the schemas of scripts/results.ts say. */
export interface Printed {
  schemaVersion: number;
  command: string;
  ok: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: a test asks for what it expects to find
  data: any;
  warnings: { code: string; message: string; hint?: string }[];
  error: { code: string; message: string; hint?: string; next?: string } | null;
  log: string | null;
}

export interface Ran extends Finished {
  /** The one object on stdout; asking for it is an error if stdout is anything else. */
  readonly json: Printed;
}

/** Runs the product from source as a child process. Give it an engine's `env`, and a `cwd`: its project. */
export async function runProgram(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const finished = await finish(process.execPath, ['--import', loader, source, ...args], options);
  return {
    ...finished,
    get json(): Printed {
      try {
        return JSON.parse(finished.stdout);
      } catch {
        throw new Error(
          `docker-build ${args.join(' ')} (exit ${finished.exitCode}) printed no JSON:\n${finished.stdout}\n${finished.stderr}`,
        );
      }
    },
  };
}
