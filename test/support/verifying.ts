/** `verify` as a test calls it: in a hurry, with a home of its own, and with everything it said kept. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Outcome } from '../../scripts/errors.ts';
import { parsePlatform } from '../../scripts/oci/platform.ts';
import { parseReference } from '../../scripts/oci/reference.ts';
import { type VerifyInput, verify } from '../../scripts/phases/verify.ts';
import { createRegistry, type RegistryOptions } from '../../scripts/registry/index.ts';
import type { VerifyData } from '../../scripts/results.ts';
import { record } from './records.ts';

export interface Attempt extends Partial<Omit<VerifyInput, 'reference' | 'platforms'>> {
  readonly platforms?: readonly string[];
  readonly registry?: Partial<RegistryOptions>;
  readonly signal?: AbortSignal;
  readonly now?: () => Date;
  /** Waits as long as the product does. */
  readonly patient?: boolean;
}

export interface Verified extends Outcome<VerifyData> {
  readonly exit: number;
  readonly ms: number;
  readonly progress: readonly string[];
  /** All that was said, for a test to look for secrets in. */
  readonly everything: string;
}

/** Retries after milliseconds rather than seconds. */
export const HURRY = { headers: 1_000, idle: 1_000, helper: 700, delay: () => 10 } as const;

export async function attempt(reference: string, options: Attempt = {}): Promise<Verified> {
  const {
    platforms = [],
    registry: settings = {},
    signal = new AbortController().signal,
    now,
    patient = false,
    ...input
  } = options;
  const progress: string[] = [];
  const ports = {
    signal,
    now: now ?? (() => new Date()),
    secrets: { add: () => {}, mask: (text: string) => text },
    progress: (line: string) => progress.push(line),
  };
  const registry = createRegistry({
    ports,
    env: {},
    home: '/nowhere',
    etc: '/nowhere',
    run: '/nowhere',
    times: HURRY,
    onRetry: ({ failure }) => progress.push(failure.message),
    ...settings,
  });
  const began = performance.now();
  try {
    const outcome = await verify(
      {
        reference: parseReference(reference),
        level: 'blobs',
        ownPush: false,
        timeoutSeconds: 10,
        ...input,
        platforms: platforms.map((text) => parsePlatform(text) ?? { os: '?', architecture: '?' }),
      },
      { ...ports, registry, ...(patient ? {} : { lagDelay: () => 50 }) },
    );
    const { failure } = outcome;
    const [exit, ms] = [failure?.exit ?? 0, performance.now() - began];
    await record({ status: outcome.data.status, code: failure?.code ?? null, exit, ms });
    return {
      ...outcome,
      exit,
      ms,
      progress,
      everything: JSON.stringify([outcome, failure?.message, failure?.hint, failure?.next, progress]),
    };
  } finally {
    registry.close();
  }
}

export interface Home {
  readonly folder: string;
  readonly write: (path: string, text: string, mode?: number) => string;
  readonly remove: () => void;
}

/** A home with the files that a test writes into it. */
export function makeHome(files: Readonly<Record<string, string>> = {}): Home {
  const folder = mkdtempSync(join(tmpdir(), 'home-'));
  const write = (path: string, text: string, mode = 0o600) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode });
    return file;
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { folder, write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** An auth file's text: one login for each key. */
export const authFile = (logins: Readonly<Record<string, string>>): string =>
  JSON.stringify({
    auths: Object.fromEntries(
      Object.entries(logins).map(([key, pair]) => [key, { auth: Buffer.from(pair).toString('base64') }]),
    ),
  });
