import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CODES } from '../../scripts/errors.ts';
import { explain, sectionOf, TOPICS } from '../../scripts/phases/explain.ts';

const scripts = fileURLToPath(new URL('../../scripts/', import.meta.url));

/** Every code that a warning is made with anywhere in the program. */
const warningCodes = (): string[] => {
  const files = readdirSync(scripts, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const found = files.flatMap((file) => [
    ...readFileSync(join(scripts, file), 'utf8').matchAll(/(?:\bcode: |\bwarn\(\s*)'([A-Z]+(?:_[A-Z]+)+)'/g),
  ]);
  return [...new Set(found.map(([, code = '']) => code))];
};

const text = async (topic?: string) => (await explain({ topic })).data.text;

describe('every code has its section', () => {
  const codes = [...new Set([...Object.keys(CODES), ...warningCodes()])];
  test('warnings are among them', () => {
    expect(codes).toEqual(
      expect.arrayContaining(['TAG_MOVED', 'VERIFY_PENDING', 'DENIED', 'REGISTRY_REWRITTEN']),
    );
  });
  test.each(codes)('%s', async (code) => {
    const section = await text(code);
    expect(section).toMatch(new RegExp(`^### ${code}\n\n\\S`));
    // a sentence at least, and no other section behind it
    expect(section.split('\n').filter((line) => line.startsWith('#'))).toHaveLength(1);
    expect(section.length).toBeGreaterThan(60);
  });
});

test.each(TOPICS)('%s is a file of the skill', async (topic) => {
  expect(await text(topic)).toMatch(/^# \S/);
});

test('no code of exit-codes.md has gone from the program', async () => {
  const told = [...(await text('exit-codes')).matchAll(/^### (.+)$/gm)].map(([, code]) => code);
  const known = new Set([...Object.keys(CODES), ...warningCodes()]);
  expect(told.filter((code) => !known.has(code ?? ''))).toEqual([]);
  expect(new Set(told).size).toBe(told.length);
});

test('codes and topics in any case', async () => {
  expect(await text('denied')).toBe(await text('DENIED'));
  expect(await text('Tag-Moved')).toBe(await text('TAG_MOVED'));
  expect(await text('Digests')).toBe(await text('digests'));
});

test('without a topic, what there is', async () => {
  const told = await text();
  for (const topic of TOPICS) expect(told).toContain(topic);
});

test.each([
  ['DENYED', 'DENIED'],
  ['podman-rootles', 'podman-rootless'],
  ['digest', 'digests'],
])('%s is near %s', async (topic, nearest) => {
  await expect(explain({ topic })).rejects.toMatchObject({
    code: 'TOPIC_UNKNOWN',
    exit: 2,
    next: `docker-build explain ${nearest}`,
  });
});

test('near nothing', async () => {
  await expect(explain({ topic: 'qwertyuiopqwertyuiop' })).rejects.toMatchObject({
    next: 'docker-build explain',
  });
});

test('a section ends where the next of its depth or above begins', () => {
  const page = '# A\n\n## B\n\nb\n\n### C\n\nc\n\n## D\n\nd\n';
  expect(sectionOf(page, 'B')).toBe('## B\n\nb\n\n### C\n\nc\n');
  expect(sectionOf(page, 'C')).toBe('### C\n\nc\n');
  expect(sectionOf(page, 'D')).toBe('## D\n\nd\n');
  expect(sectionOf(page, 'E')).toBeNull();
});
