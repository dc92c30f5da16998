import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { IMAGE, makeProject, NEW, OLD, type TestProject } from './project.ts';

/** Real processes, ended by SIGKILL in the middle of an apply to ten files. */
const FILES = 10;

const text = (digest: string, at: number) =>
  `apiVersion: v1\nkind: Pod\nspec: {containers: [{image: "${IMAGE}@${digest}"}]}\n# ${'filler '.repeat(200 * at)}\n`;
const whole = (digest: string) =>
  Object.fromEntries(Array.from({ length: FILES }, (_, at) => [`k8s/p${at}.yaml`, text(digest, at)]));

const applier = fileURLToPath(new URL('support/applier.ts', import.meta.url));

/** A process that has loaded everything, and begins when it is told to. */
async function ready(project: TestProject): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), applier, project.dir], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return child;
}

/** Milliseconds that an apply takes once it is told to begin. */
async function timed(project: TestProject): Promise<number> {
  const child = await ready(project);
  const start = performance.now();
  child.send('go');
  await once(child, 'exit');
  return performance.now() - start;
}

/** Returns once a file is another one than before, or after the time; its process may be anywhere by then. */
function untilReplaced(path: string, most: number): void {
  const before = statSync(path).ino;
  const until = performance.now() + most;
  while (statSync(path).ino === before && performance.now() < until);
}

/**
 * Every file is whole after each kill, `--check` is right about which are stale, and one more `--apply` gives all new.
 * How many of the kills left some files old and some new.
 */
export async function survives(kills: number): Promise<number> {
  const project = await makeProject(whole(OLD));
  try {
    const duration = await timed(project);
    let mixed = 0;
    let ahead = ready(project);
    for (let at = 0; at < kills; at++) {
      await project.write(whole(OLD));
      const child = await ahead;
      ahead = ready(project);
      child.send('go');
      // any moment of the run; and, since the renames are a blink in it, one of those
      if (at % 2) await new Promise((resolve) => setTimeout(resolve, Math.random() * duration));
      else untilReplaced(join(project.dir, `k8s/p${Math.floor(Math.random() * FILES)}.yaml`), 4 * duration);
      child.kill('SIGKILL');
      await once(child, 'exit');
      if (await isMixed(project)) mixed++;
      expect((await project.run({ mode: 'apply' })).failure).toBeUndefined();
      expect(await project.files()).toEqual(whole(NEW));
      expect(await readdir(join(project.dir, 'k8s'))).toHaveLength(FILES);
    }
    (await ahead).kill('SIGKILL');
    return mixed;
  } finally {
    await project.remove();
  }
}

async function isMixed(project: TestProject): Promise<boolean> {
  const found = await project.files();
  const status = Object.entries(whole(OLD)).map(([file, old], index) => {
    if (found[file] === old) return 'stale';
    expect(found[file]).toBe(text(NEW, index));
    return 'match';
  });
  const check = await project.run({ mode: 'check' });
  expect(check.data.targets.map((target) => target.status)).toEqual(status);
  return new Set(status).size > 1;
}
