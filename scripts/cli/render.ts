/** Where a result is turned into what the user reads: stdout is the result, stderr everything else. */
import { CODES, EXIT, type ExitCode, Failure, type Outcome, type Warning } from '../errors.ts';
import type { CommandName } from './commands.ts';

/** What a command gives to be shown. `text` is called only where a person reads. */
export interface Shown extends Outcome<unknown> {
  /** The reference alone, for `--quiet`. */
  readonly reference: string | null;
  readonly text: () => string;
}

export interface Format {
  readonly json: boolean;
  readonly quiet: boolean;
}

export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Words of ours, of which there are few: a secret that is spelled like one of them does not hide it. */
const OURS = new Set(['command', 'code', 'status']);

/** Prints a finished command, no secret in it; the exit status it ends with. */
export function render(
  command: CommandName | null,
  shown: Shown,
  format: Format,
  log: string | null,
  streams: Streams,
  mask: (text: string) => string,
): ExitCode {
  const { failure } = shown;
  if (format.json) {
    // Value by value: once written as JSON, a secret with a quote in it looks different, and a key may look like one.
    const hide = (key: string, value: unknown) =>
      typeof value === 'string' && !OURS.has(key) ? mask(value) : value;
    streams.out(`${JSON.stringify(envelope(command, shown, log), hide)}\n`);
    return failure ? failure.exit : EXIT.ok;
  }
  const out = (text: string) => streams.out(mask(text));
  const err = (text: string) => streams.err(mask(text));
  if (format.quiet) {
    if (shown.reference && !failure) out(`${shown.reference}\n`);
  } else {
    const text = shown.data === null ? '' : shown.text().trimEnd();
    if (text) out(`${text}\n`);
    for (const warning of shown.warnings) err(`${warningText(warning)}\n`);
  }
  if (failure) err(failureText(failure, log));
  else if (log && !format.quiet) err(`log: ${log}\n`);
  return failure ? failure.exit : EXIT.ok;
}

/** The one JSON object (`schemaVersion` 1). `hint` and `next` are null where there is nothing to say. */
export function envelope(
  command: CommandName | null,
  { data, warnings, failure }: Outcome<unknown>,
  log: string | null,
) {
  return {
    schemaVersion: 1,
    command,
    ok: failure === undefined,
    data,
    warnings: warnings.map(({ code, message, hint }) => ({ code, message, hint: hint ?? null })),
    error: failure
      ? {
          code: failure.code,
          message: failure.message,
          hint: failure.hint ?? null,
          next: failure.next ?? null,
        }
      : null,
    log,
  };
}

const warningText = ({ code, message, hint }: Warning): string =>
  `warning ${code}: ${message}${hint ? `\n  ${hint}` : ''}`;

function failureText(failure: Failure, log: string | null): string {
  const lines = [`error ${failure.code}: ${failure.message}`];
  if (failure.hint) lines.push(`  ${failure.hint}`);
  if (failure.next) lines.push(`next: ${failure.next}`);
  if (CODES[failure.code].exit !== EXIT.usage) lines.push(`more: docker-build explain ${failure.code}`);
  if (log) lines.push(`log: ${log}`);
  return `${lines.join('\n')}\n`;
}

/** Whatever was thrown, as the failure it is reported as; what nobody foresaw is a fault of ours. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure(
    'INTERNAL',
    `a fault in docker-build: ${error instanceof Error ? error.message : String(error)}`,
    {
      hint: 'the stack is in the log; please report it',
      cause: error,
    },
  );
}
