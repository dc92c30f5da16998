/** From the command line to the exit status. Nothing else in the program writes to stdout or ends the process. */
import { HelpAsked, type Invocation, parseArguments } from './cli/options.ts';
import { asFailure, render, type Shown, type Streams } from './cli/render.ts';
import { commands } from './commands/index.ts';
import { openToolbox, type Toolbox } from './commands/toolbox.ts';
import { EXIT, type ExitCode, Failure } from './errors.ts';
import { createLog } from './io/log.ts';
import type { Ports } from './io/ports.ts';
import { privateFolder } from './io/private-folder.ts';
import { createSecrets } from './io/secrets.ts';
import { openProject } from './project.ts';

export async function main(words: readonly string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const streams: Streams = {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  };
  end(await answer(words, streams));
}

async function answer(words: readonly string[], streams: Streams): Promise<ExitCode> {
  let invocation: Invocation;
  try {
    invocation = parseArguments(words);
  } catch (error) {
    if (error instanceof HelpAsked) {
      streams.out(error.message);
      return EXIT.ok;
    }
    const format = { json: words.includes('--json'), quiet: words.includes('--quiet') };
    return render(null, nothing(asFailure(error)), format, null, streams, (text) => text);
  }
  return perform(invocation, streams);
}

async function perform({ command, argument, options }: Invocation, streams: Streams): Promise<ExitCode> {
  const secrets = createSecrets();
  const format = { json: options.json ?? false, quiet: options.quiet ?? false };
  const { signal, release } = interruptible();
  let ports: Ports | undefined;
  let tools: Toolbox | undefined;
  let shown: Shown;
  try {
    const project = await openProject(options.project ?? '.');
    const folder = privateFolder(project.dir);
    const live = options.verbose || (process.stderr.isTTY && !format.quiet && !format.json);
    ports = {
      progress: format.quiet ? () => {} : (line) => streams.err(`${secrets.mask(line)}\n`),
      signal,
      now: () => new Date(),
      log: createLog({
        folder,
        command,
        now: new Date(),
        secrets,
        ...(live ? { live: process.stderr } : {}),
      }),
      secrets,
    };
    tools = openToolbox(project, options, ports, folder);
    const run = await commands[command]();
    shown = await run(argument, tools);
    shown = { ...shown, warnings: [...project.warnings, ...shown.warnings] };
  } catch (error) {
    const failure = asFailure(signal.aborted ? signal.reason : error);
    if (failure.code === 'INTERNAL') ports?.log.write(`${(error as Error).stack ?? error}\n`);
    shown = nothing(failure);
  } finally {
    release();
    tools?.close();
  }
  const status = render(command, shown, format, ports?.log.path ?? null, streams, secrets.mask);
  ports?.log.close();
  return status;
}

const nothing = (failure: Failure): Shown => ({
  data: null,
  warnings: [],
  failure,
  reference: null,
  text: () => '',
});

/** The first Ctrl-C ends the work in order, a second one at once. */
function interruptible(): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(
      new Failure('INTERRUPTED', 'interrupted', {
        hint: 'what was pushed before is recorded; a rebuild takes unchanged layers from the cache',
      }),
    );
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, stop);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.off(name, stop);
    },
  };
}

/** Waits until all is written, then ends, whatever else (an idle connection, a slow child) is still there. */
function end(status: ExitCode): void {
  process.exitCode = status;
  process.stdout.write('', (error?: NodeJS.ErrnoException | null) => {
    // a reader that has seen enough (`| head`) is no fault; a full disk is
    const lost = error && !['EPIPE', 'ERR_STREAM_DESTROYED'].includes(error.code ?? '');
    const said = lost ? `error INTERNAL: the answer cannot be written: ${error.message}\n` : '';
    process.stderr.write(said, () => process.exit(lost ? EXIT.internal : status));
  });
}
