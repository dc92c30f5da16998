/** Logins for one run: given to the engine in a file of its own, which is gone afterwards. */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Repository } from '../oci/reference.ts';
import { dockerFile, podmanFiles } from '../registry/auth-files.ts';
import { createRegistry, credentialStore } from '../registry/index.ts';
import { placesOf } from '../registry/places.ts';
import type { EngineContext, Login } from './context.ts';
import type { EngineName } from './engine.ts';
import type { Scratch } from './scratch.ts';

type Json = Record<string, unknown>;

/** The login to lend the engine for this repository: none where its own is accepted. */
export async function loginNeeded(
  engine: EngineName,
  repository: Repository,
  { login, authfile, ports, env = {} }: EngineContext,
): Promise<Login | null> {
  if (!login || authfile || login.registry !== repository.registry) return null;
  const places = placesOf({ env: { ...process.env, ...env } });
  const own = await credentialStore({ places, secrets: ports.secrets, signal: ports.signal }).report(
    repository,
  );
  if (own[engine] === null) return login;
  const registry = createRegistry({ ports, ...places });
  try {
    await registry.probePush(repository);
    return null;
  } catch {
    return login;
  } finally {
    registry.close();
  }
}

/** An authfile with podman's own logins and this one. */
export async function podmanAuthfile(
  login: Login,
  scratch: Scratch,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const files = await Promise.all(podmanFiles(placesOf({ env })).map(readJson));
  // the first file that has an entry wins, so it is laid over the others
  const merged = (key: string) => Object.assign({}, ...files.map((file) => asJson(file[key])).reverse());
  const file = scratch.path('auth.json');
  await writeSecret(file, {
    auths: { ...merged('auths'), [login.registry]: { auth: encoded(login) } },
    credHelpers: without(merged('credHelpers'), login.registry),
  });
  return file;
}

/**
 * A DOCKER_CONFIG with docker's own settings, whose logins are those of `authfile`, or its own and this one.
 * Plugins, contexts and builders are linked in: docker looks for them there.
 */
export async function dockerConfig(
  source: { readonly authfile: string } | { readonly login: Login },
  scratch: Scratch,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const home = dockerFile(placesOf({ env }));
  const own = await readJson(home);
  const folder = scratch.path('docker');
  await mkdir(folder, { mode: 0o700 });
  const logins =
    'authfile' in source ? await readJson(resolve(source.authfile)) : withLogin(own, source.login);
  const { auths = {}, credHelpers, credsStore } = logins;
  const settings = without(without(without(own, 'auths'), 'credHelpers'), 'credsStore');
  await writeSecret(join(folder, 'config.json'), {
    ...settings,
    auths,
    ...(credHelpers ? { credHelpers } : {}),
    ...(credsStore ? { credsStore } : {}),
  });
  const linked = resolve(home, '..');
  for (const name of await readdir(linked).catch(() => [])) {
    if (name !== 'config.json') await symlink(join(linked, name), join(folder, name));
  }
  return folder;
}

/**
 * With a store, docker asks it for every registry and never looks at `auths`: so the store is named for each
 * registry that it holds a login for, and not for this one.
 */
function withLogin(own: Json, { registry, ...login }: Login): Json {
  const auths = asJson(own.auths);
  const stored =
    typeof own.credsStore === 'string'
      ? Object.fromEntries(Object.keys(auths).map((host) => [host, own.credsStore]))
      : {};
  return {
    auths: { ...auths, [registry]: { auth: encoded(login) } },
    credHelpers: without({ ...stored, ...asJson(own.credHelpers) }, registry),
  };
}

const encoded = ({ username, password }: Omit<Login, 'registry'>): string =>
  Buffer.from(`${username}:${password}`).toString('base64');

const writeSecret = (file: string, value: Json): Promise<void> =>
  writeFile(file, JSON.stringify(value), { mode: 0o600, flag: 'wx' });

async function readJson(file: string): Promise<Json> {
  try {
    return asJson(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // not there, or nothing that the engine itself could read
    return {};
  }
}

const asJson = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

const without = (record: Json, key: string): Json =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
