import type { Reference } from '../oci/reference.ts';
import type { BuildRequest } from './engine.ts';

/** The one that is pushed. */
export function firstTag({ tags }: Pick<BuildRequest, 'tags'>): Reference {
  const [tag] = tags;
  if (!tag) throw new Error('a build has a tag');
  return tag;
}
