import { isLoopback } from '../oci/reference.ts';

/** What a person types to log in. On this machine podman asks for https all the same; docker does not. */
export const loginCommand = (engine: 'podman' | 'docker', registry: string): string =>
  `${engine} login${engine === 'podman' && isLoopback(registry) ? ' --tls-verify=false' : ''} ${registry}`;
