import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { createFixture } from 'fs-fixture';
import { expect, it } from 'vitest';
import { runProgram } from '../support/program.ts';

const read = (name: string) =>
  JSON.parse(
    readFileSync(
      new URL(`../../plugins/docker-build/skills/docker-build/references/${name}`, import.meta.url),
      'utf8',
    ),
  );
const compile = (name: string) => new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(read(name));

it.each([
  ['no command', []],
  ['an unknown command', ['relaese']],
  ['an unknown option', ['verify', '--jsom']],
  ['a bad reference', ['digest', 'app']],
  ['a command that needs nothing', ['explain']],
  ['a check of this machine', ['doctor']],
  ['an unreachable registry', ['digest', '127.0.0.1:1/me/app:1', '--timeout=1']],
  ['a proof that cannot be had', ['verify', `127.0.0.1:1/me/app@sha256:${'0'.repeat(64)}`, '--timeout=1']],
  ['several of them', ['verify', '--from=references', '--timeout=1']],
  ['files that name nothing', ['config-report']],
  ['no release yet', ['status']],
])('what is printed for %s is as the schema says', async (_, words) => {
  await using project = await createFixture({
    references: `127.0.0.1:1/me/app@sha256:${'1'.repeat(64)}\n`,
    Dockerfile: 'FROM scratch\n',
  });
  const valid = compile('schema.json');
  const { json } = await runProgram([...words, '--json'], {
    cwd: project.path,
    env: { ...process.env, XDG_STATE_HOME: project.path },
  });
  valid(json);
  expect(valid.errors ?? [], JSON.stringify(json)).toEqual([]);
});

it('refuses what is not printed', () => {
  const valid = compile('schema.json');
  expect(valid({ schemaVersion: 1, command: 'digest', ok: true })).toBe(false);
});

it.each([
  [{}, true],
  [{ image: 'ghcr.io/me/app', platforms: ['linux/amd64'], targets: [{ file: 'a.yaml', path: 'b.c' }] }, true],
  [{ engine: '/usr/bin/podman' }, false],
  [{ imgae: 'ghcr.io/me/app' }, false],
])('of the settings %j: %s', (settings, fits) => {
  expect(compile('docker-build.schema.json')(settings)).toBe(fits);
});
