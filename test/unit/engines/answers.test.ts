/** What engines answer about themselves and their images. */
import { describe, expect, it } from 'vitest';
import { baseRegistries } from '../../../scripts/engines/bases.ts';
import { readInfo as readDocker } from '../../../scripts/engines/docker-info.ts';
import { readInspected } from '../../../scripts/engines/inspected.ts';
import { readInfo as readPodman } from '../../../scripts/engines/podman-info.ts';
import { leftovers } from '../../../scripts/engines/podman-leftovers.ts';
import { metadataDigest, pushedDigest } from '../../../scripts/engines/push-output.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;

describe('podman info', () => {
  const info = {
    host: { arch: 'arm64', os: 'linux', variant: 'v8', serviceIsRemote: true, security: { rootless: true } },
    store: { graphDriverName: 'overlay', graphRoot: '/store' },
    version: { Version: '5.4.2' },
  };
  it('is read', () => {
    expect(readPodman(JSON.stringify(info))).toEqual({
      name: 'podman',
      version: '5.4.2',
      remote: true,
      rootless: true,
      store: 'overlay',
      platform: { os: 'linux', architecture: 'arm64' },
      root: '/store',
      buildx: null,
    });
  });
});

describe('docker info', () => {
  const version = { Client: { Version: '28.2.2' }, Server: { Version: '26.1.5' } };
  const info = {
    OSType: 'linux',
    Architecture: 'x86_64',
    Driver: 'overlay2',
    DockerRootDir: '/var/lib/docker',
  };

  it.each([
    ['aarch64', { os: 'linux', architecture: 'arm64' }],
    ['x86_64', { os: 'linux', architecture: 'amd64' }],
    ['armv7l', { os: 'linux', architecture: 'arm', variant: 'v7' }],
    ['s390x', { os: 'linux', architecture: 's390x' }],
  ])('knows %s', (Architecture, platform) => {
    expect(readDocker(version, { ...info, Architecture }).platform).toEqual(platform);
  });

  it('knows the containerd store, rootless, and a daemon of another host', () => {
    const found = readDocker(version, {
      ...info,
      DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']],
      SecurityOptions: ['name=seccomp', 'name=rootless'],
      Name: 'elsewhere',
    });
    expect(found).toMatchObject({ store: 'containerd', rootless: true, remote: true, buildx: null });
  });

  it('knows a plugin that does not work from one that does', () => {
    const plugins = (more: object) => ({ ...info, ClientInfo: { Plugins: [{ Name: 'buildx', ...more }] } });
    expect(readDocker(version, plugins({ Version: 'v0.13.1' })).buildx).toBe('v0.13.1');
    expect(readDocker(version, plugins({ Err: 'exec format error' })).buildx).toBeNull();
  });
});

describe('image inspect', () => {
  const image = { Id: 'c'.repeat(64), Os: 'linux', Architecture: 'arm64', Variant: 'v8' };
  const read = (more: object) => readInspected(JSON.stringify([{ ...image, ...more }]));

  it('takes ids as podman and docker print them', () => {
    expect(read({})?.imageId).toBe(`sha256:${'c'.repeat(64)}`);
    expect(read({ Id: DIGEST })?.imageId).toBe(DIGEST);
    expect(readInspected('[]')).toBeNull();
  });

  it('keeps digests of repositories alone', () => {
    const RepoDigests = [
      '<none>@<none>',
      `app@${DIGEST}`,
      `localhost:5000/a/b@${OTHER}`,
      'localhost:5000/a/b:1',
    ];
    expect(read({ RepoDigests })?.repoDigests).toEqual([
      { repository: { registry: 'docker.io', path: 'library/app' }, digest: DIGEST },
      { repository: { registry: 'localhost:5000', path: 'a/b' }, digest: OTHER },
    ]);
  });
});

describe('what a push reports', () => {
  it.each([
    ['its line', `1: digest: ${DIGEST} size: 523\n`, DIGEST],
    ['the last of its lines', `1: digest: ${OTHER} size: 1\nagain\n1: digest: ${DIGEST} size: 523`, DIGEST],
    ['another tag', `2: digest: ${DIGEST} size: 523\n`, undefined],
    ['a digest cut off', `1: digest: ${DIGEST.slice(0, 40)} size: 523\n`, undefined],
    ['nothing', '', undefined],
  ])('%s', (_, output, digest) => expect(pushedDigest(output, '1')).toBe(digest));

  it.each([
    [`{"containerimage.digest":"${DIGEST}","containerimage.config.digest":"${OTHER}"}`, DIGEST],
    ['{"containerimage.config.digest":"x"}', undefined],
    ['{', undefined],
    ['', undefined],
  ])('metadata %s', (json, digest) => expect(metadataDigest(json)).toBe(digest));
});

describe('the registries of base images', () => {
  it.each([
    ['FROM scratch', []],
    ['FROM alpine', ['docker.io']],
    [
      'FROM --platform=linux/arm64 localhost:5000/base:1 AS build\nFROM build\nCOPY --from=build /a /a',
      ['localhost:5000'],
    ],
    [
      'from localhost:5000/a\nCOPY --from=ghcr.io/x/y:1 /a /a\nCOPY --from=0 /b /b',
      ['localhost:5000', 'ghcr.io'],
    ],
    ['FROM scratch\nRUN --mount=type=bind,from=quay.io/x/y,target=/x true', ['quay.io']],
    ['FROM \\\n  localhost:5000/a', ['localhost:5000']],
  ])('%s', (dockerfile, registries) =>
    expect([...(baseRegistries(dockerfile) ?? ['?'])]).toEqual(registries),
  );

  it('are unknown where a name holds a variable', () => expect(baseRegistries('ARG B\nFROM $B')).toBeNull());
});

describe('builder containers', () => {
  const since = new Date('2026-01-01T00:00:10.900Z');
  const at = Date.parse('2026-01-01T00:00:10Z') / 1000;
  it('are ours if they were made since', () => {
    const list = [
      { Id: 'old', Created: at - 1, Command: ['buildah'] },
      { Id: 'ours', Created: at, Command: ['buildah'] },
      { Id: 'run', Created: at + 1, Command: ['sleep'] },
    ];
    expect(leftovers(JSON.stringify(list), since)).toEqual(['ours']);
    expect(leftovers('', since)).toEqual([]);
  });
});
