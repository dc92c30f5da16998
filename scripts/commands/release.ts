import { releaseText } from '../cli/text/build.ts';
import type { BuildRequest } from '../engines/engine.ts';
import { Failure } from '../errors.ts';
import { release as phase } from '../phases/release.ts';
import { readReference } from '../project.ts';
import { type DeployState, type PushRecord, writeState } from '../state.ts';
import { buildAndRecord } from './build.ts';
import { buildRequest } from './build-request.ts';
import { checkup } from './checkup.ts';
import { report } from './config-report.ts';
import type { CommandRun } from './index.ts';
import { lastPush, type Toolbox } from './toolbox.ts';

export const release: CommandRun = async (argument, tools) => {
  const { options, ports } = tools;
  const resume = options.resume ? await pushToResume(tools) : null;
  const request = resume ? null : await buildRequest(argument, tools);
  const codeCommit = resume ? resume.codeCommit : ((await tools.commit())?.hash ?? null);
  const outcome = await phase(
    {
      apply: options.apply ?? resume?.apply ?? false,
      allowUnverified: options.allowUnverified ?? false,
      resume,
      codeCommit,
    },
    {
      ...ports,
      doctor: () => checkup(tools, asked(request)),
      build: () => buildAndRecord(asked(request), tools),
      verify(reference, pushedAt) {
        ports.progress(`[verify] ${reference}`);
        return tools.verify(readReference(reference), { pushedAt, platforms: request?.platforms ?? [] });
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
  return { ...outcome, reference: outcome.data.reference, text: () => releaseText(outcome.data) };
};

/** In the project's state file, and in the history of its releases. */
export const saveState =
  ({ project, history }: Toolbox) =>
  async (state: DeployState): Promise<void> => {
    await writeState(project.stateFile, state);
    await history.append({
      kind: 'release',
      reference: state.container_image_uri,
      timestamp: state.timestamp,
      codeCommit: state.code_commit,
      verified: state.verified,
    });
  };

async function pushToResume({ history, options }: Toolbox): Promise<PushRecord> {
  const [tag] = options.tag ?? [];
  const push = tag ? await lastPush(history, tag) : (await history.pushes()).at(-1);
  if (push) return push;
  throw new Failure(
    'NOTHING_TO_RESUME',
    `nothing${tag ? ` under ${tag}` : ''} was pushed from this project yet`,
    {
      hint: "the engine's cache makes another build cheap",
      next: 'docker-build release',
    },
  );
}

/** Asked only where there is no push to go on from. */
function asked(request: BuildRequest | null): BuildRequest {
  if (!request) throw new Error('a resumed release builds nothing');
  return request;
}
