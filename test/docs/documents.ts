/** The documents whose command lines are run, and the lines in them. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const skill = join(root, 'plugins/docker-build/skills/docker-build');
const references = join(skill, 'references');

export const DOCUMENTS = [
  join(skill, 'SKILL.md'),
  join(root, 'docs/TROUBLESHOOTING.md'),
  ...readdirSync(references)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(references, name)),
];

/**
 * Where the lines of a block belong: a project with podman; the same with docker; a user of his own, with podman
 * rootless; a host that runs the image.
 */
export type Place = 'project' | 'docker' | 'rootless' | 'host';

export interface Block {
  readonly document: string;
  readonly place: Place;
  readonly lines: readonly string[];
}

const LAUNCHER = /^"\$\{CLAUDE_SKILL_DIR\}\/scripts\/docker-build"/;

/** All fenced blocks of shell; in SKILL.md also the one of commands as the client writes them. */
export function blocksOf(path: string): Block[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/^```(sh|text)(?: (\w+))?\n(.*?)^```$/gms)].flatMap(
    ([, kind, place, body = '']) => {
      const lines = body.split('\n').filter((line) => line !== '');
      if (kind === 'text' && !lines.every((line) => LAUNCHER.test(line))) return [];
      const plain = lines.map((line) => line.replace(LAUNCHER, 'docker-build'));
      return [{ document: basename(path), place: (place ?? 'project') as Place, lines: plain }];
    },
  );
}

/** Our own commands that stand in running text. */
export const inline = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/`(docker-build [a-z][^`]*)`/g)].map(([, line = '']) => line);
