/**
 * The one place where another program is started, through zx.
 * Commands are values made purely elsewhere; a secret is never in `args`, only in `env` or `input`.
 */
import type { Writable } from 'node:stream';
import { $ } from 'zx/core';
import { shellWord } from './shell-word.ts';

/** A command as a value: what `--dry-run` prints and what `run` starts. No shell is involved in its words. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Added to the process environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Written to its standard input, which is otherwise empty. */
  readonly input?: string;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds after which it is ended; none if left out. */
  readonly timeout?: number;
  /** Gets stdout and stderr as they come (the log, a terminal). */
  readonly tee?: readonly Writable[];
}

export interface Finished {
  /** Null where it was ended by a signal or could not be started. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** The program is not on PATH. */
  readonly notFound: boolean;
}

/** The command as a person would type it in a POSIX shell. */
export const commandLine = (command: Command): string =>
  [command.program, ...command.args].map(shellWord).join(' ');

/** Runs to the end, whatever its exit status: the caller, who knows the program, judges it. */
export async function run(command: Command, options: RunOptions = {}): Promise<Finished> {
  const { signal, timeout, tee = [] } = options;
  signal?.throwIfAborted();
  const env = { ...process.env, ...command.env };
  // prefix, postfix, shell and quote are pinned: ZX_PREFIX and ZX_SHELL of the environment would run inside
  // every command, and zx's own quote writes bash's $'…', which /bin/sh does not read.
  const shell = $({
    shell: '/bin/sh',
    prefix: '',
    postfix: '',
    quote: shellWord,
    env: Object.fromEntries(Object.entries(env).filter((e): e is [string, string] => e[1] !== undefined)),
    ...(command.cwd ? { cwd: command.cwd } : {}),
    input: command.input ?? '',
    stdio: 'pipe',
    nothrow: true,
    quiet: true,
    verbose: false,
    detached: false,
    ...(signal ? { signal } : {}),
    preferLocal: false,
    // zx ends late programs by asking `ps`, which small machines do not have, and throws past us without it
    timeout: 0,
  });
  // A shell whose child is ended in its place exits by itself, so the exit status does not tell.
  let late = false;
  const clock =
    timeout &&
    setTimeout(() => {
      late = true;
      child.child?.kill('SIGKILL');
      // what it has started may live on, and hold these
      child.child?.stdout?.destroy();
      child.child?.stderr?.destroy();
    }, timeout);
  // exec: the program takes the shell's place, so that a signal reaches it and no shell is left behind.
  const child = shell`exec ${[command.program, ...command.args]}`;
  // A program may end without reading its input; that is its own affair, and no fault of ours.
  child.stdin.on('error', () => {});
  for (const sink of tee) {
    child.stdout.pipe(sink, { end: false });
    child.stderr.pipe(sink, { end: false });
  }
  const done = await child;
  clearTimeout(clock);
  signal?.throwIfAborted();
  return {
    exitCode: done.exitCode,
    stdout: done.stdout,
    stderr: done.stderr,
    timedOut: late,
    notFound: done.exitCode === 127,
  };
}
