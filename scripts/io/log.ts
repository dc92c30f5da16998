import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { RunLog, Secrets } from './ports.ts';

const KEPT = 20;

interface LogOptions {
  /** The project's private folder; the log goes to `logs/` in it. */
  readonly folder: string;
  readonly command: string;
  readonly now: Date;
  readonly secrets: Secrets;
  /** Where a person sees the engine's output live; absent where nobody watches. */
  readonly live?: { write(text: string): unknown };
}

/**
 * A log that exists only once something is written to it. Whole lines are masked, so that no secret is cut in two.
 * Where it cannot be written (a full disk, a home that is read-only) the work goes on without it.
 */
export function createLog({ folder, command, now, secrets, live }: LogOptions): RunLog {
  let file: { readonly path: string; readonly descriptor: number } | null = null;
  let lost = false;

  const open = () => {
    const logs = join(folder, 'logs');
    mkdirSync(logs, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    forgetOld(logs);
    const path = join(logs, `${now.toISOString().replaceAll(/[:.]/g, '-')}-${command}-${process.pid}.log`);
    return { path, descriptor: openSync(path, 'a', 0o600) };
  };

  const write = (text: string) => {
    if (lost) return;
    try {
      file ??= open();
      writeSync(file.descriptor, secrets.mask(text));
    } catch {
      lost = true;
    }
  };

  return {
    get path() {
      return file?.path ?? null;
    },
    write,
    stream() {
      const decoder = new StringDecoder('utf8');
      let rest = '';
      const emit = (text: string) => {
        write(text);
        live?.write(secrets.mask(text));
      };
      return new Writable({
        write(chunk: Buffer, _encoding, done) {
          rest += decoder.write(chunk);
          const end = Math.max(rest.lastIndexOf('\n'), rest.lastIndexOf('\r')) + 1;
          if (end > 0) emit(rest.slice(0, end));
          rest = rest.slice(end);
          done();
        },
        final(done) {
          if (rest) emit(`${rest}\n`);
          done();
        },
      });
    },
    close() {
      if (file) closeSync(file.descriptor);
    },
  };
}

/** Room for the one that is about to be made. */
function forgetOld(logs: string): void {
  const names = readdirSync(logs).sort();
  for (const name of names.slice(0, Math.max(0, names.length - KEPT + 1)))
    rmSync(join(logs, name), { force: true });
}
