import { describe, expect, it } from 'vitest';
import { digestOf } from '../../scripts/oci/digest.ts';
import {
  formatReference,
  InvalidReference,
  isLoopback,
  parseReference,
  pinned,
} from '../../scripts/oci/reference.ts';

const D = digestOf(Buffer.from('x'));

describe('what is a reference, and what it means', () => {
  it.each([
    ['me/app', 'docker.io/me/app'],
    ['docker.io/me/app', 'docker.io/me/app'],
    ['index.docker.io/me/app', 'docker.io/me/app'],
    ['docker.io/busybox', 'docker.io/library/busybox'],
    ['ghcr.io/me/app:1.2', 'ghcr.io/me/app:1.2'],
    ['GHCR.io/me/app', 'ghcr.io/me/app'],
    ['localhost/app', 'localhost/app'],
    ['localhost:5000/app:latest', 'localhost:5000/app:latest'],
    ['127.0.0.1:5000/a/b/c', '127.0.0.1:5000/a/b/c'],
    ['[::1]:5000/app:x', '[::1]:5000/app:x'],
    [`ghcr.io/me/app:v1@${D}`, `ghcr.io/me/app:v1@${D}`],
    [`ghcr.io/me/app@${D}`, `ghcr.io/me/app@${D}`],
    ['registry.example/a__b/c-d.e:T_1', 'registry.example/a__b/c-d.e:T_1'],
  ])('%s is %s', (text, formatted) => {
    expect(formatReference(parseReference(text))).toBe(formatted);
  });

  it.each([
    ['', 'empty'],
    ['app', 'single word'],
    ['app:latest', 'single word'],
    ['ghcr.io/Me/App', 'lower case'],
    ['https://ghcr.io/me/app', 'scheme'],
    ['ghcr.io/me/app:', 'no tag'],
    ['ghcr.io/me/app:-x', 'no tag'],
    ['ghcr.io/me/app@sha256:12', 'not sha256: and 64 hex digits'],
    [`ghcr.io/me/app@${D.toUpperCase()}`, 'not sha256: and 64 hex digits'],
    ['ghcr.io/', 'no repository'],
    ['ghcr.io//app', 'no repository'],
    ['me/app/', 'no repository'],
    ['me/a b', 'white space'],
    ['ghcr.io:x/me/app', 'no registry host'],
    ['example.com:99999/a/b:1', 'no registry host'],
    ['256.256.256.256/a/b:1', 'no registry host'],
    ['1.2.3.4.5/a/b:1', 'no registry host'],
    ['[:::]:5000/me/app:1', 'no registry host'],
    [`ghcr.io/${'a/'.repeat(140)}a`, 'at most 255'],
  ])('%j is refused: %s', (text, why) => {
    expect(() => parseReference(text)).toThrow(InvalidReference);
    expect(() => parseReference(text)).toThrow(why);
  });

  it('a single word comes with the spellings that would do', () => {
    try {
      parseReference('app:1');
      expect.unreachable();
    } catch (error) {
      expect((error as InvalidReference).choices).toContain('docker.io/library/app:1');
      for (const choice of (error as InvalidReference).choices) {
        expect(() => parseReference(choice.replace('OWNER', 'me'))).not.toThrow();
      }
    }
  });

  it('upper case comes with its lower case', () => {
    expect(() => parseReference('ghcr.io/Me/app:V1')).toThrow(
      expect.objectContaining({ choices: ['ghcr.io/me/app:V1'] }),
    );
  });

  it('what is deployed never holds a tag', () => {
    expect(pinned(parseReference('localhost:5000/app:v1').repository, D)).toBe(`localhost:5000/app@${D}`);
  });
});

it.each([
  ['localhost', true],
  ['localhost:5000', true],
  ['127.0.0.1:5000', true],
  ['127.8.0.1', true],
  ['[::1]:5000', true],
  ['registry.localhost:5000', true],
  ['localhost.example', false],
  ['127.0.0.1.example:5000', false],
  ['ghcr.io', false],
  ['128.0.0.1', false],
])('loopback %s: %s', (registry, expected) => {
  expect(isLoopback(registry)).toBe(expected);
});
