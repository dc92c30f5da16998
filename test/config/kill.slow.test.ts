import { expect, it } from 'vitest';
import { survives } from './kills.ts';

it('is killed 50 times in the middle of ten files, and damages none', { timeout: 600000 }, async () => {
  expect(await survives(50)).toBeGreaterThan(0);
});
