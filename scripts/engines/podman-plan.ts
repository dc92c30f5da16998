import type { Command } from '../io/run.ts';
import { formatPlatform } from '../oci/platform.ts';
import { formatReference } from '../oci/reference.ts';
import type { EngineContext } from './context.ts';
import type { BuildRequest } from './engine.ts';
import { firstTag } from './first-tag.ts';
import * as podman from './podman-commands.ts';
import { planned } from './scratch.ts';
import { refuseOnPodman } from './suitability.ts';

/** The id is not known before the build: the plan pushes by name. */
export function plan(request: BuildRequest, { authfile, tlsVerify }: EngineContext): Command[] {
  refuseOnPodman(request);
  const tag = firstTag(request);
  const image = formatReference(tag);
  const access = { authfile, tlsVerify };
  const [digest, iid] = [planned.path('digest'), planned.path('iid')];
  const { platforms, tags, noPush } = request;
  if (platforms.length < 2) {
    const [platform] = platforms;
    const build = podman.buildCommand({ request, tags, platform, iidfile: iid, access });
    return noPush ? [build] : [build, podman.pushCommand(image, tag, digest, access)];
  }
  const built = platforms.map((platform) => {
    const name = `${image}-${formatPlatform(platform).replaceAll('/', '-')}`;
    const local = { ...tag, tag: name.slice(name.lastIndexOf(':') + 1) };
    return { local, build: podman.buildCommand({ request, tags: [local], platform, iidfile: iid, access }) };
  });
  return [
    ...built.map(({ build }) => build),
    podman.createList(image),
    ...built.map(({ local }) => podman.addToList(image, formatReference(local))),
    ...(noPush ? [] : [podman.pushList(image, tag, digest, access)]),
  ];
}
