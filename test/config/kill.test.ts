import { expect, it } from 'vitest';
import { survives } from './kills.ts';

it('is killed 6 times in the middle of ten files, and damages none', { timeout: 60000 }, async () => {
  expect(await survives(6)).toBeGreaterThanOrEqual(0);
});
