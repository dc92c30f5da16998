/** Asking again where it may help, until the signal says stop. */
import { Failure } from '../errors.ts';
import { monotonic } from '../io/clock.ts';
import { backoff, sleep } from '../io/retry.ts';
import { type Problem, TRIES } from './refusal.ts';

/** The reason of a signal that was aborted because time is up: the last thing known is then the answer. */
export class DeadlinePassed extends Error {
  override name = 'DeadlinePassed';
  readonly seconds: number;
  constructor(seconds: number) {
    super(`no answer within ${seconds} s`);
    this.seconds = seconds;
  }
}

export const isTimeUp = ({ reason }: AbortSignal): boolean => reason instanceof DeadlinePassed;

/** A try that failed in a way that is already understood. */
export class Troubled extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.failure.message);
    this.problem = problem;
  }
}

/** What is about to be tried again, told to whoever shows progress. Milliseconds. */
export interface Retry {
  readonly failure: Failure;
  readonly attempt: number;
  /** Until the next try. */
  readonly delay: number;
  /** How long the failed one took. */
  readonly lasted: number;
}

export interface Patience {
  readonly signal: AbortSignal;
  readonly onRetry: (retry: Retry) => void;
  /** Milliseconds before the try after `attempt` (0-based). */
  readonly delay?: ((attempt: number) => number) | undefined;
  /** Tries in place of what a trouble that may pass is worth. */
  readonly tries?: number | undefined;
}

/**
 * @param judge what an error that is not yet understood means; undefined: it is thrown as it is
 * @throws Failure the last one, at the end of the tries or of the time
 */
export async function persist<T>(
  { signal, onRetry, delay = backoff, tries }: Patience,
  once: () => Promise<T>,
  judge: (error: unknown) => Problem | undefined,
): Promise<T> {
  let last: Failure | undefined;
  for (let attempt = 0; ; attempt++) {
    const began = monotonic();
    try {
      signal.throwIfAborted();
      return await once();
    } catch (error) {
      // Who knows what the time went by with says it better.
      if (error instanceof Failure && (!signal.aborted || isTimeUp(signal))) throw error;
      if (signal.aborted) throw ended(signal, last);
      const problem = error instanceof Troubled ? error.problem : judge(error);
      if (problem === undefined) throw error;
      const { failure, after } = problem;
      const most = problem.tries === TRIES.final ? TRIES.final : (tries ?? problem.tries);
      if (attempt + 1 >= most) throw failure;
      last = failure;
      const wait = Math.max(delay(attempt), after ?? 0);
      onRetry({ failure, attempt: attempt + 1, delay: wait, lasted: monotonic() - began });
      await sleep(wait, signal).catch(() => {
        throw ended(signal, last);
      });
    }
  }
}

/** Why nothing more is asked: time is up, or somebody stopped it. */
function ended(signal: AbortSignal, last: Failure | undefined): unknown {
  const { reason } = signal;
  if (reason instanceof DeadlinePassed) {
    return (
      last ??
      new Failure('UNREACHABLE', `the registry gave no answer within ${reason.seconds} s`, {
        hint: 'Give it longer with --timeout, or look at the network.',
      })
    );
  }
  return reason instanceof Failure ? reason : new Failure('INTERRUPTED', 'interrupted');
}
