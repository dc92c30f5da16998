/** Proves many references in one go: one deadline, one token for each scope, each blob asked for once. */

import { Failure, type Outcome, type Warning } from '../errors.ts';
import { monotonic } from '../io/clock.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import { createAsker } from '../proof/asker.ts';
import { startDeadline } from '../proof/deadline.ts';
import { isTimeUp } from '../registry/persist.ts';
import type { VerifyData, VerifyManyData, VerifyStatus } from '../results.ts';
import { lagOptions, notAsked, secondsOf, type VerifyInput, type VerifyPorts, verifyOne } from './verify.ts';

export interface VerifyManyInput extends Omit<VerifyInput, 'reference' | 'ownPush'> {
  readonly references: readonly { readonly reference: Reference; readonly ownPush: boolean }[];
}

/** References under way at once; the registry client bounds the connections to each host besides. */
const AT_ONCE = 16;

export interface VerifiedMany extends Outcome<VerifyManyData> {
  /** Why each reference is not verified, in the order of `data.references`; undefined for one that is. */
  readonly failures: readonly (Failure | undefined)[];
}

export async function verifyMany(input: VerifyManyInput, ports: VerifyPorts): Promise<VerifiedMany> {
  const began = monotonic();
  const { references, ...common } = input;
  const anyOwn = references.some(({ ownPush }) => ownPush);
  const deadline = startDeadline(secondsOf({ ...common, ownPush: anyOwn }), ports.signal);
  const asker = createAsker(ports.registry, deadline.signal);
  try {
    const outcomes = await pool(references, AT_ONCE, async (one) => {
      const each = { ...common, ...one };
      if (deadline.signal.aborted) return notAsked(each, tooLate(deadline.signal, one.reference));
      return verifyOne(each, asker, lagOptions(each, deadline, ports));
    });
    const failure = worst(outcomes);
    return {
      data: {
        counts: count(outcomes),
        references: outcomes.map(({ data }) => data),
        elapsedMs: Math.round(monotonic() - began),
      },
      warnings: unique([...outcomes.flatMap(({ warnings }) => warnings), ...ports.registry.warnings()]),
      failures: outcomes.map((one) => one.failure),
      ...(failure ? { failure } : {}),
    };
  } finally {
    deadline.stop();
    await asker.idle();
  }
}

const tooLate = (signal: AbortSignal, reference: Reference): Failure =>
  isTimeUp(signal)
    ? new Failure('UNREACHABLE', `the time was up before ${formatReference(reference)} was asked for`, {
        hint: 'Give it longer with --timeout.',
      })
    : new Failure('INTERRUPTED', 'interrupted');

/** Results in the order of the items, `width` of them under way. */
async function pool<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const worker = async () => {
    for (const [at, item] of rest) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}

function count(outcomes: readonly Outcome<VerifyData>[]): VerifyManyData['counts'] {
  const counts: Partial<Record<VerifyStatus, number>> = {};
  for (const { status } of outcomes.map(({ data }) => data)) {
    if (status) counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

/** A registry that could not be asked comes before one that said no: the rest is only known after it is mended. */
function worst(outcomes: readonly Outcome<VerifyData>[]): Failure | undefined {
  const failed = outcomes.filter((outcome) => outcome.failure !== undefined);
  const failures = failed.flatMap(({ failure }) => failure ?? []);
  const [first] = [...failures].sort((a, b) => a.exit - b.exit);
  const interrupted = failures.find(({ code }) => code === 'INTERRUPTED');
  if (first === undefined || failures.length === 1 || interrupted) return interrupted ?? first;
  return new Failure(
    first.code,
    `${failures.length} of ${outcomes.length} references cannot be deployed as they are: ${first.message}`,
    {
      hint: first.hint ?? 'Each has its own status.',
      ...(first.next === undefined ? {} : { next: first.next }),
    },
  );
}

const unique = (warnings: readonly Warning[]): Warning[] => [
  ...new Map(warnings.map((warning) => [`${warning.code} ${warning.message}`, warning])).values(),
];
