import { describe, expect, it } from 'vitest';
import { Failure, type Outcome } from '../../scripts/errors.ts';
import { createSecrets } from '../../scripts/io/secrets.ts';
import { digestOf } from '../../scripts/oci/digest.ts';
import { megabytes, type ReleaseInput, type ReleasePorts, release } from '../../scripts/phases/release.ts';
import type { BuildData, ConfigReportData, VerifyData, VerifyStatus } from '../../scripts/results.ts';
import type { DeployState, PushRecord } from '../../scripts/state.ts';

const D = digestOf(Buffer.from('x'));
const reference = `localhost:5000/app@${D}`;
const built: BuildData = {
  image: 'localhost:5000/app:1',
  reference,
  digest: D,
  platforms: [{ platform: 'linux/amd64', digest: D, configDigest: D }],
  imageId: D,
  sizeBytes: 12_345_678,
  reportedBy: 'digest-file',
  timings: { buildMs: 1, pushMs: 2 },
};
const push: PushRecord = {
  kind: 'push',
  image: 'localhost:5000/app:1',
  digest: D,
  imageId: D,
  sizeBytes: 1,
  pushedAt: '2026-01-31T11:59:00.000Z',
  codeCommit: null,
  apply: true,
};
const proof = (status: VerifyStatus, failure?: Failure): Outcome<VerifyData> => ({
  data: {
    reference,
    status,
    level: 'blobs',
    checked: { manifests: 1, blobs: 2, bytes: 3 },
    missing: [],
    platforms: built.platforms,
    attempts: 1,
    elapsedMs: 4,
  },
  warnings: [],
  ...(failure ? { failure } : {}),
});
const report = (applied: boolean): Outcome<ConfigReportData> => ({
  data: {
    reference,
    applied,
    state: { file: null, containerImageUri: null, status: 'absent' },
    targets: (['match', 'match', 'stale'] as const).map((status) => ({
      file: '.env',
      format: 'dotenv',
      path: 'X',
      line: 1,
      current: null,
      expected: reference,
      status,
      snippet: null,
    })),
  },
  warnings: [],
});

/** A release whose other phases answer as told; what was called stands in `calls`, in order. */
async function played(input: Partial<ReleaseInput>, ports: Partial<ReleasePorts>) {
  const calls: string[] = [];
  let state: DeployState | undefined;
  const outcome = await release(
    {
      apply: false,
      allowUnverified: false,
      resume: null,
      codeCommit: null,
      image: push.image,
      dryRun: false,
      ...input,
    },
    {
      progress: () => {},
      signal: new AbortController().signal,
      now: () => new Date('2026-01-31T12:00:00.000Z'),
      log: { path: null, write: () => {}, stream: () => process.stderr, close: () => {} },
      secrets: createSecrets(),
      foresee: async () => {},
      doctor: async () => ({ data: { checks: [] }, warnings: [] }),
      build: async () => ({ data: built, warnings: [] }),
      verify: async () => proof('verified'),
      configReport: async (_reference, apply) => report(apply),
      ...Object.fromEntries(
        Object.entries(ports).map(([name, port]) => [
          name,
          (...received: unknown[]) => {
            calls.push(name);
            return (port as (...words: unknown[]) => unknown)(...received);
          },
        ]),
      ),
      saveState: async (saved) => {
        calls.push('saveState');
        state = saved;
      },
    },
  );
  return { outcome, calls, state };
}

describe('a release', () => {
  it('proves, records, reports, and ends with the block', async () => {
    const { outcome, state } = await played({ apply: true, codeCommit: 'c' }, {});
    expect(outcome.failure).toBeUndefined();
    expect(outcome.data).toMatchObject({
      reference,
      verify: { status: 'verified', attempts: 1 },
      config: { applied: true, counts: { match: 2, stale: 1 }, targets: [{ status: 'stale' }] },
      deploymentState: {
        CONTAINER_IMAGE_URI: reference,
        IMAGE_SIZE: '12MB',
        BUILD_TIMESTAMP: '2026-01-31T12:00:00Z',
        BUILD_STATUS: 'success',
      },
    });
    expect(state).toMatchObject({ container_image_uri: reference, verified: true, code_commit: 'c' });
  });

  it('is stopped by doctor before anything is built', async () => {
    const failure = new Failure('DENIED', 'no');
    const { outcome, calls } = await played(
      {},
      {
        foresee: async () => {},
        doctor: async () => ({ data: { checks: [] }, warnings: [], failure }),
        build: async () => ({ data: built, warnings: [] }),
      },
    );
    expect(outcome.failure).toBe(failure);
    expect(calls).toEqual(['foresee', 'doctor']);
  });

  it('keeps what a failed build knew, and goes no further', async () => {
    const failure = new Failure('WRONG_PLATFORM', 'arm64');
    const { outcome, calls } = await played(
      { apply: true },
      {
        build: async () => ({ data: built, warnings: [{ code: 'W', message: 'w' }], failure }),
        verify: async () => proof('verified'),
      },
    );
    expect(outcome).toMatchObject({ data: { digest: D, verify: null }, warnings: [{ code: 'W' }], failure });
    expect(calls).toEqual(['build']);
  });

  it.each(['missing', 'incomplete', 'mismatch', 'denied', 'unreachable'] as const)(
    'that is %s is neither recorded nor written, even unverified',
    async (status) => {
      const failure = new Failure('MISSING', status);
      const { outcome, calls } = await played(
        { apply: true, allowUnverified: true },
        { verify: async () => proof(status, failure), configReport: async () => report(true) },
      );
      expect(outcome).toMatchObject({ data: { verify: { status }, config: null }, failure });
      expect(calls).toEqual(['verify']);
    },
  );
});

describe('pushed, but not yet served', () => {
  const pending = async () => proof('pending', new Failure('PENDING', 'lag'));

  it('without --apply: exit 0, a warning, recorded as unverified', async () => {
    const { outcome, state } = await played({}, { verify: pending });
    expect(outcome.failure).toBeUndefined();
    expect(outcome.warnings).toMatchObject([
      { code: 'VERIFY_PENDING', hint: 'docker-build release --resume' },
    ]);
    expect(outcome.data.deploymentState?.BUILD_STATUS).toBe('unverified');
    expect(state?.verified).toBe(false);
  });

  it('with --apply: exit 7, recorded, nothing written, resume is next', async () => {
    const { outcome, calls, state } = await played(
      { apply: true },
      { verify: pending, configReport: async () => report(true) },
    );
    expect(outcome.failure).toMatchObject({
      code: 'PENDING',
      exit: 7,
      next: 'docker-build release --resume',
    });
    expect(calls).toEqual(['verify', 'saveState']);
    expect(state?.verified).toBe(false);
  });

  it('with --apply --allow-unverified: written, with the warning', async () => {
    const { outcome, calls } = await played(
      { apply: true, allowUnverified: true },
      { verify: pending, configReport: async () => report(true) },
    );
    expect(outcome).toMatchObject({
      data: { config: { applied: true } },
      warnings: [{ code: 'VERIFY_PENDING' }],
    });
    expect(calls).toEqual(['verify', 'saveState', 'configReport']);
  });
});

it('resumed: no doctor, no build, no push; the old push is proven and written', async () => {
  const seen: unknown[] = [];
  const { outcome, calls } = await played(
    { resume: push, apply: true },
    {
      foresee: async () => {},
      doctor: async () => ({ data: { checks: [] }, warnings: [] }),
      build: async () => ({ data: built, warnings: [] }),
      verify: async (...received) => {
        seen.push(...received);
        return proof('verified');
      },
    },
  );
  expect(seen).toEqual([reference, push.pushedAt]);
  expect(calls).toEqual(['foresee', 'verify', 'saveState']);
  expect(outcome.data).toMatchObject({
    reference,
    imageId: D,
    platforms: built.platforms,
    config: { applied: true },
  });
});

it('what nobody foresaw is thrown, not told as a result', async () => {
  const broken = async () => {
    throw new TypeError('bug');
  };
  await expect(played({}, { verify: broken })).rejects.toThrow('bug');
});

it.each([
  [null, 'unknown'],
  [0, '0MB'],
  [1, '0.1MB'],
  [1_940_000, '2MB'],
  [1_900_000, '1.9MB'],
  [412_300_000, '412MB'],
])('%s bytes are %s', (bytes, expected) => {
  expect(megabytes(bytes)).toBe(expected);
});

it('resumed in a dry run: what would be written, and nobody is asked', async () => {
  const applied: boolean[] = [];
  const { outcome, calls } = await played(
    { resume: push, apply: true, dryRun: true },
    {
      verify: async () => proof('verified'),
      configReport: async (_reference, apply) => {
        applied.push(apply);
        return report(apply);
      },
    },
  );
  expect([calls, applied]).toEqual([['configReport'], [false]]);
  expect(outcome.data).toMatchObject({ reference, config: { applied: false }, deploymentState: null });
});
