/** The contract of a file format: how places that name an image are found in a file, and what is written there. */
import type { Warning } from '../errors.ts';
import type { FindTokens } from './tokens.ts';

/** From `start` up to `end` of the file's text, in UTF-16 units. Empty where something is to be put in. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * How far a place is the program's business:
 * `own` must name the image, whatever stands there now; `config` must, unless a tag was chosen there on purpose;
 * `pin` is kept at the digest where it names this repository by digest or placeholder; `mention` is only reported.
 */
export type Role = 'own' | 'config' | 'pin' | 'mention';

/** A place in a file that names an image, or must. */
export interface Place {
  readonly format: string;
  /** `CONTAINER_IMAGE_URI`, `applications[0].runtime_env.env_vars.CONTAINER_IMAGE_URI`, … */
  readonly path: string;
  /** The reference as a reader of the format takes it; null where the key is not there. */
  readonly value: string | null;
  /** What is replaced when the place is written, quotes excluded. */
  readonly span: Span;
  readonly role: Role;
  /** A project names its own image here, and nobody else's; so do places of the role `own` or `config`. */
  readonly namesOwn?: boolean;
  /** Whoever reads the place takes `name:tag@digest`, and a tag that stands there stays. */
  readonly keepsTag: boolean;
  /** The key stands there more than once, or what to replace cannot be told. */
  readonly ambiguous?: boolean;
  /** There is no way to pin a digest here: as the program's own it is ambiguous. */
  readonly noRoom?: boolean;
  /** Whose image it is, where a marker says: the last part of a repository, or all of it. */
  readonly image?: string;
  /** What stands at `span` for a reference, if that is not the reference itself. */
  readonly written?: (reference: string) => string;
  /** The literal line for a person to copy. */
  readonly snippet: (reference: string) => string;
}

export interface Found {
  readonly places: readonly Place[];
  readonly warnings: readonly Warning[];
}

/** What a reader is told about the file. */
export interface Reading {
  /** Relative to the project, with `/`. */
  readonly file: string;
  readonly text: string;
  readonly find: FindTokens;
  /** Keys or paths in this file that the settings name; an empty text: every reference in it. */
  readonly named: readonly string[];
}

/** The file is not of the format it should be; says where, and never shows what stands there. */
export class Unparsable extends Error {
  override name = 'Unparsable';
}

/** The key of `.env` and of Ray's `env_vars` that this program keeps. */
export const IMAGE_KEY = 'CONTAINER_IMAGE_URI';
