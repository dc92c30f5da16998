import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { privateFolder } from '../../scripts/io/private-folder.ts';
import { openHistory } from '../../scripts/state.ts';
import { type FaultyProxy, notThere, startFaultyProxy, status } from '../support/faulty-proxy.ts';
import { makeImage, putImage } from '../support/image.ts';
import { runProgram } from '../support/program.ts';
import { type Registry, startRegistry } from '../support/registry.ts';

const image = makeImage();
let real: Registry;
let proxy: FaultyProxy;
let dir: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  real = await startRegistry();
  proxy = await startFaultyProxy({ behind: real.url });
  await putImage({ url: real.url, path: 'me/app' }, image, 'latest');
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'verify-')));
  env = { PATH: process.env.PATH, HOME: dir };
});
afterAll(async () => {
  await proxy.stop();
  await real.stop();
  rmSync(dir, { recursive: true });
});

const verify = (...words: string[]) => runProgram(['verify', '--json', ...words], { cwd: dir, env });
const file = (name: string, text: string) => {
  writeFileSync(join(dir, name), text);
  return name;
};

test('after our own push, a tag that is not there yet is pending', async () => {
  proxy.on(/manifests\/(pushed|other)/, notThere);
  const repository = `${proxy.host}/me/app`;
  await openHistory(privateFolder(dir, env)).append({
    kind: 'push',
    image: `${repository}:pushed`,
    digest: image.manifest.descriptor.digest,
    imageId: null,
    sizeBytes: null,
    pushedAt: new Date().toISOString(),
    codeCommit: null,
    apply: false,
  });
  const own = await verify(`${repository}:pushed`, '--timeout', '1');
  expect([own.exitCode, own.json.data.status]).toEqual([7, 'pending']);
  const other = await verify(`${repository}:other`, '--timeout', '1');
  expect([other.exitCode, other.json.data.status]).toEqual([7, 'missing']);
});

test('a deadline of a month is none that passes at once', async () => {
  const { exitCode, json } = await verify(`${real.host}/me/app:latest`, '--timeout', '3000000');
  expect([exitCode, json.data.status]).toEqual([0, 'verified']);
});

test.for(['with "quotes" and \\', 'digest', 'schemaVersion'])(
  'a password (%s) is masked in JSON, which stays JSON',
  async (password) => {
    const says = { errors: [{ code: 'DENIED', message: `not with ${password}, no` }] };
    proxy.on(/secret/, status(401, { 'www-authenticate': 'Basic realm="x"' }, JSON.stringify(says)));
    const auth = Buffer.from(`me:${password}`).toString('base64');
    const authfile = file('auth.json', JSON.stringify({ auths: { [proxy.host]: { auth } } }));
    const { json } = await verify(`${proxy.host}/me/secret:1`, '--authfile', authfile);
    expect(json).toMatchObject({ schemaVersion: 1, command: 'verify', error: { code: 'DENIED' } });
    expect(json.error?.message).toContain('not with ***, no');
    expect(Object.keys(json.data)).toContain('reference');
  },
);

test('a list without a reference, and two sources at once, are bad usage', async () => {
  const empty = await verify('--from', file('empty.txt', '\n# nothing\n'));
  expect([empty.exitCode, empty.json.error?.code]).toEqual([2, 'USAGE']);
  expect(empty.json.error?.message).toContain('empty.txt');
  const list = file('list.txt', `${real.host}/me/app\n${real.host}/me/app:latest\n`);
  const both = await verify('--from', list, '--all');
  expect([both.exitCode, both.json.error?.message]).toEqual([2, expect.stringContaining('not both')]);
});

test('what is the same reference in two spellings is asked for once', async () => {
  const list = file('list.txt', `${real.host}/me/app\n${real.host}/me/app:latest\n`);
  expect((await verify('--from', list)).json.data.references).toHaveLength(1);
});

test('--all where no file names an image says so', async () => {
  const { exitCode, json } = await verify('--all');
  expect([exitCode, json.warnings.map(({ code }) => code)]).toEqual([0, ['NOTHING_TO_VERIFY']]);
});

test('Ctrl-C ends the wait for a list on stdin that nobody ends', async () => {
  const source = fileURLToPath(new URL('../../scripts/docker-build.ts', import.meta.url));
  const words = ['--import', import.meta.resolve('tsx'), source, 'verify', '--from', '-', '--json'];
  const child = spawn(process.execPath, words, { cwd: dir, env, stdio: ['pipe', 'pipe', 'ignore'] });
  const started = setTimeout(() => child.kill('SIGINT'), 2_000);
  const code = await new Promise((resolve) => child.on('exit', resolve));
  clearTimeout(started);
  expect(code).toBe(130);
});
