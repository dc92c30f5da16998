import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../support/program.ts';

/** The program as a user starts it, on what cannot work: each case ends with its status, its code and one JSON object. */
let dir: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'bad-input-')));
  const projects: Record<string, Record<string, string>> = {
    empty: {},
    dockerfile: { Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' },
    settings: { 'docker-build.yaml': 'imag: x\n' },
    sources: {
      Dockerfile: 'FROM scratch\n',
      '.env': 'GITHUB_USERNAME=me\nMASTER_CONFIG_REPO=https://example.org/c.git\n',
    },
    env: { Dockerfile: 'FROM scratch\n' },
    yaml: {
      Dockerfile: 'FROM scratch\n',
      'data/config/app.yaml': 'runtime_env:\n  env_vars: {CONTAINER_IMAGE_URI: "x\n',
    },
    state: { Dockerfile: 'FROM scratch\n', '.last-deploy-state.json': '[1]' },
    unwritable: { Dockerfile: 'FROM scratch\n', 'docker-build.yaml': 'stateFile: not/there.json\n' },
  };
  for (const [name, files] of Object.entries(projects)) {
    await mkdir(join(dir, name, 'data', 'config'), { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(join(dir, name, file), text);
  }
  await mkdir(join(dir, 'env', '.env'));
  await mkdir(join(dir, 'home'));
  env = { PATH: join(dir, 'no-programs'), HOME: join(dir, 'home') };
});
afterAll(() => rm(dir, { recursive: true }));

const DIGEST = `sha256:${'a'.repeat(64)}`;

type Case = [project: string, args: string, exit: number, code: string, says: string];
const cases: [Case, ...Case[]] = [
  ['empty', 'digest --jsonn', 2, 'UNKNOWN_OPTION', '--jsonn'],
  ['empty', 'digst', 2, 'UNKNOWN_COMMAND', 'digst'],
  ['empty', 'digest app', 2, 'REFERENCE_INVALID', 'app'],
  ['empty', 'digest ghcr.io/Me/App', 2, 'REFERENCE_INVALID', 'lower case'],
  ['empty', 'verify me/app@sha256:12', 2, 'REFERENCE_INVALID', 'sha256:12'],
  ['empty', 'digest', 2, 'IMAGE_UNKNOWN', 'no image'],
  ['empty', 'verify', 2, 'IMAGE_UNKNOWN', 'no image'],
  ['empty', 'build', 2, 'IMAGE_UNKNOWN', 'no image'],
  ['empty', 'build -t localhost:1/a:1', 2, 'DOCKERFILE_MISSING', 'Dockerfile'],
  ['empty', 'build -t localhost:1/a:1 nowhere', 2, 'CONTEXT_MISSING', 'nowhere'],
  ['dockerfile', 'build -t localhost:1/a:1 -f Other', 2, 'DOCKERFILE_MISSING', 'Other'],
  ['dockerfile', 'build -t localhost:1/a:1 -t localhost:1/b:1', 2, 'REPOSITORIES_DIFFER', 'localhost:1/b'],
  ['dockerfile', `build -t localhost:1/a@${DIGEST}`, 2, 'REFERENCE_INVALID', 'digest'],
  ['dockerfile', 'build -t localhost:1/a:1 --platform amd64', 2, 'PLATFORM_INVALID', 'amd64'],
  ['dockerfile', 'build -t localhost:1/a:{git}', 2, 'GIT_UNAVAILABLE', '{git}'],
  ['dockerfile', 'release -t localhost:1/a:1', 3, 'ENGINE_MISSING', 'podman'],
  ['dockerfile', 'build -t localhost:1/a:1 --engine docker', 3, 'ENGINE_MISSING', 'docker'],
  ['yaml', 'release -t localhost:1/a:1', 2, 'FILE_UNPARSABLE', 'data/config/app.yaml'],
  ['state', 'release -t localhost:1/a:1', 2, 'FILE_UNPARSABLE', '.last-deploy-state.json'],
  ['unwritable', 'release -t localhost:1/a:1', 2, 'FILE_UNWRITABLE', 'not/there.json'],
  ['dockerfile', 'release --resume --no-cache', 2, 'USAGE', '--no-cache'],
  ['dockerfile', 'release --resume', 2, 'NOTHING_TO_RESUME', 'nothing'],
  ['dockerfile', 'digest localhost:1/a:1 --candidate latest', 2, 'USAGE', '--candidate'],
  ['dockerfile', 'digest localhost:1/a:1', 5, 'UNREACHABLE', 'localhost:1'],
  ['dockerfile', `verify localhost:1/a@${DIGEST}`, 5, 'UNREACHABLE', 'localhost:1'],
  ['settings', 'digest', 2, 'SETTINGS_INVALID', 'imag'],
  ['sources', 'release', 2, 'SOURCES_UNSUPPORTED', 'MASTER_CONFIG_REPO'],
  ['env', 'digest me/app', 2, 'FILE_UNREADABLE', '.env'],
  ['yaml', `config-report me/app@${DIGEST} --check`, 2, 'FILE_UNPARSABLE', 'data/config/app.yaml'],
  ['empty', 'config-report --check --apply', 2, 'USAGE', '--apply'],
  ['empty', 'rollback', 2, 'NO_SUCH_RELEASE', 'release'],
  ['empty', 'rollback zwei', 2, 'USAGE', 'zwei'],
  ['empty', 'config-report --undo', 2, 'NOTHING_TO_UNDO', 'undo'],
  ['empty', 'explain DENYED', 2, 'TOPIC_UNKNOWN', 'DENIED'],
  ['empty', 'verify --from nowhere.txt', 2, 'FILE_UNREADABLE', 'nowhere.txt'],
  ['empty', 'digest --project nowhere', 2, 'FILE_UNREADABLE', 'nowhere'],
];

describe('bad input', () => {
  it.each(cases)('in %s: %s → %i %s', async (project, args, exit, code, says) => {
    const options = { cwd: join(dir, project), env };
    const words = args.split(' ');
    const asJson = await runProgram([...words, '--json', '--timeout', '2'], options);
    const { ok, error, data, schemaVersion } = asJson.json;
    expect([asJson.exitCode, error?.code]).toEqual([exit, code]);
    expect({ ok, schemaVersion, lines: asJson.stdout.trimEnd().split('\n').length }).toEqual({
      ok: false,
      schemaVersion: 1,
      lines: 1,
    });
    if (exit === 2 && code.startsWith('U')) expect(data).toBeNull();
    expect(`${error?.message} ${error?.hint}`).toContain(says);
  });

  it.each([2, 3, 5])(
    'as text, for exit %i: the code, what happened, and the next step on stderr alone',
    async (exit) => {
      const [project, args, , code, says] = cases.findLast((one) => one[2] === exit) ?? cases[0];
      const { exitCode, stdout, stderr } = await runProgram([...args.split(' '), '--timeout', '2'], {
        cwd: join(dir, project),
        env,
      });
      expect([exitCode, stderr.split(':')[0]]).toEqual([exit, `error ${code}`]);
      expect(stderr).toContain(says);
      expect(stderr).not.toMatch(/\bat .*\.ts:\d+/);
      if (exit === 2) expect(stdout).toBe('');
    },
  );

  it('an answer that cannot be written is a fault, not a success', async () => {
    const script = 'exec "$0" --import tsx "$1" explain DENIED >/dev/full';
    const program = fileURLToPath(new URL('../../scripts/docker-build.ts', import.meta.url));
    const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, program], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining('ENOSPC')]);
  });
});
