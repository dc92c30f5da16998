import { monotonic } from './clock.ts';

const SHORTEST_MS = 2_000;
const LONGEST_MS = 30_000;

/** Whether to speak now of something that goes on: at once, and then ever more rarely. */
export function createPace(): () => boolean {
  const began = monotonic();
  let said = Number.NEGATIVE_INFINITY;
  return () => {
    const now = monotonic();
    const pause = Math.min(Math.max(SHORTEST_MS, said - began), LONGEST_MS);
    if (now - said < pause) return false;
    said = now;
    return true;
  };
}
