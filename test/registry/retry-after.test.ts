import { expect, test } from 'vitest';
import { isPassing, retryAfter } from '../../scripts/registry/retry-after.ts';

const now = () => new Date('2026-01-01T00:00:00Z');
const at = (seconds: number) => new Date(now().getTime() + seconds * 1000).toUTCString();

test.for([
  [undefined, undefined, undefined],
  ['7', undefined, 7_000],
  [' 7 ', undefined, 7_000],
  ['0', undefined, 0],
  ['3600', undefined, 60_000],
  ['99999999999999999999', undefined, 60_000],
  ['-1', undefined, undefined],
  ['1.5', undefined, undefined],
  ['soon', undefined, undefined],
  [at(20), undefined, 20_000],
  [at(-20), undefined, 0],
  [at(7200), undefined, 60_000],
  // The other side's clock is an hour ahead of ours: only the difference counts.
  [at(3605), at(3600), 5_000],
] as const)('Retry-After %s, Date %s: %s ms', ([value, date, expected]) => {
  expect(retryAfter(value, date, now)).toBe(expected);
});

test('which answers pass', () => {
  const passing = Array.from({ length: 600 }, (_, code) => code).filter(isPassing);
  expect(passing.filter((code) => code < 500)).toEqual([408, 429, 499]);
  expect(passing).toEqual(expect.arrayContaining([500, 502, 503, 504, 522]));
  expect(passing).not.toContain(501);
});
