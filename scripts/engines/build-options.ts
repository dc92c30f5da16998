/** The build options that every engine spells alike, as words of a command line. Pure. */
import { formatPlatform, type Platform } from '../oci/platform.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import type { BuildArgs, BuildRequest } from './engine.ts';

const each = (flag: string, values: readonly string[]): string[] => values.flatMap((value) => [flag, value]);
const one = (flag: string, value: string | undefined): string[] => (value === undefined ? [] : [flag, value]);

export const tagWords = (tags: readonly Reference[]): string[] => each('--tag', tags.map(formatReference));

export const platformWords = (platforms: readonly Platform[]): string[] =>
  platforms.length === 0 ? [] : ['--platform', platforms.map(formatPlatform).join(',')];

/** All of them but `--builder`, `--provenance`, `--sbom` and `--pull`, which differ between the engines. */
export const commonWords = ({ file, args }: BuildRequest): string[] => [
  '--file',
  file,
  ...each('--build-arg', args.buildArg),
  ...each('--secret', args.secret),
  ...each('--ssh', args.ssh),
  ...each('--label', args.label),
  ...each('--annotation', args.annotation),
  ...each('--cache-from', args.cacheFrom),
  ...each('--cache-to', args.cacheTo),
  ...each('--build-context', args.buildContext),
  ...one('--target', args.target),
  ...one('--network', args.network),
  ...(args.noCache ? ['--no-cache'] : []),
];

/** The options of this request that are in use, as the user wrote them, out of those asked about. */
export function used(args: BuildArgs, options: readonly (keyof typeof SPELT)[]): string[] {
  return options.filter((name) => isSet(args[name])).map((name) => SPELT[name]);
}

export const SPELT = {
  secret: '--secret',
  ssh: '--ssh',
  annotation: '--annotation',
  cacheFrom: '--cache-from',
  cacheTo: '--cache-to',
  buildContext: '--build-context',
  builder: '--builder',
  provenance: '--provenance',
  sbom: '--sbom',
} as const satisfies Partial<Record<keyof BuildArgs, string>>;

const isSet = (value: readonly string[] | string | undefined): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== undefined && value !== 'false';
