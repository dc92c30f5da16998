/** What a 401 asks for (RFC 9110 11.6.1, distribution "Token Authentication Specification"). */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer';
      readonly realm: string;
      readonly service: string | undefined;
      readonly scope: string | undefined;
    };

// A scheme, or a parameter with a quoted or a bare value.
const WORD = /([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/g;

/** All challenges of a WWW-Authenticate header; those of other schemes are left out. */
export function parseChallenges(header: string | undefined): Challenge[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  for (const [, word = '', quoted, bare] of (header ?? '').matchAll(WORD)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? bare;
    if (value === undefined) found.push({ scheme: word.toLowerCase(), parameters: new Map() });
    else found.at(-1)?.parameters.set(word.toLowerCase(), value);
  }
  return found.flatMap(({ scheme, parameters }): Challenge[] => {
    if (scheme === 'basic') return [{ scheme }];
    const realm = parameters.get('realm');
    if (scheme !== 'bearer' || realm === undefined) return [];
    return [{ scheme, realm, service: parameters.get('service'), scope: parameters.get('scope') }];
  });
}

/** The challenge to answer: a token rather than a password with each request. */
export function chooseChallenge(header: string | undefined): Challenge | undefined {
  const all = parseChallenges(header);
  return all.find((c) => c.scheme === 'bearer') ?? all[0];
}
