/** Asks a registry for content, each thing once however many references need it, and outlasts its lag. */
import { EXIT, Failure } from '../errors.ts';
import { monotonic } from '../io/clock.ts';
import type { Digest } from '../oci/digest.ts';
import type { Descriptor } from '../oci/manifest.ts';
import type { Repository } from '../oci/reference.ts';
import type { FetchedManifest, Registry, RequestOptions } from '../registry/registry.ts';
import { type Asked, type LagOptions, outlast } from './lag.ts';

/** A layer as far as the level looks at it; bytes that were read for it. */
export interface BlobFound {
  readonly size: number | null;
  readonly bytesRead: number;
}

/** Every answer: what was found, or null with a final 404; and how often it was asked for. */
export interface Asker {
  readonly manifest: (
    repository: Repository,
    name: string,
    lag: LagOptions,
  ) => Promise<Asked<FetchedManifest>>;
  /** What no host needs: looked for, not insisted on. Null where it is not there, else why it could not be had. */
  readonly attestation: (repository: Repository, digest: Digest) => Promise<FetchedManifest | Failure | null>;
  readonly config: (
    repository: Repository,
    config: Descriptor,
    lag: LagOptions,
  ) => Promise<Asked<Uint8Array>>;
  readonly head: (repository: Repository, blob: Descriptor, lag: LagOptions) => Promise<Asked<BlobFound>>;
  readonly read: (repository: Repository, blob: Descriptor, lag: LagOptions) => Promise<Asked<BlobFound>>;
  /** The registry's own word for its last 404 of that manifest: `NAME_UNKNOWN`, or ''. */
  readonly codeOf: (repository: Repository, name: string) => string;
  /** Resolves when nothing is under way any more. */
  readonly idle: () => Promise<void>;
}

/** Tries for what is not needed. */
const FEW = 3;

/** As long as something is waited for, a network that fails is waited for, too: the deadline ends it. */
const triesOf = ({ until }: LagOptions): number | undefined =>
  until > monotonic() ? Number.POSITIVE_INFINITY : undefined;

export function createAsker(registry: Registry, signal: AbortSignal): Asker {
  const known = new Map<string, Promise<unknown>>();
  const codes = new Map<string, string>();
  const fullName = ({ registry, path }: Repository, name: string) => `${registry}/${path} ${name}`;

  /** A tag may move and is asked for each time; a digest cannot. */
  const once = <T>(kind: string, repository: Repository, name: string, ask: () => Promise<T>): Promise<T> => {
    const key = `${kind} ${fullName(repository, name)}`;
    const asked = (known.get(key) as Promise<T> | undefined) ?? ask();
    known.set(key, asked);
    return asked;
  };

  return {
    manifest: (repository, name, lag) =>
      once('manifest', repository, name, () => {
        const onNotFound = ({ code }: { code: string }) => codes.set(fullName(repository, name), code);
        const options = { signal, onNotFound, tries: triesOf(lag) };
        const ask = () => registry.manifest(repository, name, options);
        return outlast(lag, `manifest ${name}`, ask);
      }),
    attestation: (repository, digest) =>
      once('attestation', repository, digest, () =>
        registry.manifest(repository, digest, { signal, tries: FEW }).catch((error) => {
          // Bytes that lie, the end of the time and Ctrl-C are not the attestation's affair alone.
          if (signal.aborted || !(error instanceof Failure) || error.exit !== EXIT.registry) throw error;
          return error;
        }),
      ),
    config: (repository, config, lag) =>
      once('config', repository, config.digest, () =>
        outlast(lag, `config ${config.digest}`, () =>
          registry.config(repository, config, { signal, tries: triesOf(lag) }),
        ),
      ),
    head: (repository, blob, lag) =>
      once('blob', repository, blob.digest, () =>
        outlast(lag, `layer ${blob.digest}`, () =>
          headOf(registry, repository, blob.digest, { signal, tries: triesOf(lag) }),
        ),
      ),
    read: (repository, blob, lag) =>
      once('bytes', repository, blob.digest, () =>
        outlast(lag, `layer ${blob.digest}`, async () => {
          const size = await registry.readBlob(repository, blob, { signal, tries: triesOf(lag) });
          return size === null ? null : { size, bytesRead: size };
        }),
      ),
    codeOf: (repository, name) => codes.get(fullName(repository, name)) ?? '',
    idle: async () => {
      await Promise.allSettled(known.values());
    },
  };
}

async function headOf(
  registry: Registry,
  repository: Repository,
  digest: Digest,
  options: RequestOptions,
): Promise<BlobFound | null> {
  const answer = await registry.blob(repository, digest, options);
  return answer.found ? { size: answer.size, bytesRead: 0 } : null;
}
