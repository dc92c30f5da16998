import { buildText } from '../cli/text/build.ts';
import type { BuildRequest } from '../engines/engine.ts';
import { firstTag } from '../engines/first-tag.ts';
import type { Outcome } from '../errors.ts';
import { formatPlatform } from '../oci/platform.ts';
import { formatReference } from '../oci/reference.ts';
import { nothingBuilt, build as phase } from '../phases/build.ts';
import { megabytes, seconds } from '../phases/release.ts';
import type { BuildData } from '../results.ts';
import { buildRequest } from './build-request.ts';
import { checkup } from './checkup.ts';
import type { CommandRun } from './index.ts';
import type { Toolbox } from './toolbox.ts';

export const build: CommandRun = async (argument, tools) => {
  const request = await buildRequest('build', argument, tools);
  const checks = await checkup(tools, request);
  const image = formatReference(firstTag(request));
  if (checks.failure) return { ...checks, data: { ...nothingBuilt, image }, reference: null, text: () => '' };
  const outcome = await buildAndRecord(request, tools);
  const { data } = outcome;
  const state =
    data.reference && !outcome.failure
      ? {
          CONTAINER_IMAGE_URI: data.reference,
          IMAGE_SIZE: megabytes(data.sizeBytes),
          BUILD_TIMESTAMP: seconds(tools.ports.now()),
          BUILD_STATUS: 'unverified' as const,
        }
      : null;
  return {
    ...outcome,
    warnings: [...checks.warnings, ...outcome.warnings],
    reference: data.reference,
    text: () => buildText(data, state),
  };
};

/** Builds, and remembers each push the moment it is done: an interrupted run can be resumed. */
export async function buildAndRecord(request: BuildRequest, tools: Toolbox): Promise<Outcome<BuildData>> {
  const { options, ports, history } = tools;
  const [engine, commit] = await Promise.all([tools.engine(), tools.commit()]);
  const [first] = request.tags;
  if (first && !options.dryRun) {
    const image = formatReference(first);
    ports.progress(`[build] ${engine.name} builds${request.noPush ? '' : ', and pushes to'} ${image}`);
    if (!request.noPush) await history.append({ kind: 'build', image, startedAt: ports.now().toISOString() });
  }
  return phase(
    {
      request,
      dryRun: options.dryRun ?? false,
      ...(options.timeout === undefined ? {} : { timeoutSeconds: options.timeout }),
    },
    {
      ...ports,
      registry: tools.registry(),
      engine: {
        ...engine,
        async publish(asked, progress) {
          const published = await engine.publish(asked, progress);
          const { pushed, built } = published;
          if (pushed) {
            await history.append({
              kind: 'push',
              image: formatReference(pushed.tag),
              digest: pushed.digest,
              imageId: built.imageId,
              sizeBytes: built.sizeBytes,
              pushedAt: ports.now().toISOString(),
              codeCommit: commit?.hash ?? null,
              apply: options.apply ?? false,
              platforms: request.platforms.map(formatPlatform),
            });
          }
          return published;
        },
      },
    },
  );
}
