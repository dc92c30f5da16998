/** The files in which podman and docker keep logins (containers-auth.json(5), docker's config.json), as values. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Places } from './places.ts';

/** One entry of `auths`, decoded. */
export interface Login {
  readonly username: string;
  readonly password: string;
  /** A refresh token that stands for the login (OAuth2). */
  readonly identityToken?: string;
  /** A bearer token to be sent as it is. */
  readonly registryToken?: string;
}

export interface AuthFile {
  readonly file: string;
  /** What cannot be used is found out only by who needs it: an entry of another host does no harm. */
  readonly auths: ReadonlyMap<string, Login | BrokenAuthFile>;
  /** Host → name of the helper. */
  readonly credHelpers: ReadonlyMap<string, string>;
  readonly credsStore: string | undefined;
}

/** It is there and cannot be used; `why` never quotes its content. */
export class BrokenAuthFile extends Error {
  override name = 'BrokenAuthFile';
  readonly file: string;
  constructor(file: string, why: string) {
    super(`${file} ${why}`);
    this.file = file;
  }
}

/** docker's variable that holds a whole config.json. */
export const DOCKER_AUTH_CONFIG = 'DOCKER_AUTH_CONFIG';

/** In podman's order: the first that has an entry wins. */
export function podmanFiles({ env, home, run }: Places): string[] {
  if (env.REGISTRY_AUTH_FILE) return [env.REGISTRY_AUTH_FILE];
  if (env.DOCKER_CONFIG) return [join(env.DOCKER_CONFIG, 'config.json')];
  const runtime = env.XDG_RUNTIME_DIR ?? join(run, 'containers', String(process.getuid?.() ?? 0));
  return [
    env.XDG_RUNTIME_DIR ? join(runtime, 'containers/auth.json') : join(runtime, 'auth.json'),
    join(env.XDG_CONFIG_HOME ?? join(home, '.config'), 'containers/auth.json'),
    join(home, '.docker/config.json'),
  ];
}

export const dockerFile = ({ env, home }: Places): string =>
  join(env.DOCKER_CONFIG ?? join(home, '.docker'), 'config.json');

/** The file read; null if there is none. @throws BrokenAuthFile */
export async function readAuthFile(file: string): Promise<AuthFile | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new BrokenAuthFile(file, `cannot be read (${code})`);
  }
  return parseAuthFile(file, text);
}

/** @throws BrokenAuthFile */
export function parseAuthFile(file: string, text: string): AuthFile {
  let json: unknown;
  try {
    json = text.trim() === '' ? {} : JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new BrokenAuthFile(file, 'is not JSON');
  }
  if (!isRecord(json)) throw new BrokenAuthFile(file, 'is not a JSON object');
  const auths = new Map<string, Login | BrokenAuthFile>();
  for (const [key, entry] of Object.entries(isRecord(json.auths) ? json.auths : {})) {
    const login = isRecord(entry) ? readLogin(file, key, entry) : undefined;
    if (login) auths.set(key, login);
  }
  const helpers = Object.entries(isRecord(json.credHelpers) ? json.credHelpers : {});
  return {
    file,
    auths,
    credHelpers: new Map(helpers.filter((e): e is [string, string] => typeof e[1] === 'string')),
    credsStore: typeof json.credsStore === 'string' && json.credsStore ? json.credsStore : undefined,
  };
}

/** Undefined for an entry that only marks a registry as logged in elsewhere. */
function readLogin(
  file: string,
  key: string,
  entry: Record<string, unknown>,
): Login | BrokenAuthFile | undefined {
  const text = (name: string) => (typeof entry[name] === 'string' ? (entry[name] as string) : '');
  const [identityToken, registryToken] = [text('identitytoken'), text('registrytoken')];
  const pair = text('auth')
    ? decodePair(text('auth'))
    : { username: text('username'), password: text('password') };
  if (pair === undefined)
    return new BrokenAuthFile(file, `has an "auth" for ${key} that is not base64 of user:password`);
  if (!pair.username && !identityToken && !registryToken) return undefined;
  return {
    ...pair,
    ...(identityToken ? { identityToken } : {}),
    ...(registryToken ? { registryToken } : {}),
  };
}

function decodePair(auth: string): { username: string; password: string } | undefined {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  // docker pads with NULs what it once encrypted.
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
