import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLog } from '../../scripts/io/log.ts';
import { createSecrets } from '../../scripts/io/secrets.ts';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'log-test-')), 'private');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

const open = (second = 0, secrets = createSecrets(), live?: { write(text: string): unknown }) =>
  createLog({ folder, command: 'build', now: new Date(second * 1000), secrets, ...(live ? { live } : {}) });

it('there is none before something is written', async () => {
  expect(open().path).toBeNull();
  await expect(readdir(folder)).rejects.toThrow();
});

it('only this user can read it', async () => {
  const log = open();
  log.write('x\n');
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(log.path ?? '')).mode & 0o777).toBe(0o600);
});

it('what cannot be logged stops nothing', async () => {
  await writeFile(folder, 'a file where the folder should be');
  const log = open();
  log.write('x\n');
  log.stream().end('y\n');
  log.close();
  expect(log.path).toBeNull();
});

it('keeps the last twenty', async () => {
  for (let second = 0; second < 25; second += 1) open(second).write('x\n');
  const names = (await readdir(join(folder, 'logs'))).sort();
  expect(names).toHaveLength(20);
  expect(names[0]).toContain('1970-01-01T00-00-05');
});

it('masks a secret that comes in two pieces, in the file and on the terminal', async () => {
  const secrets = createSecrets();
  secrets.add('hunter2-hunter2');
  let seen = '';
  const log = open(0, secrets, { write: (text) => (seen += text) });
  const stream = log.stream();
  stream.write('token=hunter2-');
  stream.write('hunter2 ü\nlast');
  await new Promise<void>((done) => stream.end(done));
  expect(await readFile(log.path ?? '', 'utf8')).toBe('token=*** ü\nlast\n');
  expect(seen).toBe('token=*** ü\nlast\n');
});

it('masks a secret also as it looks in a URL and in a header', () => {
  const secrets = createSecrets();
  secrets.add('p@ss/word');
  secrets.add(undefined);
  secrets.add('ab');
  expect(secrets.mask(`p@ss/word p%40ss%2Fword ${Buffer.from('p@ss/word').toString('base64')} ab`)).toBe(
    '*** *** *** ab',
  );
});
