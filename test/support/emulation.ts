import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { native } from './context.ts';

const script = fileURLToPath(new URL('engines/emulation.sh', import.meta.url));
const foreign = native() === 'amd64' ? 'aarch64' : 'x86_64';

/**
 * Does `work` while this machine can run programs of the other architecture, which RUN steps of a foreign platform need.
 * Needs root and qemu-user-static. What was registered is taken back, also when this process is killed.
 */
export async function withEmulation<T>(work: () => Promise<T>): Promise<T> {
  const name = `docker-build-${randomBytes(4).toString('hex')}`;
  const entry = readFileSync(`/usr/lib/binfmt.d/qemu-${foreign}.conf`, 'utf8')
    .trim()
    .replace(/^:[^:]*/, `:${name}`);
  const keeper = spawn('/bin/sh', [script, join(tmpdir(), name), entry], { detached: true });
  const ended = once(keeper, 'exit');
  let complaints = '';
  keeper.stderr.on('data', (text) => {
    complaints += text;
  });
  const ready = await Promise.race([once(keeper.stdout, 'data'), ended.then(() => undefined)]);
  if (!ready) throw new Error(`no emulation of ${foreign}: ${complaints}`);
  try {
    return await work();
  } finally {
    keeper.stdin.end();
    await ended;
  }
}
