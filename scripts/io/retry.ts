/** Milliseconds until the next try: exponential from `first`, at most `most`, with full jitter on the upper half. */
export const backoff = (
  attempt: number,
  { first = 250, most = 8_000, random = Math.random } = {},
): number => {
  const whole = Math.min(most, first * 2 ** attempt);
  return Math.round(whole / 2 + (random() * whole) / 2);
};

/** Sleeps; rejects with the signal's reason at once when it is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}
