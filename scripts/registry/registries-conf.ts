/**
 * What the engines are told about registries: podman's registries.conf (containers-registries.conf(5), version 2)
 * and docker's daemon.json.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Repository } from '../oci/reference.ts';
import type { Places } from './places.ts';
import { isIn } from './ranges.ts';

export interface RegistryRules {
  /** http and unknown certificates are allowed. */
  readonly insecure: boolean;
  /** podman refuses it; the file that says so. */
  readonly blocked: string | null;
  /** podman asks somewhere else instead. */
  readonly rewrite: { readonly file: string; readonly to: string } | null;
  /** Files that are there and cannot be read, a sentence each. */
  readonly broken: readonly string[];
}

interface Entry {
  readonly file: string;
  readonly prefix: string;
  readonly location: string;
  readonly insecure: boolean;
  readonly blocked: boolean;
  readonly mirrors: readonly string[];
}

export interface EngineSettings {
  readonly entries: readonly Entry[];
  /** Of daemon.json. */
  readonly insecure: readonly string[];
  readonly broken: readonly string[];
}

export async function readEngineSettings(places: Places): Promise<EngineSettings> {
  const broken: string[] = [];
  const tolerant = async <T>(
    file: string,
    read: (text: string) => T | Promise<T>,
  ): Promise<T | undefined> => {
    try {
      const text = readIfThere(file);
      return text === '' ? undefined : await read(text);
    } catch {
      broken.push(`${file} cannot be understood`);
      return undefined;
    }
  };
  const entries = new Map<string, Entry>();
  for (const file of registriesFiles(places)) {
    for (const entry of (await tolerant(file, (text) => parseRegistries(file, text))) ?? []) {
      entries.set(entry.prefix, entry); // a later file replaces the whole entry
    }
  }
  const insecure: string[] = [];
  for (const file of [
    join(places.etc, 'docker/daemon.json'),
    join(places.home, '.config/docker/daemon.json'),
  ]) {
    insecure.push(...((await tolerant(file, parseDaemon)) ?? []));
  }
  return { entries: [...entries.values()], insecure, broken };
}

/** The most specific entry decides. */
export function rulesFor(settings: EngineSettings, { registry, path }: Repository): RegistryRules {
  const name = `${registry}/${path}`;
  const entry = settings.entries
    .filter(({ prefix }) => covers(prefix, name))
    .sort((a, b) => b.prefix.length - a.prefix.length)[0];
  const to = entry && (entry.location !== entry.prefix ? entry.location : entry.mirrors[0]);
  return {
    insecure: entry?.insecure === true || settings.insecure.some((one) => isListed(one, registry)),
    blocked: entry?.blocked ? entry.file : null,
    rewrite: entry && to ? { file: entry.file, to } : null,
    broken: settings.broken,
  };
}

/** daemon.json names registries, and ranges of addresses whatever the port. */
const isListed = (entry: string, registry: string): boolean =>
  entry === registry ||
  (entry.includes('/') && isIn(entry, registry.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')));

function covers(prefix: string, name: string): boolean {
  if (prefix.startsWith('*.')) return (name.split('/')[0] ?? '').endsWith(prefix.slice(1));
  return name === prefix || name.startsWith(`${prefix}/`);
}

/** The user's file replaces the system's; `registries.conf.d` of both is added, the user's last. */
function registriesFiles({ env, home, etc }: Places): string[] {
  if (env.CONTAINERS_REGISTRIES_CONF) return [env.CONTAINERS_REGISTRIES_CONF];
  const user = join(env.XDG_CONFIG_HOME ?? join(home, '.config'), 'containers');
  const system = join(etc, 'containers');
  const own = join(user, 'registries.conf');
  const main = existsSync(own) ? own : join(system, 'registries.conf');
  return [main, ...dropIns(system), ...dropIns(user)];
}

function dropIns(folder: string): string[] {
  const at = join(folder, 'registries.conf.d');
  if (!existsSync(at)) return [];
  const names = readdirSync(at).filter((name) => name.endsWith('.conf'));
  return names.sort().map((name) => join(at, name));
}

// Synchronously: for a few small files at the start this takes a tenth of the time.
const readIfThere = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');

async function parseRegistries(file: string, text: string): Promise<Entry[]> {
  // Most machines have this file without a word about registries: the parser is not loaded for those.
  if (!/^\s*(?:\[\[\s*"?registry\b|"?registry"?\s*=\s*\[)/m.test(text)) return [];
  const { parse } = await import('smol-toml');
  const { registry } = parse(text);
  return (Array.isArray(registry) ? registry : []).flatMap((value): Entry[] => {
    const table = Object(value) as Record<string, unknown>;
    const said = (name: string) => (typeof table[name] === 'string' ? (table[name] as string) : '');
    const prefix = said('prefix') || said('location');
    if (prefix === '') return [];
    const mirrors = Array.isArray(table.mirror) ? table.mirror : [];
    return [
      {
        file,
        prefix,
        location: said('location') || prefix,
        insecure: table.insecure === true,
        blocked: table.blocked === true,
        mirrors: mirrors.map((mirror) => Object(mirror).location).filter((at) => typeof at === 'string'),
      },
    ];
  });
}

function parseDaemon(text: string): string[] {
  const list = Object(JSON.parse(text))['insecure-registries'];
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : [];
}
