import type { Writable } from 'node:stream';

/**
 * What every phase is handed from outside, whatever it does: where progress goes, when to stop, what time it is.
 * Made once in the composition root; a test makes its own.
 */
export interface Ports {
  /** A line for the person who waits (stderr, unless `--quiet`). No new line at the end. */
  readonly progress: (line: string) => void;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** The log file of this run; what an engine prints goes there. Masks known secrets. Opened when first written. */
  readonly log: RunLog;
  /** Values that must never be shown; whoever reads a token adds it. */
  readonly secrets: Secrets;
}

export interface RunLog {
  /** The path, once something has been written; else null. */
  readonly path: string | null;
  readonly write: (text: string) => void;
  /** A stream into the log, and to the terminal where there is one: given to `run` as `tee`. */
  readonly stream: () => Writable;
  readonly close: () => void;
}

export interface Secrets {
  readonly add: (value: string | undefined) => void;
  /** The text with every known secret value replaced by `***`. */
  readonly mask: (text: string) => string;
}
