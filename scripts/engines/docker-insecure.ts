/** `--tls-verify=false` is an option of ours: a docker daemon has its own list, which no command can change. */
import { BlockList, isIP } from 'node:net';
import { Failure } from '../errors.ts';
import { isLoopback } from '../oci/reference.ts';
import type { DockerBuilder } from './docker-builder.ts';
import type { DockerInfo } from './docker-info.ts';

/**
 * Whether the builder has to be told that the registry is insecure; the daemon knows that of loopback.
 * @throws Failure ENGINE_UNSUITABLE where only the daemon's settings could help
 */
export function mustTell(
  registry: string,
  tlsVerify: boolean,
  info: DockerInfo,
  builder: DockerBuilder,
): boolean {
  if (tlsVerify) return false;
  if (builder.kind === 'buildx' && !builder.ownStore) return true;
  if (isLoopback(registry) || isListed(registry, info)) return false;
  throw new Failure(
    'ENGINE_UNSUITABLE',
    `--tls-verify=false does not reach the docker daemon, which pushes to ${registry}`,
    {
      hint: `add "insecure-registries": ["${registry}"] to /etc/docker/daemon.json and restart the daemon, or take --engine podman`,
      next: 'docker-build explain registries',
    },
  );
}

function isListed(registry: string, { insecure }: DockerInfo): boolean {
  if (insecure.registries.includes(registry)) return true;
  const host = registry.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  const family = isIP(host);
  if (family === 0) return false;
  const list = new BlockList();
  for (const network of insecure.networks) {
    const [address = '', bits = ''] = network.split('/');
    const of = isIP(address);
    if (of !== 0) list.addSubnet(address, Number(bits), of === 6 ? 'ipv6' : 'ipv4');
  }
  return list.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
