import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { IMAGE, makeProject, NEW, OLD, type TestProject } from './project.ts';

/** The GitHub Action and the pre-commit hook, as far as they run without either. */
const top = fileURLToPath(new URL('../../', import.meta.url));
const LAUNCHER = 'plugins/docker-build/skills/docker-build/scripts/docker-build';
let project: TestProject;
let action: string;

beforeAll(async () => {
  project = await makeProject({
    '.env': `CONTAINER_IMAGE_URI=${IMAGE}@${OLD}\n`,
    'k8s/empty.yaml': 'a: 1\n',
  });
  action = join(project.folder, 'an action');
  const launcher = join(action, LAUNCHER);
  await mkdir(dirname(launcher), { recursive: true });
  const source = `"${process.execPath}" --import "${import.meta.resolve('tsx')}" "${join(top, 'scripts/docker-build.ts')}"`;
  await writeFile(launcher, `#!/bin/sh\nexec ${source} "$@"\n`);
  await chmod(launcher, 0o755);
});
afterAll(() => project.remove());

describe('the action', () => {
  async function run(inputs: Record<string, string>) {
    const { runs } = parse(await readFile(join(top, 'action.yml'), 'utf8'));
    const script = join(project.folder, 'step.sh');
    const output = join(project.folder, 'output');
    await writeFile(script, runs.steps[0].run);
    await writeFile(output, '');
    const env = {
      ...process.env,
      REFERENCE: '',
      PROJECT: '.',
      ONLY: '',
      ONLINE: 'false',
      ACTION: action,
      GITHUB_OUTPUT: output,
    };
    const { status, stderr } = spawnSync('sh', ['-e', script], {
      cwd: project.dir,
      env: { ...env, ...inputs },
      encoding: 'utf8',
    });
    return { status, stderr, output: await readFile(output, 'utf8') };
  }

  it('ends well, and tells what is expected', async () => {
    expect(await run({})).toMatchObject({ status: 0, output: `reference=${IMAGE}@${OLD}\n` });
  });

  it('fails on drift', async () => {
    const { status, stderr } = await run({ REFERENCE: `${IMAGE}@${NEW}` });
    expect([status, stderr.includes('error DRIFT')]).toEqual([8, true]);
  });

  it('takes patterns line by line, and nothing that comes from outside as a command', async () => {
    expect((await run({ REFERENCE: `${IMAGE}@${NEW}`, ONLY: 'k8s/\nno where/*.yaml\n' })).status).toBe(0);
    const { status } = await run({ REFERENCE: '$(touch made)`touch made`; touch made' });
    expect(status).toBe(2);
    expect(Object.keys(await project.files())).toEqual(['.env', 'k8s/empty.yaml']);
  });
});

it('the hook is run for the files that may name an image', async () => {
  const [hook] = parse(await readFile(join(top, '.pre-commit-hooks.yaml'), 'utf8'));
  expect(hook).toMatchObject({
    id: 'docker-build-check',
    entry: `${LAUNCHER} config-report --check`,
    pass_filenames: false,
  });
  const files = new RegExp(hook.files);
  const names = [
    '.env',
    'data/config/a.yaml',
    'k8s/b.yml',
    'Dockerfile',
    'x/Containerfile.gpu',
    'a.json',
    'pyproject.toml',
    'src/a.ts',
    'README.md',
  ];
  expect(names.filter((name) => !files.test(name))).toEqual(['src/a.ts', 'README.md']);
});

it('the example workflows name the options that there are', async () => {
  const text = await readFile(join(top, 'examples/workflows/release.yml'), 'utf8');
  const { jobs } = parse(text);
  expect(
    jobs.release.steps.some((step: { run?: string }) =>
      step.run?.includes('release --engine docker --tag "$IMAGE" --apply'),
    ),
  ).toBe(true);
  const check = parse(await readFile(join(top, 'examples/workflows/check.yml'), 'utf8'));
  const { inputs } = parse(await readFile(join(top, 'action.yml'), 'utf8'));
  for (const step of check.jobs.check.steps) {
    if (step.uses.startsWith('OWNER/docker-build'))
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
  }
});
