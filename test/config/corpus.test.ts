import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesIn, makeProject, type TestProject, told } from './project.ts';

/** A project with a file of every kind that names an image: whole text in, whole text out. */
const corpus = (name: string) => fileURLToPath(new URL(`corpus/${name}`, import.meta.url));
let project: TestProject;
beforeAll(async () => {
  project = await makeProject(corpus('before'));
});
afterAll(() => project.remove());

const lines = (file: string) => readFile(corpus(file), 'utf8').then((text) => text.trim().split('\n'));

describe('the corpus', () => {
  it('is reported place by place', async () => {
    const { data, failure } = await project.run();
    expect(failure).toBeUndefined();
    const report = data.targets.map(
      ({ status, format, file, line, path, expected }) =>
        `${status.padEnd(16)} ${format.padEnd(10)} ${file}:${line} ${path} → ${expected?.replace(/^[^:@]*/, '').replace(/2{60}/, '') ?? '-'}`,
    );
    expect(report).toEqual(await lines('report.txt'));
  });

  it('warns of what Ray does not do', async () => {
    const { warnings } = await project.run();
    expect(warnings.map(({ code, message }) => `${code} ${message}`)).toEqual(await lines('warnings.txt'));
  });

  it('is written as it must be, nothing else in it touched; a second run writes nothing; undo gives it all back', async () => {
    const before = await filesIn(corpus('before'));
    const check = await project.run({ mode: 'check' });
    expect(check.failure?.code).toBe('DRIFT');
    expect(await project.files()).toEqual(before);

    const applied = await project.run({ mode: 'apply' });
    expect([applied.failure, applied.data.applied]).toEqual([undefined, true]);
    const after = await project.files();
    const changed = Object.fromEntries(Object.entries(after).filter(([file, text]) => before[file] !== text));
    expect(changed).toEqual(await filesIn(corpus('after')));

    expect((await project.run({ mode: 'check' })).failure).toBeUndefined();
    project.lines.length = 0;
    expect((await project.run({ mode: 'apply' })).data.applied).toBe(false);
    expect(project.lines).toEqual([]);

    const undone = await project.run({ mode: 'undo', reference: null });
    expect(undone.failure).toBeUndefined();
    expect(await project.files()).toEqual(before);
    expect(told(undone)).toEqual(told(await project.run({ reference: null })));
  });
});
