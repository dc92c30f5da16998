/** `# docker-build` beside a value: the value is the program's to keep. `# docker-build: worker`: for that image alone. */
import { restOfLine } from './lines.ts';

const MARKER = /^["'`]?[\s,;}\]]*(?:#|\/\/)\s*docker-build(?::\s*(\S+))?\s*$/;

export interface Marker {
  /** The last part of a repository, or all of it; undefined: the project's image. */
  readonly image: string | undefined;
}

/** The marker on the line of a value that ends at `offset`. */
export function markerAfter(text: string, offset: number): Marker | null {
  const found = MARKER.exec(restOfLine(text, offset));
  return found ? { image: found[1] } : null;
}
