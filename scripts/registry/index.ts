/** Makes the registry client out of its parts; one serves all hosts of a run. */

import { Failure, type Warning } from '../errors.ts';
import { createPace } from '../io/pace.ts';
import type { Ports } from '../io/ports.ts';
import type { Repository } from '../oci/reference.ts';
import { certificatesFor } from './certificates.ts';
import { reading } from './client.ts';
import { type Credentials, credentialStore } from './credentials.ts';
import { createExchange } from './exchange.ts';
import type { Patience, Retry } from './persist.ts';
import { type Places, placesOf } from './places.ts';
import { proxyFor } from './proxy.ts';
import { type EngineSettings, readEngineSettings, rulesFor } from './registries-conf.ts';
import type { Registry } from './registry.ts';
import { createWire, WIRE_TIMES, type WireTimes } from './wire.ts';
import { writing } from './writing.ts';

export { credentialStore } from './credentials.ts';
export type { Retry } from './persist.ts';
export { tagService } from './tags.ts';

export interface RegistryOptions extends Partial<Places> {
  readonly ports: Pick<Ports, 'signal' | 'now' | 'secrets'> & Partial<Pick<Ports, 'progress'>>;
  /** Default true. */
  readonly tlsVerify?: boolean;
  /** The only place where logins are looked for. */
  readonly authfile?: string;
  /** No login is ever sent. */
  readonly anonymous?: boolean;
  /** Tried for that registry when nothing else is there or all else was refused. */
  readonly login?: { readonly registry: string; readonly username: string; readonly password: string };
  /** Left out: a line of progress before each longer wait. */
  readonly onRetry?: (retry: Retry) => void;
  /** Milliseconds; a test is in a hurry. */
  readonly times?: Partial<WireTimes> & { readonly helper?: number; readonly delay?: Patience['delay'] };
}

export function createRegistry(options: RegistryOptions): Registry {
  const { ports, tlsVerify = true, authfile, anonymous = false, login, times = {} } = options;
  const places = placesOf(options);
  const warnings = new Map<string, Warning>();
  const warn = (code: string, message: string, hint: string) =>
    warnings.set(`${code} ${message}`, { code, message, hint });

  const proxy = (url: URL) => proxyFor(url, places.env);
  const wire = createWire({
    times: { ...WIRE_TIMES, ...times },
    proxyFor: proxy,
    tlsFor: (host, system) => certificatesFor(places, host, system),
  });
  const closing = new AbortController();
  const credentials = credentialStore({
    places,
    secrets: ports.secrets,
    authfile,
    helperTimeout: times.helper,
    // A helper that nobody waits for any more ends with the registry.
    signal: AbortSignal.any([ports.signal, closing.signal]),
  });

  const broken = new Map<string, readonly string[]>();
  const logins = (repository: Repository) => {
    let found: Promise<readonly (Credentials | null)[]> | undefined;
    return (signal?: AbortSignal) => {
      found ??= (async () => {
        if (anonymous) return [];
        const { logins, broken: unusable } = await credentials.find(repository);
        broken.set(repository.registry, unusable);
        for (const message of unusable) warn('CREDENTIALS_UNUSABLE', message, 'It was passed over.');
        return [...logins, ...fallback(login, repository, ports.secrets)];
      })();
      return signal ? inTime(found, signal, () => late(credentials.waitingFor(), repository)) : found;
    };
  };

  let settings: Promise<EngineSettings> | undefined;
  const admit = async (repository: Repository) => {
    if (!anonymous) await credentials.check();
    settings ??= readEngineSettings(places);
    const rules = rulesFor(await settings, repository);
    for (const message of rules.broken) warn('SETTINGS_UNREADABLE', message, 'It was passed over.');
    if (rules.blocked) throw blockedBy(rules.blocked, repository.registry);
    if (rules.rewrite) {
      const { file, to } = rules.rewrite;
      warn(
        'REGISTRY_REWRITTEN',
        `podman on this machine asks ${to} in place of ${repository.registry} (${file})`,
        'A deploy host without that line asks the registry itself, and so does this program.',
      );
    }
    return { verifyTls: tlsVerify && !rules.insecure };
  };

  const exchange = createExchange({
    wire,
    proxyFor: proxy,
    now: ports.now,
    patience: { signal: ports.signal, onRetry: options.onRetry ?? tell(ports.progress), delay: times.delay },
    admit,
    session: { secrets: ports.secrets, logins },
    explain: (failure, { registry }, source) => {
      const unusable = broken.get(registry) ?? [];
      return source === null && unusable.length > 0 ? unusableLogin(failure, unusable) : failure;
    },
  });

  return {
    ...reading(exchange),
    ...writing(exchange),
    warnings: () => {
      const said = [...warnings.values()];
      warnings.clear();
      return said;
    },
    close: () => {
      closing.abort();
      wire.close();
    },
  };
}

/** Many requests wait for the same reason at the same time: one line says it. */
function tell(progress: Ports['progress'] | undefined): (retry: Retry) => void {
  const isTime = createPace();
  return ({ failure, delay, lasted }) => {
    if (Math.max(delay, lasted) < 1_000 || !isTime()) return;
    progress?.(`${failure.message}; asking again${delay < 1_000 ? '' : ` in ${Math.round(delay / 1000)} s`}`);
  };
}

function fallback(
  login: RegistryOptions['login'],
  { registry }: Repository,
  secrets: Ports['secrets'],
): Credentials[] {
  if (login?.registry !== registry) return [];
  secrets.add(login.password);
  return [{ source: 'GITHUB_TOKEN', login: { username: login.username, password: login.password } }];
}

/** The promise, as long as the signal lets it. @throws what `late` makes once it does not */
function inTime<T>(promise: Promise<T>, signal: AbortSignal, late: () => Failure): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(late());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

const late = (helpers: readonly string[], { registry }: Repository) =>
  new Failure(
    'CREDENTIALS_UNUSABLE',
    `${helpers.join(' and ') || 'the place where the logins stand'} did not answer in time, so no login was sent to ${registry}`,
    { hint: 'A helper may wait for a key store to be unlocked; --anonymous asks without a login.' },
  );

const blockedBy = (file: string, registry: string) =>
  new Failure('REGISTRY_BLOCKED', `${registry} is blocked on this machine by ${file}`, {
    hint: 'Its administrator does not want it used: ask, or take the line `blocked = true` out.',
  });

/** Nothing was sent because the place where the login stands is broken: that is what is to be mended. */
const unusableLogin = (failure: Failure, broken: readonly string[]) =>
  new Failure('CREDENTIALS_UNUSABLE', `${broken.join('; ')}; so no login was sent, and ${failure.message}`, {
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    ...(failure.next === undefined ? {} : { next: failure.next }),
  });
