/**
 * Whether what a registry serves is the image in the local store. Stores name an image differently: podman and
 * docker's older store by its config, docker's containerd store by a manifest or an index.
 */
import { isDeepStrictEqual } from 'node:util';
import type { LocalImage } from '../engines/engine.ts';
import type { Digest } from '../oci/digest.ts';
import { isAttestation } from '../oci/manifest.ts';
import { formatPlatform, type Platform, satisfies } from '../oci/platform.ts';
import type { Repository } from '../oci/reference.ts';
import type { FetchedManifest, Registry } from '../registry/registry.ts';

/**
 * @returns null where the registry does not have what would have to be compared
 * @throws Failure what the registry says besides 404
 */
export async function matchesLocal(
  local: LocalImage,
  served: FetchedManifest,
  repository: Repository,
  registry: Registry,
): Promise<boolean | null> {
  const { descriptor, manifest } = served;
  const id: string = local.imageId;
  if (id === descriptor.digest) return true;
  if (manifest.kind === 'index') {
    const children = manifest.manifests.filter((child) => !isAttestation(child));
    if (children.some(({ digest }) => digest === id)) return true;
    const child = children.find(({ platform }) => platform && satisfies(local.platform, platform));
    if (!child) return false;
    const fetched = await registry.manifest(repository, child.digest);
    return fetched && matchesLocal(local, fetched, repository, registry);
  }
  if (id === manifest.config.digest) return true;
  if (await isIndexOf(local, descriptor.digest, repository, registry)) return true;
  const bytes = await registry.config(repository, manifest.config);
  return bytes && sameImage(local, JSON.parse(new TextDecoder().decode(bytes)));
}

/**
 * docker's containerd store names an image that it pulled or built as an index by that index, and lists it as a
 * digest of its repository. Other ids are configs: asked for one as a manifest, a registry may answer 500.
 */
async function isIndexOf(
  { imageId, repoDigests }: LocalImage,
  digest: Digest,
  repository: Repository,
  registry: Registry,
): Promise<boolean> {
  const named = repoDigests.find((one) => one.digest === (imageId as string));
  if (!named) return false;
  const index = (await registry.manifest(repository, named.digest))?.manifest;
  return index?.kind === 'index' && index.manifests.some((child) => child.digest === digest);
}

/** image-spec config.md, as far as an engine's `inspect` shows it. */
interface ImageConfig extends Partial<Platform> {
  readonly created?: string;
  readonly rootfs?: { readonly diff_ids?: readonly string[] };
  readonly config?: Readonly<Record<string, unknown>>;
}

/** The same file system and the same way to run it, though perhaps written down as other bytes. */
function sameImage(local: LocalImage, image: ImageConfig): boolean {
  const { os = '', architecture = '', variant, created, rootfs, config = {} } = image;
  const platform = { os, architecture, ...(variant ? { variant } : {}) };
  return (
    formatPlatform(local.platform) === formatPlatform(platform) &&
    moment(local.created) === moment(created) &&
    isDeepStrictEqual(local.diffIds, rootfs?.diff_ids ?? []) &&
    isDeepStrictEqual(said(local.config), said(config))
  );
}

/** Docker writes the year 1 where nothing was said. */
function moment(text: string | null | undefined): number | null {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) || time <= Date.parse('0001-01-02T00:00:00Z') ? null : time;
}

/** docker fills in what a config leaves out, with nothing; a builder's traces are no way to run it. */
function said(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(config).filter(
    ([key, value]) => !TRACES.has(key) && !EMPTY.some((empty) => isDeepStrictEqual(value, empty)),
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const EMPTY = [null, undefined, '', false, [], {}] as const;
/** The classic builder's own container. */
const TRACES: ReadonlySet<string> = new Set(['Hostname', 'Image']);
