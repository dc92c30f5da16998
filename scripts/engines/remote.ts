import type { Warning } from '../errors.ts';
import { formatReference, isLoopback, type Reference } from '../oci/reference.ts';
import type { EngineInfo } from './engine.ts';

/** The `localhost` of an engine on another machine, or of a builder in a container, is its own: what it pushes there is perhaps not what is asked for here. */
export function remoteLoopback(
  tag: Reference,
  { name, remote }: Pick<EngineInfo, 'name' | 'remote'>,
): Warning[] {
  const { registry } = tag.repository;
  if (!remote || !isLoopback(registry)) return [];
  return [
    {
      code: 'LOOPBACK_REMOTE',
      message: `${name} works elsewhere, and there ${registry} is another place: ${formatReference(tag)} may go to a registry that is not the one here`,
      hint: 'name the registry by an address that is the same from everywhere',
    },
  ];
}
