/** The registry client: distribution-spec's requests, and the proof that what came is what was asked for. */
import { Failure } from '../errors.ts';
import { type Digest, digestFrom, digestOf, isDigest, sha256 } from '../oci/digest.ts';
import {
  ACCEPT,
  type Descriptor,
  InvalidManifest,
  type Manifest,
  NoManifest,
  parseManifest,
} from '../oci/manifest.ts';
import { formatRepository, type Repository } from '../oci/reference.ts';
import { discard, each, readAll, readStart, TooLarge } from './body.ts';
import type { Exchange } from './exchange.ts';
import { guarded, oneLine, readRegistryError, shown } from './refusal.ts';
import {
  type BlobAnswer,
  type FetchedManifest,
  NOT_A_MANIFEST,
  type Registry,
  type RequestOptions,
} from './registry.ts';
import type { Answer } from './wire.ts';

/** containerd and the registries themselves refuse larger ones. */
const MANIFEST_LIMIT = 8 * 1024 * 1024;
/** A config is read into memory; image configs have kilobytes. */
const CONFIG_LIMIT = 32 * 1024 * 1024;
const ERROR_LIMIT = 64 * 1024;
/** For a manifest or config to arrive whole, in milliseconds. */
const READ_MS = 20_000;

type Reading = Pick<Registry, 'manifest' | 'blob' | 'config' | 'readBlob'>;

const blobOf = (
  repository: Repository,
  { digest }: Pick<Descriptor, 'digest'>,
  { signal, tries }: RequestOptions,
) => ({ repository, path: `blobs/${digest}`, signal, tries });

export function reading(exchange: Exchange): Reading {
  const blob: Reading['blob'] = async (repository, digest, options = {}) => {
    const ask = blobOf(repository, { digest }, options);
    const head = await exchange({ ...ask, method: 'HEAD', also: [403, 405, 501] }, async (answer) => {
      discard(answer);
      return { status: answer.status, size: length(answer) };
    });
    if (head.status === 404) return { found: false, httpStatus: 404 };
    if (head.status < 300 && head.size !== null) return { found: true, size: head.size };
    // The storage behind some registries signs its addresses for GET alone, and some registries do not say the
    // size: ask for one byte.
    return exchange({ ...ask, method: 'GET', headers: { range: 'bytes=0-0' }, also: [416] }, firstByte);
  };

  const getManifest = (
    repository: Repository,
    reference: string,
    options: RequestOptions,
    also: readonly number[],
  ): Promise<FetchedManifest | null | 'fault'> =>
    exchange(
      {
        method: 'GET',
        repository,
        path: `manifests/${reference}`,
        headers: { accept: ACCEPT },
        signal: options.signal,
        tries: options.tries,
        also,
      },
      async (answer) => {
        if (answer.status === 404) return notFound(answer, options);
        if (answer.status === 500) {
          discard(answer);
          return 'fault';
        }
        const bytes = await readAll(answer, MANIFEST_LIMIT, READ_MS).catch((error) => {
          throw error instanceof TooLarge ? oversized(answer, MANIFEST_LIMIT) : error;
        });
        return checkManifest(answer, repository, reference, bytes);
      },
    );

  return {
    manifest: async (repository, reference, options = {}) => {
      // Asked for a config or layer as a manifest, distribution answers 500: no fault that goes away.
      if (isDigest(reference)) {
        const first = await getManifest(repository, reference, options, [500]);
        if (first !== 'fault') return first;
        if ((await blob(repository, reference, options)).found) {
          options.onNotFound?.({ httpStatus: 404, code: NOT_A_MANIFEST });
          return null;
        }
      }
      return (await getManifest(repository, reference, options, [])) as FetchedManifest | null;
    },

    blob,

    config: (repository, descriptor, options = {}) =>
      exchange({ ...blobOf(repository, descriptor, options), method: 'GET' }, async (answer) => {
        if (answer.status === 404) return notFound(answer, options);
        const limit = Math.min(promised(answer, descriptor), CONFIG_LIMIT);
        const bytes = await readAll(answer, limit, READ_MS).catch((error) => {
          throw error instanceof TooLarge ? oversized(answer, limit) : error;
        });
        same(answer, repository, descriptor.digest, digestOf(bytes));
        return bytes;
      }),

    readBlob: (repository, descriptor, options = {}) =>
      exchange({ ...blobOf(repository, descriptor, options), method: 'GET' }, async (answer) => {
        if (answer.status === 404) return notFound(answer, options);
        const hash = sha256();
        const limit = promised(answer, descriptor);
        let size = 0;
        await each(answer.body, (piece) => {
          size += piece.length;
          if (size > limit) throw oversized(answer, limit);
          hash.update(piece);
        });
        same(answer, repository, descriptor.digest, digestFrom(hash));
        return size;
      }),
  };
}

async function notFound(answer: Answer, options: RequestOptions): Promise<null> {
  if (options.onNotFound) {
    const said = readRegistryError(await readStart(answer, ERROR_LIMIT, READ_MS));
    options.onNotFound({ httpStatus: 404, code: said?.code ?? '' });
  } else discard(answer);
  return null;
}

function checkManifest(
  answer: Answer,
  repository: Repository,
  reference: string,
  bytes: Uint8Array,
): FetchedManifest {
  const digest = digestOf(bytes);
  if (isDigest(reference)) same(answer, repository, reference, digest);
  const manifest = parse(answer, reference, bytes);
  const header = answer.headers['docker-content-digest'];
  return {
    descriptor: { mediaType: manifest.mediaType, digest, size: bytes.length },
    bytes,
    manifest,
    headerDigest: typeof header === 'string' ? oneLine(header, 80) : null,
  };
}

function parse(answer: Answer, reference: string, bytes: Uint8Array): Manifest {
  try {
    return parseManifest(bytes, answer.headers['content-type']);
  } catch (error) {
    if (!(error instanceof InvalidManifest)) throw error;
    const what = `GET ${shown(answer.url)} was answered with 200, but ${error.message}`;
    if (isDigest(reference) || !(error instanceof NoManifest)) {
      throw new Failure('INCOMPLETE', what, {
        hint: 'This is no image of a form that engines pull; build and push it again.',
      });
    }
    const type = oneLine(answer.headers['content-type'] ?? 'no content type', 80);
    throw new Failure('UNREACHABLE', `${what} (${type})`, {
      hint: 'This is no registry, or a proxy or a login page answers in its place.',
      next: `curl -i ${answer.url.origin}/v2/`,
    });
  }
}

function same(answer: Answer, repository: Repository, asked: Digest, got: Digest): void {
  if (asked === got) return;
  throw guarded(
    'MISMATCH',
    `${formatRepository(repository)} served other bytes under ${asked}: GET ${shown(answer.url)} hashes to ${got}`,
  );
}

/**
 * How much may come. A registry that says beforehand that it has more is heard to the end: if the bytes have the
 * right hash, it is the manifest that says a wrong size, and nobody lies.
 */
const promised = (answer: Answer, { size }: Descriptor): number => Math.max(size, length(answer) ?? 0);

const oversized = (answer: Answer, limit: number) =>
  guarded('MISMATCH', `GET ${shown(answer.url)} sends more than the ${limit} bytes that can belong there`);

const length = ({ headers }: Answer): number | null => {
  const said = headers['content-length'];
  return said !== undefined && /^\d+$/.test(said) ? Number(said) : null;
};

/** `Content-Range: bytes 0-0/SIZE`; a server that ignores Range sends the whole, which is cut off. */
async function firstByte(answer: Answer): Promise<BlobAnswer> {
  answer.body.on('error', () => {});
  if (answer.status === 206) discard(answer);
  else answer.body.destroy();
  if (answer.status === 404) return { found: false, httpStatus: 404 };
  if (answer.status === 200) return { found: true, size: length(answer) };
  const total = /\/(\d+)$/.exec(String(answer.headers['content-range'] ?? ''))?.[1];
  return { found: true, size: total === undefined ? null : Number(total) };
}
