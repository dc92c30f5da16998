import { digestText } from '../cli/text/digest.ts';
import { EXIT, Failure } from '../errors.ts';
import { isDigest } from '../oci/digest.ts';
import { formatReference } from '../oci/reference.ts';
import { digest as phase } from '../phases/digest.ts';
import type { CommandRun } from './index.ts';
import { platform } from './platform.ts';
import { imageAsked, lastPush } from './toolbox.ts';

export const digest: CommandRun = async (argument, tools) => {
  const { options, ports, project, history } = tools;
  const { candidate, forPlatform } = options;
  if (candidate !== undefined && !isDigest(candidate)) {
    throw new Failure('USAGE', `--candidate ${candidate} is not sha256: and 64 hex digits`);
  }
  const image = await imageAsked(argument, project);
  const outcome = await phase(
    {
      image,
      ...(candidate ? { candidate } : {}),
      ...(forPlatform ? { forPlatform: platform(forPlatform) } : {}),
      ...(options.timeout === undefined ? {} : { timeoutSeconds: options.timeout }),
    },
    {
      ...ports,
      registry: tools.registry(),
      // only for what the local store says; without an engine there is nothing local to compare with
      engine: tools.engine().catch(withoutEngine),
      lastPush: await lastPush(history, formatReference(image)),
    },
  );
  return { ...outcome, reference: outcome.data.reference, text: () => digestText(outcome.data) };
};

function withoutEngine(error: unknown): null {
  if (error instanceof Failure && error.exit === EXIT.machine) return null;
  throw error;
}
