/** Which push `--resume` goes on from. */
import type { Options } from '../cli/options.ts';
import { Failure } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import type { HistoryRecord, PushRecord } from '../state.ts';

/**
 * The last push, of `image` (`registry/repository:tag`) if one is named, unless a build began after it: what came of that one is not there.
 * @param inForce what the state file names; a finished release that is not in force was rolled back
 * @throws Failure NOTHING_TO_RESUME
 */
export function pushToResume(
  records: readonly HistoryRecord[],
  { image, apply = false }: { readonly image: string | undefined; readonly apply: boolean | undefined },
  inForce: Digest | null,
): PushRecord {
  const mine = records.filter((one) => one.kind === 'release' || !image || one.image === image);
  const at = mine.findLastIndex(({ kind }) => kind === 'push');
  const push = mine[at];
  if (push?.kind !== 'push') {
    throw nothing(`nothing${image ? ` under ${image}` : ''} was pushed from this project yet`, again(image));
  }
  const later = mine.slice(at + 1);
  const begun = later.find((one) => one.kind === 'build');
  if (begun?.kind === 'build') {
    throw nothing(
      `the build of ${begun.image} that began at ${begun.startedAt} was not pushed`,
      again(image),
    );
  }
  const finished = later.some(
    (one) => one.kind === 'release' && one.verified && one.reference.endsWith(push.digest),
  );
  if (finished && inForce && inForce !== push.digest && !apply) {
    throw nothing(
      `the release of ${push.image} was finished, and ${inForce} is in force now`,
      'docker-build status',
    );
  }
  return push;
}

const again = (image: string | undefined): string => `docker-build release${image ? ` -t ${image}` : ''}`;

const nothing = (why: string, next: string) =>
  new Failure('NOTHING_TO_RESUME', why, { hint: "the engine's cache makes another build cheap", next });

/** What only a build could heed. */
const OF_A_BUILD = {
  file: '--file',
  platform: '--platform',
  buildArg: '--build-arg',
  secret: '--secret',
  ssh: '--ssh',
  target: '--target',
  pull: '--pull',
  label: '--label',
  annotation: '--annotation',
  cacheFrom: '--cache-from',
  cacheTo: '--cache-to',
  buildContext: '--build-context',
  network: '--network',
  provenance: '--provenance',
  sbom: '--sbom',
  builder: '--builder',
} as const satisfies Partial<Record<keyof Options, string>>;

/** @throws Failure USAGE */
export function refuseBuildOptions(context: string | undefined, options: Options): void {
  const flags = Object.entries(OF_A_BUILD).filter(([key]) => options[key as keyof Options] !== undefined);
  const given: string[] = [
    ...(context === undefined ? [] : [context]),
    ...(options.cache === false ? ['--no-cache'] : []),
    ...flags.map(([, flag]) => flag),
  ];
  if (given.length === 0) return;
  throw new Failure('USAGE', `--resume builds nothing, so ${given.join(' ')} cannot be heeded`, {
    hint: 'leave it out, or leave --resume out to build again',
    next: 'docker-build release --resume',
  });
}
