/** How a report of differing files ends. */

import { Failure } from '../errors.ts';
import type { Survey } from './survey.ts';

/** Null where every place that must says the reference. */
export function drift({ files, wanted }: Survey): Failure | null {
  const places = files.flatMap(({ source, places }) =>
    places.filter(({ drifts }) => drifts).map((judged) => ({ file: source.file, ...judged })),
  );
  if (places.length === 0) return null;
  const names = [...new Set(places.map(({ file, status }) => `${file} (${status})`))];
  const shown = names.length > 5 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  const writable = places.some(({ writes }) => writes);
  return new Failure(
    'DRIFT',
    `${places.length} ${places.length === 1 ? 'place differs' : 'places differ'} from ${wanted.reference ?? 'one another'}: ${shown.join(', ')}`,
    {
      hint: writable
        ? 'docker-build config-report --diff shows what would change'
        : 'the report says what must stand there',
      next:
        wanted.reference === null
          ? 'docker-build status'
          : writable
            ? `docker-build config-report ${wanted.reference} --apply`
            : 'docker-build config-report',
    },
  );
}

export const nothingSaysWhich = (): Failure =>
  new Failure(
    'IMAGE_UNKNOWN',
    'nothing says which digest to write: no reference was named, nothing was released, and the files do not agree',
    {
      hint: 'name it: docker-build config-report registry/repository@sha256:… --apply',
      next: 'docker-build digest',
    },
  );
