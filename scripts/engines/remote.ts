import type { Warning } from '../errors.ts';
import { formatReference, isLoopback, type Reference } from '../oci/reference.ts';
import type { EngineInfo } from './engine.ts';

/** A remote engine's `localhost` is its own host: what it pushes there is perhaps not what is asked for here. */
export function remoteLoopback(
  tag: Reference,
  { name, remote }: Pick<EngineInfo, 'name' | 'remote'>,
): Warning[] {
  const { registry } = tag.repository;
  if (!remote || !isLoopback(registry)) return [];
  return [
    {
      code: 'LOOPBACK_REMOTE',
      message: `${name} works on another machine, where ${registry} is that machine itself: ${formatReference(tag)} may go to a registry that is not the one here`,
      hint: 'name the registry by an address that both machines reach',
    },
  ];
}
