import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('keeper.sh', import.meta.url));

export interface Keeper {
  /** Waits until `ready` answers something else than undefined; an early end of the command is an error with its log. */
  until<T>(ready: () => T | undefined | Promise<T | undefined>, timeoutMs?: number): Promise<T>;
  /** Ends the command and removes the folder with all that is mounted in it. */
  stop(): Promise<void>;
}

/**
 * Keeps `folder`, and `command` running in it, until `stop()` or the end of this process, however it ends. `env` must
 * not name the folder: by that it is known what belongs to it.
 */
export function keep(folder: string, command: readonly string[] = [], env = process.env): Keeper {
  const child = spawn('/bin/sh', [script, folder, ...command], {
    env,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(child, 'exit');
  // A test that forgets stop() must still be able to end.
  child.unref();
  (child.stdin as Socket).unref();

  const log = () => ['stdout', 'stderr'].map((name) => readIfThere(join(folder, name))).join('');

  return {
    async until(ready, timeoutMs = 20_000) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const answer = await ready();
        if (answer !== undefined) return answer;
        if (existsSync(join(folder, 'exit'))) throw new Error(`${command.join(' ')} ended early:\n${log()}`);
        if (Date.now() > deadline) throw new Error(`${command.join(' ')} was not ready in time:\n${log()}`);
        await sleep(10);
      }
    },
    async stop() {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}

export function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
