/** Reading what a registry sends: always up to a limit, because the other side decides how much it sends. */
import type { IncomingMessage } from 'node:http';
import { type Answer, Timeout } from './wire.ts';

/** More came than was allowed for. */
export class TooLarge extends Error {
  override name = 'TooLarge';
  readonly limit: number;
  constructor(limit: number) {
    super(`the answer is larger than ${limit} bytes`);
    this.limit = limit;
  }
}

/** Lets the connection be used again without looking at the rest; a long rest is cut off instead. */
export function discard({ method, body, headers }: Answer): void {
  body.on('error', () => {});
  if (method !== 'HEAD' && Number(headers['content-length'] ?? 0) > 64 * 1024) body.destroy();
  else body.resume();
}

/**
 * Calls `chunk` for every piece up to the end, and ends the connection on any error.
 * `within` milliseconds bound the whole: a body that drips for ever is never idle.
 * @throws what `chunk` throws, a network error, Timeout
 */
export function each(
  body: IncomingMessage,
  chunk: (piece: Uint8Array) => void,
  within?: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const clock =
      within &&
      setTimeout(() => body.destroy(new Timeout(`the answer did not end within ${within / 1000} s`)), within);
    const settle = (end: () => void) => {
      clearTimeout(clock);
      end();
    };
    body.on('data', (piece: Uint8Array) => {
      try {
        chunk(piece);
      } catch (error) {
        body.destroy(error as Error);
      }
    });
    body.on('end', () => settle(resolve));
    body.on('error', (error) => settle(() => reject(error)));
    body.on('close', () => settle(() => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }))));
  });
}

/** The whole body. @throws TooLarge, a network error */
export async function readAll(answer: Answer, limit: number, within: number): Promise<Buffer> {
  if (Number(answer.headers['content-length'] ?? 0) > limit) {
    answer.body.on('error', () => {});
    answer.body.destroy();
    throw new TooLarge(limit);
  }
  const pieces: Uint8Array[] = [];
  let size = 0;
  await each(
    answer.body,
    (piece) => {
      size += piece.length;
      if (size > limit) throw new TooLarge(limit);
      pieces.push(piece);
    },
    within,
  );
  return Buffer.concat(pieces);
}

/** The start of an error's body: whatever can be had of it, never an error of its own. */
export async function readStart(answer: Answer, limit: number, within: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  await each(
    answer.body,
    (piece) => {
      pieces.push(piece);
      size += piece.length;
      if (size > limit) throw new TooLarge(limit);
    },
    within,
  ).catch(() => {});
  return Buffer.concat(pieces).subarray(0, limit).toString('utf8');
}
