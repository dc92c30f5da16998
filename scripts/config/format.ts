/** The contract of a file format: how places that name an image are found in a file, and what may be written there. */

/** Characters from `start` up to `end` of the file's text, in UTF-16 units; and the line, from 1. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** A place in a file that names an image, or must. */
export interface Place {
  readonly format: string;
  /** `CONTAINER_IMAGE_URI`, `applications[0].runtime_env.env_vars.CONTAINER_IMAGE_URI`, … */
  readonly path: string;
  /** The value as a reader of the format sees it; null where the key is not there. */
  readonly value: string | null;
  /** Where the value's token stands, quotes excluded; null where the key is not there. */
  readonly span: Span | null;
}
