import { type Digest, isDigest } from './digest.ts';

/** `registry/path`, the registry as a client connects to it (`docker.io`, `localhost:5000`). */
export interface Repository {
  readonly registry: string;
  readonly path: string;
}

/** A parsed image name: a repository with at most a tag and a digest. */
export interface Reference {
  readonly repository: Repository;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** Why a text is no reference; `choices` are spellings that would be one. */
export class InvalidReference extends Error {
  override name = 'InvalidReference';
  readonly text: string;
  readonly choices: readonly string[];
  constructor(text: string, why: string, choices: readonly string[] = []) {
    super(`${JSON.stringify(text)} is no image reference: ${why}`);
    this.text = text;
    this.choices = choices;
  }
}

// distribution-spec, "Pulling manifests": <name> and <reference>.
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const HOST =
  /^(?:\[[0-9a-fA-F:]+\]|(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:\.(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*)(?::[0-9]{1,5})?$/;
/** Everything after the registry, its slash included, that a registry accepts at most. */
const NAME_LIMIT = 255;

export const isTag = (text: string): boolean => TAG.test(text);

/** The first part of a name is a registry if it could not be a folder on Docker Hub. */
const looksLikeRegistry = (part: string): boolean =>
  part === 'localhost' || /[.:[]/.test(part) || /[A-Z]/.test(part);

/**
 * Parses `[registry/]path[:tag][@sha256:…]`.
 *
 * `me/app` is `docker.io/me/app` on every engine. A single word is refused: docker reads it as
 * `docker.io/library/word`, podman as `localhost/word` or a short-name alias.
 * Two names are one repository only if spelled alike after this (`index.docker.io` is `docker.io`).
 *
 * @throws InvalidReference
 */
export function parseReference(text: string): Reference {
  const fail = (why: string, choices: readonly string[] = []): never => {
    throw new InvalidReference(text, why, choices);
  };
  if (text === '') fail('it is empty');
  if (/\s/.test(text)) fail('it holds white space');
  if (/^[a-z+-]+:\/\//i.test(text)) fail('leave out the scheme', [text.replace(/^[a-z+-]+:\/\//i, '')]);

  const at = text.indexOf('@');
  const name = at < 0 ? text : text.slice(0, at);
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !isDigest(digest)) {
    fail(`${JSON.stringify(digest)} is not sha256: and 64 hex digits`);
  }

  const slash = name.indexOf('/');
  const colon = name.lastIndexOf(':');
  const tag = colon > slash && colon > 0 ? name.slice(colon + 1) : undefined;
  const bare = tag === undefined ? name : name.slice(0, colon);
  if (tag !== undefined && !TAG.test(tag)) fail(`${JSON.stringify(tag)} is no tag`);

  if (slash < 0) {
    const rest = text.slice(bare.length);
    fail('a single word means another image on each engine', [
      `docker.io/library/${bare}${rest}`,
      `ghcr.io/OWNER/${bare}${rest}`,
      `localhost:5000/${bare}${rest}`,
    ]);
  }
  const first = bare.slice(0, slash);
  const hasRegistry = looksLikeRegistry(first);
  const registry = hasRegistry
    ? first.toLowerCase().replace(/^index\.docker\.io$/, 'docker.io')
    : 'docker.io';
  let path = hasRegistry ? bare.slice(slash + 1) : bare;
  // A port of 99999 and 256.256.256.256 look like hosts, and no request can be made to them.
  if (hasRegistry && !(HOST.test(first) && URL.canParse(`https://${first}`)))
    fail(`${JSON.stringify(first)} is no registry host`);
  if (path === '') fail('there is no repository after the registry');
  if (/[A-Z]/.test(path)) {
    const lower = hasRegistry ? `${first}/${path.toLowerCase()}` : path.toLowerCase();
    fail('a repository is lower case', [text.replace(bare, lower)]);
  }
  if (!PATH.test(path)) fail(`${JSON.stringify(path)} is no repository`);
  if (path.length > NAME_LIMIT) fail(`a repository has at most ${NAME_LIMIT} characters`);
  if (registry === 'docker.io' && !path.includes('/')) path = `library/${path}`;

  return {
    repository: { registry, path },
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest: digest as Digest }),
  };
}

export const formatRepository = (r: Repository): string => `${r.registry}/${r.path}`;

/** `registry/path:tag@digest` with whatever of the two is there. */
export const formatReference = (r: Reference): string =>
  `${formatRepository(r.repository)}${r.tag ? `:${r.tag}` : ''}${r.digest ? `@${r.digest}` : ''}`;

/** What is deployed: `registry/path@sha256:…`, never a tag in it. */
export const pinned = (repository: Repository, digest: Digest): string =>
  `${formatRepository(repository)}@${digest}`;

export const sameRepository = (a: Repository, b: Repository): boolean =>
  a.registry === b.registry && a.path === b.path;

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|[^:]+\.localhost)(?::\d+)?$/;

/** Whether the registry is on the machine that asks. */
export const isLoopback = (registry: string): boolean => LOOPBACK.test(registry);
