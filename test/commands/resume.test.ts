import { describe, expect, it } from 'vitest';
import { pushToResume, refuseBuildOptions } from '../../scripts/commands/resume.ts';
import type { Digest } from '../../scripts/oci/digest.ts';
import type { HistoryRecord } from '../../scripts/state.ts';

const image = 'ghcr.io/me/app:1';
const one = `sha256:${'1'.repeat(64)}` as Digest;
const two = `sha256:${'2'.repeat(64)}` as Digest;

const build = (of = image): HistoryRecord => ({
  kind: 'build',
  image: of,
  startedAt: '2026-01-01T00:00:00Z',
});
const push = (digest = one, of = image): HistoryRecord => ({
  kind: 'push',
  image: of,
  digest,
  imageId: null,
  sizeBytes: null,
  pushedAt: '2026-01-01T00:00:01Z',
  codeCommit: null,
  apply: true,
});
const release = (digest = one, verified = true): HistoryRecord => ({
  kind: 'release',
  reference: `ghcr.io/me/app@${digest}`,
  timestamp: '2026-01-01T00:00:02Z',
  codeCommit: null,
  verified,
});

const resume = (
  records: HistoryRecord[],
  asked: { image?: string; apply?: boolean } = {},
  inForce: Digest | null = null,
) => {
  try {
    return pushToResume(records, { image: asked.image, apply: asked.apply }, inForce).digest;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('the push that --resume goes on from', () => {
  it.each([
    ['nothing was ever pushed', [], {}, null, 'NOTHING_TO_RESUME'],
    ['the last one', [build(), push(one), build(), push(two)], {}, null, two],
    [
      'not the one before a build that was never pushed',
      [build(), push(), release(), build()],
      {},
      null,
      'NOTHING_TO_RESUME',
    ],
    [
      'a build of another image does not matter to a named one',
      [push(), build('ghcr.io/me/other:1')],
      { image },
      null,
      one,
    ],
    ['none of that image', [push()], { image: 'ghcr.io/me/other:1' }, null, 'NOTHING_TO_RESUME'],
    ['a release that was left pending', [build(), push(), release(one, false)], {}, one, one],
    ['a release in force, once more', [build(), push(), release()], {}, one, one],
    [
      'not a release that was rolled back',
      [push(two), release(two), push(one), release(one)],
      {},
      two,
      'NOTHING_TO_RESUME',
    ],
    [
      'unless that is asked for',
      [push(two), release(two), push(one), release(one)],
      { apply: true },
      two,
      one,
    ],
  ] as const)('%s', (_, records, asked, inForce, expected) => {
    expect(resume([...records], asked, inForce)).toBe(expected);
  });
});

it.each([
  [{ cache: false }, undefined, '--no-cache'],
  [{ platform: ['linux/arm64'] }, undefined, '--platform'],
  [{}, 'folder', 'folder'],
])('what only a build could heed is refused by name: %o %s', (options, context, named) => {
  expect(() => refuseBuildOptions(context, options)).toThrow(
    `--resume builds nothing, so ${named} cannot be`,
  );
});

it('what is left to a resumed release is taken', () => {
  expect(() => refuseBuildOptions(undefined, { cache: true, apply: true, tag: [image] })).not.toThrow();
});
