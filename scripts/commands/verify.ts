import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import type { Shown } from '../cli/render.ts';
import { verifyManyText, verifyText } from '../cli/text/verify.ts';
import { Failure } from '../errors.ts';
import { readReference } from '../project.ts';
import type { CommandRun } from './index.ts';
import { referenceAsked, type Toolbox, type VerifyAsked } from './toolbox.ts';

export const verify: CommandRun = async (argument, tools) => {
  const { level, platform, wait, from, all } = tools.options;
  const asked: VerifyAsked = {
    ...(level ? { level } : {}),
    ...(platform ? { platforms: platform } : {}),
    ...(wait === undefined ? {} : { waitSeconds: wait }),
  };
  if (from !== undefined || all) return many(argument, tools, asked);
  const outcome = await tools.verify(await referenceAsked(argument, tools.project), asked);
  return { ...outcome, reference: outcome.data.reference, text: () => verifyText(outcome.data) };
};

async function many(argument: string | undefined, tools: Toolbox, asked: VerifyAsked): Promise<Shown> {
  if (argument !== undefined) {
    throw new Failure('USAGE', 'verify takes one reference or --from or --all, not both', {
      next: 'docker-build verify --help',
    });
  }
  const { from } = tools.options;
  const names = from === undefined ? await namedByProject(tools) : await namesIn(from);
  const outcome = await tools.verifyMany(names.map(readReference), asked);
  return { ...outcome, reference: null, text: () => verifyManyText(outcome.data) };
}

/** One a line; blank lines and `#` lines are passed over. */
async function namesIn(from: string): Promise<string[]> {
  const text =
    from === '-' ? await readStream(process.stdin) : await readFile(from, 'utf8').catch(unreadable(from));
  const names = text.split('\n').map((line) => line.trim());
  return [...new Set(names.filter((line) => line && !line.startsWith('#')))];
}

const unreadable = (file: string) => (error: Error) => {
  throw new Failure('FILE_UNREADABLE', `${file} cannot be read: ${error.message}`, { cause: error });
};
