import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../scripts/cli/options.ts';
import { blocksOf, DOCUMENTS, inline } from './documents.ts';

describe.each(DOCUMENTS.map((path) => [basename(path), path] as const))('%s', (_name, path) => {
  const blocks = blocksOf(path);
  const ours = [...blocks.flatMap(({ lines }) => lines), ...inline(path)].filter((line) =>
    line.startsWith('docker-build '),
  );

  test('every block belongs to a place where a test runs it', () => {
    for (const { place } of blocks) expect(['project', 'docker', 'rootless', 'host']).toContain(place);
  });

  test('is shell that a POSIX shell reads', () => {
    for (const { lines } of blocks) {
      const { status, stderr } = spawnSync('/bin/sh', ['-n'], { input: lines.join('\n'), encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(status).toBe(0);
    }
  });

  test('our commands are ones that the program takes', () => {
    for (const line of ours) expect(() => parseArguments(words(line)), line).not.toThrow();
  });
});

/** No line of the documents quotes a word of ours. */
const words = (line: string): string[] => line.split(/\s+/).slice(1);
