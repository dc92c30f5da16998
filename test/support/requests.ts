/** What `build` is asked for, with everything that a test does not speak of left off. */
import type { BuildArgs, BuildRequest } from '../../scripts/engines/engine.ts';
import { parsePlatform } from '../../scripts/oci/platform.ts';
import { parseReference } from '../../scripts/oci/reference.ts';

const NO_ARGS: BuildArgs = {
  buildArg: [],
  secret: [],
  ssh: [],
  label: [],
  annotation: [],
  cacheFrom: [],
  cacheTo: [],
  buildContext: [],
  noCache: false,
  pull: false,
};

export interface Asked {
  readonly tags: readonly string[];
  readonly platforms?: readonly string[];
  readonly args?: Partial<BuildArgs>;
  readonly noPush?: boolean;
  readonly file?: string;
}

export const buildRequest = (
  folder: string,
  { tags, platforms = [], args = {}, noPush = false, file }: Asked,
): BuildRequest => ({
  context: folder,
  file: file ?? `${folder}/Dockerfile`,
  tags: tags.map(parseReference),
  platforms: platforms.map((text) => {
    const parsed = parsePlatform(text);
    if (!parsed) throw new Error(`${text} is no platform`);
    return parsed;
  }),
  args: { ...NO_ARGS, ...args },
  noPush,
});
