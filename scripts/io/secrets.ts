import type { Secrets } from './ports.ts';

/** Shorter values would mask ordinary words; no token is that short. */
const SHORTEST = 6;

/** Collects the values that must never be shown, also as they look inside an Authorization header or a URL. */
export function createSecrets(): Secrets {
  const values = new Set<string>();
  return {
    add(value) {
      if (!value || value.length < SHORTEST) return;
      values.add(value);
      values.add(encodeURIComponent(value));
      values.add(Buffer.from(value).toString('base64'));
    },
    mask(text) {
      let masked = text;
      // longest first: a secret may hold another one
      for (const value of [...values].sort((a, b) => b.length - a.length))
        masked = masked.replaceAll(value, '***');
      return masked;
    },
  };
}
