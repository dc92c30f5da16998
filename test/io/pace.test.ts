import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPace } from '../../scripts/io/pace.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['hrtime'] }));
afterEach(() => void vi.useRealTimers());

it('speaks at once, then ever more rarely, and never less than every half minute', () => {
  const isTime = createPace();
  const spoken: number[] = [];
  for (let second = 0; second <= 120; second++) {
    if (isTime()) spoken.push(second);
    vi.advanceTimersByTime(1_000);
  }
  expect(spoken).toEqual([0, 2, 4, 8, 16, 32, 62, 92]);
});
