import type { Options } from '../cli/options.ts';
import { releaseText } from '../cli/text/build.ts';
import { released } from '../config/released.ts';
import type { BuildRequest } from '../engines/engine.ts';
import { firstTag } from '../engines/first-tag.ts';
import { Failure, type Outcome } from '../errors.ts';
import { formatReference, parseReference } from '../oci/reference.ts';
import { release as phase } from '../phases/release.ts';
import { readReference } from '../project.ts';
import type { ReleaseData } from '../results.ts';
import { type DeployState, type PushRecord, readState, releaseRecord, writeState } from '../state.ts';
import { buildAndRecord } from './build.ts';
import { buildRequest } from './build-request.ts';
import { checkup } from './checkup.ts';
import { report } from './config-report.ts';
import { foresee } from './foresee.ts';
import type { CommandRun } from './index.ts';
import { platform } from './platform.ts';
import { pushToResume, refuseBuildOptions } from './resume.ts';
import { type Toolbox, tagged } from './toolbox.ts';

export const release: CommandRun = async (argument, tools) => {
  const { options, ports } = tools;
  const resume = options.resume ? await resumable(argument, tools) : null;
  const request = resume ? null : await buildRequest('release', argument, tools);
  const platforms = request?.platforms ?? resume?.platforms?.map(platform) ?? [];
  const image = resume ? parseReference(resume.image) : firstTag(asked(request));
  const codeCommit = resume ? resume.codeCommit : ((await tools.commit())?.hash ?? null);
  const outcome = await phase(
    {
      apply: options.apply ?? resume?.apply ?? false,
      allowUnverified: options.allowUnverified ?? false,
      resume,
      codeCommit,
      image: formatReference(image),
      dryRun: options.dryRun ?? false,
    },
    {
      ...ports,
      foresee: () => foresee(image.repository, tools),
      doctor: () => checkup(tools, asked(request)),
      build: () => buildAndRecord(asked(request), tools),
      verify(reference, pushedAt) {
        ports.progress(`[verify] ${reference}`);
        return tools.verify(readReference(reference), { pushedAt, platforms });
      },
      configReport: (reference, apply) =>
        // proven a moment ago, or let through by name: not again
        report(tools, {
          reference: readReference(reference),
          mode: apply ? 'apply' : 'report',
          allowUnverified: true,
        }),
      saveState: saveState(tools),
    },
  );
  return {
    ...withNext(outcome, options),
    reference: outcome.data.reference,
    text: () => releaseText(outcome.data),
  };
};

/** In the project's state file, and in the history of its releases. */
const saveState =
  ({ project, history }: Toolbox) =>
  async (state: DeployState): Promise<void> => {
    await writeState(project.stateFile, state);
    await history.append(releaseRecord(state));
  };

/** @throws Failure USAGE, NOTHING_TO_RESUME */
async function resumable(
  context: string | undefined,
  { project, history, options }: Toolbox,
): Promise<PushRecord> {
  refuseBuildOptions(context, options);
  const [tag] = options.tag ?? [];
  const image = tag && formatReference(tagged(readReference(tag)));
  const current = released(await readState(project.stateFile));
  return pushToResume(await history.all(), { image, apply: options.apply }, current?.digest ?? null);
}

/** What is left to do after Ctrl-C: all of it, or only what comes after the push. */
function withNext(outcome: Outcome<ReleaseData>, { apply, tag = [] }: Options): Outcome<ReleaseData> {
  const { data, failure } = outcome;
  if (failure?.code !== 'INTERRUPTED') return outcome;
  const words = [
    'docker-build release',
    ...(data.reference ? ['--resume'] : []),
    ...tag.flatMap((name) => ['-t', name]),
    ...(apply ? ['--apply'] : []),
  ];
  const { message, hint = '' } = failure;
  return {
    ...outcome,
    failure: new Failure('INTERRUPTED', message, { hint, next: words.join(' '), cause: failure }),
  };
}

/** Asked only where there is no push to go on from. */
function asked(request: BuildRequest | null): BuildRequest {
  if (!request) throw new Error('a resumed release builds nothing');
  return request;
}
