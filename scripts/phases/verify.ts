/** Proves that any host could pull a reference, by asking the registry for all that such a host would ask for. */

import { Failure, type Outcome } from '../errors.ts';
import { monotonic } from '../io/clock.ts';
import { createPace } from '../io/pace.ts';
import type { Ports } from '../io/ports.ts';
import type { Digest } from '../oci/digest.ts';
import type { Platform } from '../oci/platform.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import { type Asker, createAsker } from '../proof/asker.ts';
import { type Deadline, startDeadline } from '../proof/deadline.ts';
import { noFindings } from '../proof/findings.ts';
import type { LagOptions } from '../proof/lag.ts';
import { prove } from '../proof/proof.ts';
import { oddities, type Verdict, verdictOfFailure, verdictOfFindings } from '../proof/verdict.ts';
import type { Registry } from '../registry/registry.ts';
import type { VerifyData, VerifyLevel } from '../results.ts';

export interface VerifyInput {
  /** With a digest, or a tag: then what the registry serves for it now. */
  readonly reference: Reference;
  readonly level: VerifyLevel;
  /** Must be there, each exactly once. */
  readonly platforms: readonly Platform[];
  /** We pushed it ourselves just now: "not there" is not believed before the deadline. */
  readonly ownPush: boolean;
  /** Seconds for which "not there" is not believed of anybody else's push. */
  readonly waitSeconds?: number;
  /** One deadline over everything; 120 after our own push, else 30, and never less than `waitSeconds`. */
  readonly timeoutSeconds?: number;
}

export interface VerifyPorts extends Pick<Ports, 'progress' | 'signal'> {
  readonly registry: Registry;
  /** Milliseconds to wait before asking again for what is not there; a test is in a hurry. */
  readonly lagDelay?: (attempt: number) => number;
}

/** How long after our own push a 404 is taken for lag. */
export const OWN_PUSH_MS = 15 * 60_000;

/** Whether a push at that time (ISO 8601; null: not ours) was ours just now. */
export function isOwnPush(pushedAt: string | null, now: Date): boolean {
  const age = now.getTime() - Date.parse(pushedAt ?? '');
  return Math.abs(age) <= OWN_PUSH_MS;
}

export async function verify(input: VerifyInput, ports: VerifyPorts): Promise<Outcome<VerifyData>> {
  const deadline = startDeadline(secondsOf(input), ports.signal);
  const asker = createAsker(ports.registry, deadline.signal);
  try {
    const outcome = await verifyOne(input, asker, lagOptions(input, deadline, ports));
    return { ...outcome, warnings: [...outcome.warnings, ...ports.registry.warnings()] };
  } finally {
    deadline.stop();
    await asker.idle();
  }
}

/** One of perhaps many references that share what was asked already. */
export async function verifyOne(
  input: VerifyInput,
  ask: Asker,
  lag: LagOptions,
): Promise<Outcome<VerifyData>> {
  const { reference, level, platforms, ownPush } = input;
  const { repository, digest, tag = 'latest' } = reference;
  const began = monotonic();
  const name = formatReference(reference);
  const found = noFindings();
  let verdict: Verdict;
  try {
    await prove(reference, platforms, { ask, level, lag }, found);
    verdict = verdictOfFindings(name, found, ownPush, ask.codeOf(repository, digest ?? tag));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    verdict = verdictOfFailure(error);
  }
  const { status, failure } = verdict;
  const { manifests, blobs, bytes, missing, attempts } = found;
  return {
    data: {
      reference: shownAs(reference, found.digest),
      status,
      level,
      checked: { manifests: manifests.size, blobs: blobs.size, bytes },
      missing,
      platforms: found.platforms,
      attempts: Math.max(attempts, 1),
      elapsedMs: Math.round(monotonic() - began),
    },
    warnings: oddities(name, found, status),
    ...(failure ? { failure } : {}),
  };
}

/** By digest wherever one is known, and then without a tag. */
function shownAs({ repository, tag, digest }: Reference, found: Digest | null): string {
  const known = found ?? digest;
  if (known) return formatReference({ repository, digest: known });
  return formatReference({ repository, ...(tag ? { tag } : {}) });
}

/** Data for a reference that was never asked for, because the time was up or somebody stopped it before. */
export function notAsked({ reference, level }: VerifyInput, why: Failure): Outcome<VerifyData> {
  return {
    data: {
      reference: shownAs(reference, null),
      status: null,
      level,
      checked: { manifests: 0, blobs: 0, bytes: 0 },
      missing: [],
      platforms: [],
      attempts: 0,
      elapsedMs: 0,
    },
    warnings: [],
    failure: why,
  };
}

export function secondsOf({
  timeoutSeconds,
  waitSeconds = 0,
  ownPush,
}: Omit<VerifyInput, 'reference'>): number {
  return timeoutSeconds ?? Math.max(ownPush ? 120 : 30, waitSeconds);
}

export function lagOptions(
  { ownPush, waitSeconds = 0 }: Pick<VerifyInput, 'ownPush' | 'waitSeconds'>,
  { signal }: Deadline,
  { progress, lagDelay }: VerifyPorts,
): LagOptions {
  const began = monotonic();
  const isTime = createPace();
  return {
    signal,
    until: ownPush ? Number.POSITIVE_INFINITY : began + waitSeconds * 1000,
    delay: lagDelay,
    onWait: (what) => {
      if (!isTime()) return;
      progress(`waiting for the registry to show ${what} (${Math.round((monotonic() - began) / 1000)} s)`);
    },
  };
}
