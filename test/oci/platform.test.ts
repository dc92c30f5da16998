import { describe, expect, it } from 'vitest';
import { formatPlatform, hostPlatform, parsePlatform, satisfies } from '../../scripts/oci/platform.ts';

const p = (text: string) => {
  const platform = parsePlatform(text);
  if (!platform) throw new Error(`${text} is no platform`);
  return platform;
};

describe('platforms', () => {
  it.each([
    ['linux/amd64', 'linux/amd64'],
    ['linux/x86_64', 'linux/amd64'],
    ['Linux/AArch64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm/v7', 'linux/arm/v7'],
    ['linux/armhf', 'linux/arm/v7'],
    ['windows/amd64', 'windows/amd64'],
  ])('%s is %s', (text, expected) => {
    expect(formatPlatform(p(text))).toBe(expected);
  });

  it.each(['linux', '', 'linux/', '/amd64', 'a/b/c/d', 'linux/am d64', 'linux,amd64'])(
    '%j is none',
    (text) => {
      expect(parsePlatform(text)).toBeUndefined();
    },
  );

  it.each([
    ['linux/arm64/v8', 'linux/arm64', true],
    ['linux/arm/v7', 'linux/arm', true],
    ['linux/arm', 'linux/arm/v7', false],
    ['linux/arm/v6', 'linux/arm/v7', false],
    ['linux/amd64', 'linux/arm64', false],
    ['windows/amd64', 'linux/amd64', false],
  ])('an image for %s where %s was asked: %s', (found, asked, expected) => {
    expect(satisfies(p(found), p(asked))).toBe(expected);
  });

  it.each([
    ['x64', 'linux/amd64'],
    ['arm64', 'linux/arm64'],
    ['arm', 'linux/arm/v7'],
    ['riscv64', 'linux/riscv64'],
  ])('a plain build on %s is for %s', (arch, expected) => {
    expect(formatPlatform(hostPlatform(arch))).toBe(expected);
  });
});
