import { expect, it } from 'vitest';
import { backoff, sleep } from '../../scripts/io/retry.ts';

it.each([
  [0, 0, 125],
  [0, 1, 250],
  [2, 1, 1000],
  [20, 0, 4000],
  [20, 1, 8000],
])('attempt %i with chance %d waits %i ms', (attempt, chance, ms) => {
  expect(backoff(attempt, { random: () => chance })).toBe(ms);
});

it('a sleeper is woken by the signal', async () => {
  const controller = new AbortController();
  const sleeping = sleep(60_000, controller.signal);
  controller.abort(new Error('up'));
  await expect(sleeping).rejects.toThrow('up');
  await expect(sleep(1, controller.signal)).rejects.toThrow('up');
  await expect(sleep(1, new AbortController().signal)).resolves.toBeUndefined();
});
