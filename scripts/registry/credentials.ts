/**
 * Whose login is used for a repository. podman and docker look in different places with different rules
 * (containers-auth.json(5), docker's config.json); all of them are asked, podman's first, so that a login
 * made with either serves both, and it is known where the two would not see the same.
 */
import { Failure } from '../errors.ts';
import type { Secrets } from '../io/ports.ts';
import type { Repository } from '../oci/reference.ts';
import {
  type AuthFile,
  BrokenAuthFile,
  DOCKER_AUTH_CONFIG,
  dockerFile,
  type Login,
  parseAuthFile,
  podmanFiles,
  readAuthFile,
} from './auth-files.ts';
import { askHelper, BrokenHelper, helperProgram } from './helpers.ts';
import type { Places } from './places.ts';

/** A login and where it stands: a file, or a helper and the file that names it. Never shown with its values. */
export interface Credentials {
  readonly source: string;
  readonly login: Login;
}

/** What each engine would use; sources only. */
export interface CredentialsReport {
  readonly podman: string | null;
  readonly docker: string | null;
  /** Both the same login, or both none. */
  readonly agree: boolean;
  /** What this program tries first. */
  readonly used: string | null;
  /** Places that could not be read, a sentence each. */
  readonly broken: readonly string[];
}

export interface CredentialsOptions {
  readonly places: Places;
  readonly secrets: Secrets;
  /** Looked at alone, by both engines. */
  readonly authfile?: string | undefined;
  /** Milliseconds for a helper to answer. */
  readonly helperTimeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Found {
  readonly podman: Credentials | null;
  readonly docker: Credentials | null;
  readonly broken: readonly string[];
}

const HUB = 'https://index.docker.io/v1/';

export interface CredentialStore {
  /** All different logins for the repository, the one to try first first; and what was broken on the way. */
  readonly find: (
    repository: Repository,
  ) => Promise<{ readonly logins: readonly Credentials[]; readonly broken: readonly string[] }>;
  /** For doctor: where the engines would find a login for the repository, and whether it is the same one. */
  readonly report: (repository: Repository) => Promise<CredentialsReport>;
  /** The helpers that have not answered yet. */
  readonly waitingFor: () => readonly string[];
  /** The authfile that was named can be used. @throws Failure FILE_UNREADABLE */
  readonly check: () => Promise<void>;
}

/** @throws Failure FILE_UNREADABLE from both if the authfile that was named cannot be used */
export function credentialStore(options: CredentialsOptions): CredentialStore {
  const waiting = new Set<string>();
  const ask = asker(options, waiting);
  const read = reader(options);
  return {
    waitingFor: () => [...waiting],
    check: () => checkAuthfile(options, read),
    find: async (repository) => {
      const { podman, docker, broken } = await lookUp(repository, options, read, ask);
      const both = [podman, docker].filter((c) => c !== null);
      return { logins: both.filter((c, i) => both.findIndex((o) => same(o, c)) === i), broken };
    },
    report: async (repository) => {
      const { podman, docker, broken } = await lookUp(repository, options, read, ask);
      return {
        podman: podman?.source ?? null,
        docker: docker?.source ?? null,
        agree: same(podman, docker),
        used: (podman ?? docker)?.source ?? null,
        broken,
      };
    },
  };
}

type Read = (file: string) => Promise<AuthFile | null>;

/** The file that was named is read once: it may be a pipe. */
function reader({ authfile }: CredentialsOptions): Read {
  let named: Promise<AuthFile | null> | undefined;
  return (file) => {
    if (file !== authfile) return readAuthFile(file);
    named ??= readAuthFile(file);
    return named;
  };
}

/** A file that was named must be there and be readable. */
async function checkAuthfile({ authfile: file }: CredentialsOptions, readFile: Read): Promise<void> {
  if (!file) return;
  const why = await readFile(file).then(
    (read) => (read === null ? `${file} does not exist` : null),
    (error: Error) => error.message,
  );
  if (why === null) return;
  throw new Failure('FILE_UNREADABLE', `--authfile: ${why}`, {
    hint: 'It is written by `podman login --authfile FILE HOST`.',
  });
}

async function lookUp(
  repository: Repository,
  options: CredentialsOptions,
  readFile: Read,
  ask: Ask,
): Promise<Found> {
  await checkAuthfile(options, readFile);
  const broken: string[] = [];
  const tolerant = async <T>(look: () => Promise<T | null>): Promise<T | null> => {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof BrokenAuthFile) && !(error instanceof BrokenHelper)) throw error;
      if (!broken.includes(error.message)) broken.push(error.message);
      return null;
    }
  };
  const files = options.authfile ? [options.authfile] : podmanFiles(options.places);
  let podman: Credentials | null = null;
  for (const file of files) {
    podman ??= await tolerant(async () => {
      const read = await readFile(file);
      return read && forPodman(read, repository, ask);
    });
  }
  const docker = await tolerant(() => dockerCredentials(repository, options, readFile, ask));
  for (const found of [podman, docker]) hide(found, options.secrets);
  return { podman, docker, broken };
}

type Ask = (helper: string, server: string, file: string) => Promise<Credentials | null>;

/** Asks each helper once for each server, however many files name it. */
function asker({ places, helperTimeout = 10_000, signal }: CredentialsOptions, waiting: Set<string>): Ask {
  const asked = new Map<string, Promise<Login | null>>();
  return async (helper, server, file) => {
    const key = `${helper} ${server}`;
    const answer =
      asked.get(key) ??
      askHelper(helper, server, { timeout: helperTimeout, env: places.env, ...(signal ? { signal } : {}) });
    asked.set(key, answer);
    waiting.add(helperProgram(helper));
    const login = await answer.finally(() => waiting.delete(helperProgram(helper)));
    return login && { source: `${helperProgram(helper)} (${file})`, login };
  };
}

/** Repository, then its namespaces, then the registry; a helper of the registry before them. */
async function forPodman(
  file: AuthFile,
  { registry, path }: Repository,
  ask: Ask,
): Promise<Credentials | null> {
  const helper = file.credHelpers.get(registry);
  if (helper) {
    const found = await ask(helper, registry, file.file);
    if (found) return found;
  }
  const parts = [registry, ...path.split('/')];
  for (let n = parts.length; n > 0; n--) {
    const login = file.auths.get(parts.slice(0, n).join('/'));
    if (login) return usable(file, login);
  }
  return byHost(file, registry);
}

async function dockerCredentials(
  { registry }: Repository,
  { places, authfile }: CredentialsOptions,
  readFile: Read,
  ask: Ask,
): Promise<Credentials | null> {
  const inline = authfile ? undefined : places.env[DOCKER_AUTH_CONFIG];
  const found = inline && byHost(parseAuthFile(`$${DOCKER_AUTH_CONFIG}`, inline), registry);
  if (found) return found;
  const file = await readFile(authfile ?? dockerFile(places));
  if (file === null) return null;
  const server = registry === 'docker.io' ? HUB : registry;
  const helper = file.credHelpers.get(server) ?? file.credHelpers.get(registry) ?? file.credsStore;
  return helper ? ask(helper, server, file.file) : byHost(file, registry);
}

/** An entry whose key is the registry once its scheme and path are taken away, as `docker login` writes Hub's. */
function byHost(file: AuthFile, registry: string): Credentials | null {
  const exact = file.auths.get(registry === 'docker.io' ? HUB : registry);
  if (exact) return usable(file, exact);
  for (const [key, login] of file.auths) {
    const schemeless = key.replace(/^https?:\/\//, '');
    if (schemeless === key && key.includes('/')) continue;
    if (canonical(schemeless.split('/')[0] ?? '') === registry) return usable(file, login);
  }
  return null;
}

/** @throws BrokenAuthFile */
function usable({ file }: AuthFile, login: Login | BrokenAuthFile): Credentials {
  if (login instanceof BrokenAuthFile) throw login;
  return { source: file, login };
}

const canonical = (host: string): string =>
  /^(?:index\.|registry-1\.)?docker\.io$/.test(host) ? 'docker.io' : host;

function hide(found: Credentials | null, secrets: Secrets): void {
  secrets.add(found?.login.password || undefined);
  secrets.add(found?.login.identityToken);
  secrets.add(found?.login.registryToken);
}

const same = (a: Credentials | null, b: Credentials | null): boolean =>
  JSON.stringify(a && values(a.login)) === JSON.stringify(b && values(b.login));

const values = (l: Login) => [l.username, l.password, l.identityToken ?? '', l.registryToken ?? ''];
