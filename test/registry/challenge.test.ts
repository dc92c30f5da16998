import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseChallenge, parseChallenges } from '../../scripts/registry/challenge.ts';

const bearer = (realm: string, service?: string, scope?: string) => ({
  scheme: 'bearer',
  realm,
  service,
  scope,
});

test.for([
  [undefined, []],
  ['', []],
  ['Basic realm="x"', [{ scheme: 'basic' }]],
  ['basic', [{ scheme: 'basic' }]],
  ['Bearer realm="https://a/t",service="a"', [bearer('https://a/t', 'a')]],
  [
    'bearer REALM="https://a/t", Scope="repository:x:pull,push"',
    [bearer('https://a/t', undefined, 'repository:x:pull,push')],
  ],
  ['Bearer realm=https://a/t', [bearer('https://a/t')]],
  ['Bearer realm="a\\"b"', [bearer('a"b')]],
  ['Bearer service="no realm"', []],
  ['Negotiate, Basic realm="x", Bearer realm="r"', [{ scheme: 'basic' }, bearer('r')]],
  ['Digest realm="x", nonce="y"', []],
] as const)('%s', ([header, expected]) => {
  expect(parseChallenges(header)).toEqual(expected);
});

test('a token is preferred to a password', () => {
  expect(chooseChallenge('Basic realm="x", Bearer realm="r"')?.scheme).toBe('bearer');
  expect(chooseChallenge('Negotiate')).toBeUndefined();
});

test('no header makes it fail or hang', () => {
  fc.assert(fc.property(fc.string(), (header) => Array.isArray(parseChallenges(header))));
});
