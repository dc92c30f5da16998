/** Runs an engine's commands with the environment of the run, into the log; a failed one becomes a Failure. */
import { sleep } from '../io/retry.ts';
import { type Command, commandLine, type Finished, type RunOptions, run } from '../io/run.ts';
import type { EngineContext } from './context.ts';
import type { EngineName } from './engine.ts';
import { type Stage, translate } from './translate.ts';

/** What the failure is about, for its text. */
export interface Subject {
  /** What it was doing when it failed; where one command does both, told by its output. */
  readonly stage: Stage | ((output: string) => Stage);
  /** The image that is built or pushed. */
  readonly image: string;
  /** A registry that stumbles (5xx, a cut connection) is asked a second time: not every engine does so itself. */
  readonly again?: boolean;
}

export interface Runner {
  /** A question: its answer is not shown, its exit status is for the caller to judge. */
  readonly ask: (command: Command, timeout?: number) => Promise<Finished>;
  /** Work: what it prints goes to the log and to a terminal. @throws Failure as `translate` has it */
  readonly work: (command: Command, subject: Subject, options?: Pick<RunOptions, 'tee'>) => Promise<Finished>;
  /** Puts away what the run made, also after it was interrupted; whether it worked does not matter. */
  readonly clean: (command: Command) => Promise<Finished>;
}

const ASK_MS = 30_000;
/** How long a registry that stumbled is left alone, in milliseconds. */
const STUMBLE_MS = 1_000;
/** Lines of an engine's output that are shown when it fails. */
const SHOWN = 12;

export function createRunner(engine: EngineName, { ports, env = {} }: EngineContext): Runner {
  const withEnv = (command: Command): Command => ({ ...command, env: { ...env, ...command.env } });
  const work: Runner['work'] = async (command, subject, { tee = [] } = {}) => {
    ports.log.write(`$ ${commandLine(command)}\n`);
    const log = ports.log.stream();
    const done = await run(withEnv(command), { signal: ports.signal, tee: [log, ...tee] }).finally(
      () => new Promise((written) => log.end(written)),
    );
    if (done.exitCode === 0) return done;
    const output = `${done.stdout}\n${done.stderr}`;
    const stage = typeof subject.stage === 'function' ? subject.stage(output) : subject.stage;
    const failure = translate(output, { engine, image: subject.image, stage });
    if (subject.again && failure.code === 'UNREACHABLE') {
      ports.progress(`  ${failure.message}; once more`);
      await sleep(STUMBLE_MS, ports.signal);
      return work(command, { ...subject, again: false }, { tee });
    }
    for (const line of lastLines(done)) ports.progress(`  ${line}`);
    throw failure;
  };
  return {
    clean: (command) => run(withEnv(command), { timeout: ASK_MS }),
    ask: (command, timeout = ASK_MS) => run(withEnv(command), { signal: ports.signal, timeout }),
    work,
  };
}

const lastLines = ({ stdout, stderr }: Finished): string[] =>
  (stderr.trim() || stdout.trim())
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-SHOWN);
