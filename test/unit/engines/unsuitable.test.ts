/** What an engine cannot do is refused by name, before anything is built. */
import { describe, expect, it } from 'vitest';
import type { DockerBuilder } from '../../../scripts/engines/docker-builder.ts';
import { readInfo } from '../../../scripts/engines/docker-info.ts';
import { mustTell } from '../../../scripts/engines/docker-insecure.ts';
import type { BuildArgs } from '../../../scripts/engines/engine.ts';
import { refuseOnDocker, refuseOnPodman } from '../../../scripts/engines/suitability.ts';
import { buildRequest } from '../../support/requests.ts';

const request = (args: Partial<BuildArgs>, platforms: readonly string[] = []) =>
  buildRequest('/c', { tags: ['localhost:5000/team/app:1'], args, platforms });

const info = (store: string) =>
  readInfo(
    { Client: { Version: '26' }, Server: { Version: '26' } },
    {
      OSType: 'linux',
      Architecture: 'x86_64',
      Driver: store,
      RegistryConfig: {
        InsecureRegistryCIDRs: ['127.0.0.0/8', '10.1.0.0/16', '::1/128'],
        IndexConfigs: { 'docker.io': { Secure: true }, 'plain.example:5000': { Secure: false } },
      },
    },
  );

const ownStore: DockerBuilder = { kind: 'buildx', driver: 'docker', ownStore: true, manyPlatforms: false };
const container: DockerBuilder = {
  kind: 'buildx',
  driver: 'docker-container',
  ownStore: false,
  manyPlatforms: true,
};

describe('podman', () => {
  it.each([
    [{ provenance: 'true' }, '--provenance'],
    [{ sbom: 'true', builder: 'far' }, '--sbom, --builder'],
  ])('%j', (args, named) => {
    expect(() => refuseOnPodman(request(args))).toThrow(
      expect.objectContaining({ code: 'ENGINE_UNSUITABLE', message: `podman has no ${named}` }),
    );
  });

  it('lets off what is off anyway', () => refuseOnPodman(request({ provenance: 'false', sbom: 'false' })));
});

describe('docker', () => {
  it.each<[DockerBuilder, Partial<BuildArgs>, readonly string[], string]>([
    [{ kind: 'buildkit' }, { cacheTo: ['x'], buildContext: ['a=b'] }, [], '--cache-to, --build-context'],
    [{ kind: 'classic' }, { secret: ['id=a'], ssh: ['default'] }, [], '--secret, --ssh'],
    [{ kind: 'classic' }, {}, ['linux/arm64'], 'not for linux/arm64'],
    [ownStore, { provenance: 'mode=max' }, [], '--provenance'],
  ])('%j %j %j', (builder, args, platforms, named) => {
    expect(() => refuseOnDocker(request(args, platforms), info('overlay2'), builder)).toThrow(
      expect.objectContaining({ code: 'ENGINE_UNSUITABLE', message: expect.stringContaining(named) }),
    );
  });

  it.each<[DockerBuilder, Partial<BuildArgs>, readonly string[], string]>([
    [{ kind: 'buildkit' }, { secret: ['id=a'], ssh: ['default'] }, ['linux/arm64'], 'overlay2'],
    [{ kind: 'classic' }, {}, ['linux/amd64'], 'overlay2'],
    [ownStore, { provenance: 'true', sbom: 'true' }, [], 'containerd'],
    [container, { provenance: 'true' }, [], 'overlay2'],
  ])('can: %j %j %j', (builder, args, platforms, store) => {
    const containerd = { ...info('overlay2'), store };
    refuseOnDocker(request(args, platforms), containerd, builder);
  });
});

describe('--tls-verify=false on docker', () => {
  it.each([
    ['ghcr.io', true, ownStore, false],
    ['10.1.2.3:5000', false, ownStore, false],
    ['plain.example:5000', false, ownStore, false],
    ['localhost:5000', false, ownStore, false],
    ['other.example', false, container, true],
  ] as const)('%s, verify %s', (registry, verify, builder, tell) => {
    expect(mustTell(registry, verify, info('overlay2'), builder)).toBe(tell);
  });

  it.each(['other.example:5000', '10.2.0.1:5000'])('%s: prints the line for daemon.json', (registry) => {
    expect(() => mustTell(registry, false, info('overlay2'), ownStore)).toThrow(
      expect.objectContaining({
        code: 'ENGINE_UNSUITABLE',
        hint: expect.stringContaining(`"insecure-registries": ["${registry}"] to /etc/docker/daemon.json`),
      }),
    );
  });
});
