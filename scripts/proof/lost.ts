/** What was not there, sorted as the manifests name it. */
import type { Digest } from '../oci/digest.ts';
import type { MissingEntry } from '../results.ts';

/** Where something stands: in which entry of the index (of the index inside it), and there the config, then the layers. */
export type Place = readonly number[];

export interface Lost {
  readonly at: Place;
  readonly entry: MissingEntry;
}

/** In the order of the manifests, whichever was answered first; a layer that several images share is told of once. */
export function inOrder(lost: readonly Lost[]): MissingEntry[] {
  const layers = new Set<Digest>();
  return [...lost]
    .sort((a, b) => comparePlaces(a.at, b.at))
    .map(({ entry }) => entry)
    .filter(({ role, digest }) => {
      if (role !== 'layer' || digest === null) return true;
      const first = !layers.has(digest as Digest);
      layers.add(digest as Digest);
      return first;
    });
}

function comparePlaces(a: Place, b: Place): number {
  const differs = a.findIndex((value, n) => value !== b[n]);
  return differs < 0 ? a.length - b.length : (a[differs] ?? 0) - (b[differs] ?? -1);
}
