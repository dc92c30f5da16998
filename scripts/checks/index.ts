/** All that `doctor` asks, in the order in which it tells. A new check is one file and one word here. */
import { buildSecrets } from './build-secrets.ts';
import type { Checker } from './check.ts';
import { context } from './context.ts';
import { credentials } from './credentials.ts';
import { disk } from './disk.ts';
import { dockerfileThere } from './dockerfile-there.ts';
import { engine } from './engine.ts';
import { engineShim } from './engine-shim.ts';
import { engineStore } from './engine-store.ts';
import { envFile } from './env-file.ts';
import { git } from './git.ts';
import { hosts } from './hosts.ts';
import { literal } from './literal.ts';
import { node } from './node.ts';
import { platforms } from './platforms.ts';
import { registry } from './registry.ts';
import { idmap } from './rootless-idmap.ts';
import { namespace } from './rootless-namespace.ts';
import { ranges } from './rootless-ranges.ts';
import { runtimeDir } from './rootless-runtime-dir.ts';
import { userns } from './rootless-userns.ts';
import { runSteps } from './run-steps.ts';

export const CHECKERS: readonly Checker[] = [
  node,
  engine,
  engineShim,
  engineStore,
  runSteps,
  userns,
  ranges,
  idmap,
  namespace,
  runtimeDir,
  registry,
  credentials,
  platforms,
  disk,
  dockerfileThere,
  envFile,
  context,
  buildSecrets,
  literal,
  git,
  hosts,
];
