/** One deadline over everything a phase asks of registries. */
import { setMaxListeners } from 'node:events';
import { DeadlinePassed } from '../registry/persist.ts';

export interface Deadline {
  /** Aborted when time is up, by `stop`, or with the parent; `reason` says which. */
  readonly signal: AbortSignal;
  /** Ends what is still under way, and the clock. */
  readonly stop: () => void;
}

/** setTimeout's own limit: what is longer would pass at once. */
const LONGEST_MS = 2 ** 31 - 1;

export function startDeadline(seconds: number, parent: AbortSignal): Deadline {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const ms = Math.min(seconds * 1000, LONGEST_MS);
  const clock = setTimeout(() => controller.abort(new DeadlinePassed(seconds)), ms);
  const end = (reason: unknown) => {
    clearTimeout(clock);
    parent.removeEventListener('abort', interrupted);
    controller.abort(reason);
  };
  const interrupted = () => end(parent.reason);
  if (parent.aborted) interrupted();
  else parent.addEventListener('abort', interrupted, { once: true });
  return { signal: controller.signal, stop: () => end(undefined) };
}
