import { readFile } from 'node:fs/promises';
import type { Shown } from '../cli/render.ts';
import { verifyManyText, verifyText } from '../cli/text/verify.ts';
import { Failure, type Warning } from '../errors.ts';
import { formatReference, InvalidReference, parseReference, type Reference } from '../oci/reference.ts';
import type { CommandRun } from './index.ts';
import { platform as parse } from './platform.ts';
import { referenceAsked, type Toolbox, tagged, type VerifyAsked } from './toolbox.ts';

export const verify: CommandRun = async (argument, tools) => {
  const { level, platform, wait, from, all } = tools.options;
  const asked: VerifyAsked = {
    ...(level ? { level } : {}),
    ...(platform ? { platforms: platform.map(parse) } : {}),
    ...(wait === undefined ? {} : { waitSeconds: wait }),
  };
  if (from !== undefined || all) return many(argument, tools, asked);
  const outcome = await tools.verify(await referenceAsked(argument, tools.project), asked);
  return { ...outcome, reference: outcome.data.reference, text: () => verifyText(outcome.data) };
};

async function many(argument: string | undefined, tools: Toolbox, asked: VerifyAsked): Promise<Shown> {
  const { from, all } = tools.options;
  if (argument !== undefined || (from !== undefined && all)) {
    throw new Failure('USAGE', 'verify takes one reference or --from or --all, not both', {
      next: 'docker-build verify --help',
    });
  }
  const references =
    from === undefined ? await namedByProject(tools) : await namedIn(from, tools.ports.signal);
  const { failures, ...outcome } = await tools.verifyMany(references, asked);
  const warnings = references.length === 0 ? [nothingNamed] : [];
  return {
    ...outcome,
    warnings: [...warnings, ...outcome.warnings],
    reference: null,
    text: () => verifyManyText(outcome.data, failures),
  };
}

const nothingNamed: Warning = {
  code: 'NOTHING_TO_VERIFY',
  message: 'no file of this project names an image, so nothing was verified',
  hint: 'docker-build config-report shows the files that were looked at.',
};

/** What stands in the project's files now, whichever image it names; what is no reference is config-report's to tell. */
async function namedByProject(tools: Toolbox): Promise<Reference[]> {
  // loaded here: it searches and parses files, which the proof of one reference has no need of
  const { report } = await import('./config-report.ts');
  const { data } = await report(tools, { reference: null, mode: 'report', allowUnverified: true });
  const found = new Map<string, Reference>();
  for (const { current, status } of data.targets) {
    if (current === null || status === 'placeholder' || status === 'variable') continue;
    try {
      const reference = tagged(parseReference(current));
      found.set(formatReference(reference), reference);
    } catch (error) {
      if (!(error instanceof InvalidReference)) throw error;
    }
  }
  return [...found.values()];
}

/** One a line; blank lines and `#` lines are passed over, what stands twice is asked for once. */
async function namedIn(from: string, signal: AbortSignal): Promise<Reference[]> {
  const text = from === '-' ? await readStdin(signal) : await readFile(from, 'utf8').catch(unreadable(from));
  const found = new Map<string, Reference>();
  for (const [at, line] of text
    .split('\n')
    .map((one) => one.trim())
    .entries()) {
    if (!line || line.startsWith('#')) continue;
    const reference = inLine(line, `${from}:${at + 1}`);
    found.set(formatReference(reference), reference);
  }
  if (found.size > 0) return [...found.values()];
  throw new Failure(
    'USAGE',
    `${from === '-' ? 'the list on stdin' : from} names no image, so nothing was verified`,
    {
      hint: 'write one reference a line, as registry/repository@sha256:… or registry/repository:tag',
    },
  );
}

/** Somebody may never end it, so Ctrl-C must. @throws the reason of the signal */
async function readStdin(signal: AbortSignal): Promise<string> {
  const { text } = await import('node:stream/consumers');
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    text(process.stdin).then(resolve, reject);
  });
}

/** The line is not shown: whatever file was named, it may hold secrets. */
function inLine(line: string, where: string): Reference {
  try {
    return tagged(parseReference(line));
  } catch (error) {
    if (!(error instanceof InvalidReference)) throw error;
    throw new Failure('REFERENCE_INVALID', `${where} holds no image reference`, {
      hint: 'write one a line, as registry/repository@sha256:… or registry/repository:tag',
    });
  }
}

const unreadable = (file: string) => (error: Error) => {
  throw new Failure('FILE_UNREADABLE', `${file} cannot be read: ${error.message}`, { cause: error });
};
