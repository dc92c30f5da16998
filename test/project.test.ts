import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProject, readReference } from '../scripts/project.ts';

let dir: string;
beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'project-test-')));
  await mkdir(join(dir, 'My_App'));
  dir = join(dir, 'My_App');
});
afterEach(() => rm(join(dir, '..'), { recursive: true }));

const write = (name: string, text: string) => writeFile(join(dir, name), text);

describe('the image that a project names', () => {
  it('none, if nothing names one', async () => {
    expect((await openProject(dir, {})).image).toBeNull();
  });

  it('by the user name in .env: ghcr.io, lower case, the name of the folder', async () => {
    await write('.env', 'GITHUB_USERNAME=Someone\n');
    expect((await openProject(dir, {})).image).toBe('ghcr.io/someone/my-app:latest');
  });

  it('docker-build.yaml wins over .env', async () => {
    await write('.env', 'GITHUB_USERNAME=someone\n');
    await write('docker-build.yaml', 'image: localhost:5000/app:{git}\n');
    expect((await openProject(dir, {})).image).toBe('localhost:5000/app:{git}');
  });
});

it('the shell wins over .env, with a warning that shows no value; an empty variable says nothing', async () => {
  await write('.env', 'GITHUB_USERNAME=from-file\nGITHUB_TOKEN=token-from-file\n');
  const project = await openProject(dir, { GITHUB_USERNAME: 'from-shell', GITHUB_TOKEN: '' });
  expect(project.env).toMatchObject({ GITHUB_USERNAME: 'from-shell', GITHUB_TOKEN: 'token-from-file' });
  expect(project.warnings).toEqual([
    {
      code: 'ENV_SHADOWED',
      message: expect.stringContaining('GITHUB_USERNAME'),
      hint: 'unset GITHUB_USERNAME',
    },
  ]);
  expect(JSON.stringify(project.warnings)).not.toContain('from-');
});

describe('settings that are refused by name', () => {
  it.each([
    ['imagee: x', 'imagee'],
    ['engine: /usr/bin/podman', 'engine'],
    ['platforms: linux/amd64', 'platforms'],
    ['targets: [{path: a}]', 'targets.0.file'],
    ['image: [', 'not YAML'],
    ['- a', 'document'],
  ])('%s', async (yaml, named) => {
    await write('docker-build.yaml', `${yaml}\n`);
    await expect(openProject(dir, {})).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      exit: 2,
      message: expect.stringContaining(named),
    });
  });

  it.each(['../state.json', '/etc/state.json', 'out/state.json'])(
    'stateFile: %s leads outside',
    async (path) => {
      await symlink(tmpdir(), join(dir, 'out'));
      await write('docker-build.yaml', `stateFile: ${path}\n`);
      await expect(openProject(dir, {})).rejects.toMatchObject({ code: 'PATH_OUTSIDE' });
    },
  );

  it('an empty docker-build.yaml is fine', async () => {
    await write('docker-build.yaml', '# nothing yet\n');
    expect((await openProject(dir, {})).settings).toEqual({});
  });
});

it('a project folder that is not there is named', async () => {
  await expect(openProject(join(dir, 'no'), {})).rejects.toMatchObject({
    message: expect.stringContaining('/no'),
  });
});

it('a wrong reference says how to spell it', () => {
  expect(() => readReference('app')).toThrow(
    expect.objectContaining({
      code: 'REFERENCE_INVALID',
      hint: expect.stringContaining('docker.io/library/app'),
    }),
  );
});
