/** Which answers are worth asking again, and when (RFC 9110 10.2.3). */

/** What Retry-After may make us wait at most. */
const MOST_MS = 60_000;

export const isPassing = (status: number): boolean =>
  status === 408 || status === 429 || status === 499 || (status >= 500 && status !== 501 && status !== 505);

/**
 * Milliseconds that a Retry-After header asks for, at most a minute; undefined if it says nothing readable.
 * A date is measured against the answer's own Date header where there is one: our clock may be off.
 */
export function retryAfter(
  value: string | undefined,
  answered: string | undefined,
  now: () => Date,
): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, MOST_MS);
  // Date.parse takes -1 for a year: an HTTP date begins with a day of the week.
  const until = /^[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const since = Date.parse(answered ?? '');
  return Math.min(Math.max(until - (Number.isNaN(since) ? now().getTime() : since), 0), MOST_MS);
}
