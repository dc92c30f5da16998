/** All that `doctor` asks, in the order in which it tells. A new check is one file and one word here. */
import type { Checker } from './check.ts';
import { context } from './context.ts';
import { dockerfileThere } from './dockerfile-there.ts';
import { engine } from './engine.ts';
import { envFile } from './env-file.ts';
import { node } from './node.ts';
import { registry } from './registry.ts';
import { idmap } from './rootless-idmap.ts';
import { namespace } from './rootless-namespace.ts';
import { ranges } from './rootless-ranges.ts';
import { runtimeDir } from './rootless-runtime-dir.ts';
import { userns } from './rootless-userns.ts';

export const CHECKERS: readonly Checker[] = [
  node,
  engine,
  userns,
  ranges,
  idmap,
  namespace,
  runtimeDir,
  registry,
  dockerfileThere,
  envFile,
  context,
];
