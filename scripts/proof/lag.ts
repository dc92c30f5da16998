/** What a registry has taken in it may not show for some seconds: asking until it does. */

import { Failure } from '../errors.ts';
import { monotonic } from '../io/clock.ts';
import { backoff, sleep } from '../io/retry.ts';
import { isTimeUp } from '../registry/persist.ts';

export interface LagOptions {
  /** One deadline over everything. */
  readonly signal: AbortSignal;
  /** On the clock of monotonic(): how long "not there" is not believed. Infinity: to the deadline. */
  readonly until: number;
  /** Called before each wait. */
  readonly onWait: (what: string) => void;
  readonly delay?: ((attempt: number) => number) | undefined;
}

export interface Asked<T> {
  readonly value: T | null;
  /** How often the registry was asked. */
  readonly asks: number;
}

/** Asks until there is something, or no longer. @throws what `ask` throws, the reason of an abort */
export async function outlast<T>(
  { signal, until, onWait, delay = pause }: LagOptions,
  what: string,
  ask: () => Promise<T | null>,
): Promise<Asked<T>> {
  for (let asks = 1; ; asks++) {
    const value = await ask().catch((error) => {
      // Time was up in the middle of asking again: what was said before still holds.
      if (asks > 1 && isTimeUp(signal) && error instanceof Failure) return null;
      throw error;
    });
    const left = until - monotonic();
    if (value !== null || left <= 0 || signal.aborted) return { value, asks };
    onWait(what);
    const stopped = await sleep(Math.min(delay(asks - 1), left), signal).then(
      () => false,
      () => true,
    );
    if (stopped && isTimeUp(signal)) return { value: null, asks };
    if (stopped) throw signal.reason ?? new Failure('INTERRUPTED', 'interrupted');
  }
}

const pause = (attempt: number): number => backoff(attempt, { first: 400, most: 5_000 });
