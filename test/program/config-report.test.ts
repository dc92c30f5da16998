import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { IMAGE, makeProject, NEW, OLD, type TestProject } from '../config/project.ts';
import { runProgram } from '../support/program.ts';

let project: TestProject;
beforeEach(async () => {
  project = await makeProject({ '.env': `TOKEN=gho_s3cr3t\nCONTAINER_IMAGE_URI=${IMAGE}@${OLD}\n` });
});
afterEach(() => project.remove());

const run = (...words: string[]) =>
  runProgram(['config-report', ...words], { cwd: project.dir, env: { ...process.env } });
const env = () => readFile(join(project.dir, '.env'), 'utf8');

it('checks, shows, writes and takes back, and shows nothing else of a file', async () => {
  const target = `${IMAGE}@${NEW}`;
  const checked = await run(target, '--check', '--json');
  expect([checked.exitCode, checked.json.error?.next]).toEqual([
    8,
    `docker-build config-report ${target} --apply`,
  ]);

  const shown = await run(target, '--diff');
  expect(shown.exitCode).toBe(0);
  expect(shown.stdout).toContain(`stale  .env:2  CONTAINER_IMAGE_URI`);
  expect(shown.stdout).toContain(`\nCONTAINER_IMAGE_URI=${target}`);

  const dry = await run(target, '--apply', '--dry-run', '--json');
  expect([dry.exitCode, dry.json.data.applied, dry.json.data.diff]).toEqual([
    0,
    false,
    expect.stringContaining(NEW),
  ]);
  expect(await env()).toContain(OLD);

  const unproven = await run(`localhost:1/a/b@${NEW}`, '--apply', '--timeout', '1', '--json');
  expect(unproven.exitCode).toBe(5);

  const applied = await run(target, '--apply', '--allow-unverified', '--json');
  expect([applied.exitCode, applied.json.data.applied]).toEqual([0, true]);
  expect(await env()).toBe(`TOKEN=gho_s3cr3t\nCONTAINER_IMAGE_URI=${target}\n`);
  const undone = await run('--undo');
  expect([undone.exitCode, undone.stderr]).toEqual([0, expect.stringContaining('.env is as it was')]);
  expect(await env()).toContain(OLD);

  for (const { stdout, stderr } of [checked, shown, dry, unproven, applied, undone]) {
    expect(stdout + stderr).not.toContain('s3cr3t');
  }
}, 60_000);
