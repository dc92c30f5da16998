import { describe, expect, it } from 'vitest';
import * as docker from '../../../scripts/engines/docker-commands.ts';
import { platformTag } from '../../../scripts/engines/docker-units.ts';
import type { BuildArgs } from '../../../scripts/engines/engine.ts';
import * as podman from '../../../scripts/engines/podman-commands.ts';
import { parseReference } from '../../../scripts/oci/reference.ts';
import { buildRequest } from '../../support/requests.ts';

const TAG = 'localhost:5000/team/app:1';
const tag = parseReference(TAG);
const arm = { os: 'linux', architecture: 'arm64' };
const amd = { os: 'linux', architecture: 'amd64' };

const everything: Partial<BuildArgs> = {
  buildArg: ['A=1', 'B=two words'],
  secret: ['id=token,src=/run/token'],
  ssh: ['default'],
  label: ['l=1'],
  annotation: ['a=1'],
  cacheFrom: ['localhost:5000/team/cache'],
  cacheTo: ['localhost:5000/team/cache'],
  buildContext: ['base=/base'],
  target: 'prod',
  network: 'host',
  noCache: true,
  pull: true,
};

const EVERYTHING = [
  ...['--file', '/c/Dockerfile', '--build-arg', 'A=1', '--build-arg', 'B=two words'],
  ...['--secret', 'id=token,src=/run/token', '--ssh', 'default', '--label', 'l=1', '--annotation', 'a=1'],
  ...['--cache-from', 'localhost:5000/team/cache', '--cache-to', 'localhost:5000/team/cache'],
  ...['--build-context', 'base=/base', '--target', 'prod', '--network', 'host', '--no-cache'],
];

const request = (args: Partial<BuildArgs> = {}, tags = [TAG]) => buildRequest('/c', { tags, args });
const access = { tlsVerify: true };

describe('podman', () => {
  const build = (over: Partial<podman.PodmanBuild>) =>
    podman.buildCommand({
      request: request(),
      tags: [tag],
      platform: undefined,
      iidfile: '/t/iid',
      access,
      ...over,
    });

  it.each([
    ['plain', {}, ['build', '--tag', TAG, '--file', '/c/Dockerfile', '--iidfile', '/t/iid', '/c']],
    [
      'for a platform, into no name',
      { platform: arm, tags: [] },
      ['build', '--platform', 'linux/arm64', '--file', '/c/Dockerfile', '--iidfile', '/t/iid', '/c'],
    ],
    [
      'with every option',
      { request: request(everything) },
      ['build', '--tag', TAG, ...EVERYTHING, '--pull=always', '--iidfile', '/t/iid', '/c'],
    ],
    [
      'with logins, to registries of any certificate',
      { access: { authfile: '/t/auth.json', tlsVerify: false } },
      [
        'build',
        '--tag',
        TAG,
        '--file',
        '/c/Dockerfile',
        '--iidfile',
        '/t/iid',
        '--authfile',
        '/t/auth.json',
        '--tls-verify=false',
        '/c',
      ],
    ],
  ])('builds %s', (_, over, args) => {
    expect(build(over)).toEqual({ program: 'podman', args });
  });

  it.each([
    [
      'an image',
      podman.pushCommand('abc', tag, '/t/digest', access),
      ['push', '--digestfile', '/t/digest', 'abc', `docker://${TAG}`],
    ],
    [
      'over http',
      podman.pushCommand('abc', tag, '/t/digest', { tlsVerify: false }),
      ['push', '--digestfile', '/t/digest', '--tls-verify=false', 'abc', `docker://${TAG}`],
    ],
    [
      'a list',
      podman.pushList('localhost/l:list', tag, '/t/digest', access),
      ['manifest', 'push', '--all', '--digestfile', '/t/digest', 'localhost/l:list', `docker://${TAG}`],
    ],
  ])('pushes %s', (_, command, args) => {
    expect(command).toEqual({ program: 'podman', args });
  });
});

describe('docker', () => {
  const unit = { request: request(), tags: [tag], platforms: [], iidfile: '/t/iid' };

  it.each([
    ['buildkit', [], ['--tag', TAG]],
    ['buildkit', [arm], ['--tag', TAG, '--platform', 'linux/arm64']],
    // the classic builder takes a platform and builds another one
    ['classic', [amd], ['--tag', TAG, '--force-rm']],
  ] as const)('%s builds for %j', (kind, platforms, words) => {
    expect(docker.buildCommand({ ...unit, platforms }, kind)).toEqual({
      program: 'docker',
      args: ['build', ...words, '--file', '/c/Dockerfile', '--iidfile', '/t/iid', '/c'],
      env: { DOCKER_BUILDKIT: kind === 'buildkit' ? '1' : '0' },
    });
  });

  const push = { metadataFile: '/t/metadata', insecure: false };
  const plain = ['--file', '/c/Dockerfile'];
  const files = ['--iidfile', '/t/iid', '--metadata-file', '/t/metadata'];
  it.each([
    ['and pushes', { push }, ['--tag', TAG, ...plain, '--provenance=false', ...files, '--push']],
    [
      'into the store alone',
      {},
      ['--tag', TAG, ...plain, '--provenance=false', '--iidfile', '/t/iid', '--load'],
    ],
    [
      'two platforms',
      { push, platforms: [amd, arm] },
      [
        '--tag',
        TAG,
        '--platform',
        'linux/amd64,linux/arm64',
        ...plain,
        '--provenance=false',
        ...files,
        '--push',
      ],
    ],
    [
      'with every option',
      { push, request: request({ ...everything, builder: 'far', provenance: 'mode=max', sbom: 'true' }) },
      [
        '--builder',
        'far',
        '--tag',
        TAG,
        ...EVERYTHING,
        '--pull',
        '--provenance=mode=max',
        '--sbom=true',
        ...files,
        '--push',
      ],
    ],
    [
      'with a plugin older than attestations',
      { push, version: 'v0.9.1' },
      ['--tag', TAG, ...plain, ...files, '--push'],
    ],
    [
      'to a registry of any certificate',
      { push: { ...push, insecure: true } },
      [
        '--tag',
        TAG,
        ...plain,
        '--provenance=false',
        ...files,
        '--output',
        'type=image,push=true,registry.insecure=true',
      ],
    ],
  ])('buildx builds %s', (_, over, words) => {
    const args = ['buildx', 'build', ...words, '/c'];
    expect(docker.buildxCommand({ ...unit, version: 'v0.13.1', ...over })).toEqual({
      program: 'docker',
      args,
    });
  });

  it('names a platform in a tag', () => {
    expect(platformTag(tag, { os: 'linux', architecture: 'arm', variant: 'v7' }).tag).toBe('1-linux-arm-v7');
    expect(() => platformTag({ ...tag, tag: 'x'.repeat(120) }, arm)).toThrow(/longer than a registry takes/);
  });
});
