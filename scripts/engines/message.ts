/** One thing that podman, docker or a program under them prints when something is wrong, and what we say of it. */
import type { ErrorCode } from '../errors.ts';
import type { EngineName } from './engine.ts';
import type { Stage } from './translate.ts';

/** In the texts `{engine}`, `{image}`, `{registry}`, `{repository}` and `{login}` are filled in, `{1}` is what the pattern's first group caught. */
export interface Message {
  /** Only of this engine. */
  readonly engine?: EngineName;
  readonly stages: readonly Stage[];
  /**
   * Looked for in all that was printed while building, not only in the error at the end: what a RUN step prints
   * is in there, too, so only for words that no ordinary program says.
   */
  readonly anywhere?: true;
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly next?: string;
  /** As the engine prints it: the table's own test. */
  readonly example: string;
}

export const ALWAYS: readonly Stage[] = ['ask', 'build', 'push'];
