import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));
const plugin = join(root, 'plugins/docker-build');
const skill = join(plugin, 'skills/docker-build');
const entries = (readdirSync(plugin, { recursive: true }) as string[]).map((path) => join(plugin, path));
const read = (path: string) => readFileSync(path, 'utf8');

const [, head = '', body = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(read(join(skill, 'SKILL.md'))) ?? [];
const frontmatter = parse(head);

it('has the names that users install it by', () => {
  const catalogue = JSON.parse(read(join(root, '.claude-plugin/marketplace.json')));
  const [entry] = catalogue.plugins;
  expect([catalogue.name, entry.name, frontmatter.name]).toEqual([
    'cc-marketplace-developers',
    'docker-build',
    'docker-build',
  ]);
  expect(realpathSync(join(root, entry.source))).toBe(plugin);
});

it('keeps to the limits of a skill', () => {
  const allowed = ['name', 'description', 'license', 'compatibility', 'metadata', 'allowed-tools'];
  expect(Object.keys(frontmatter).filter((key) => !allowed.includes(key))).toEqual([]);
  expect(frontmatter.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  expect(frontmatter.name.length).toBeLessThanOrEqual(64);
  expect(frontmatter.description.length).toBeLessThanOrEqual(1024);
  expect(frontmatter.compatibility?.length ?? 0).toBeLessThanOrEqual(500);
  expect(body.split('\n').length).toBeLessThan(500);
});

it('has no $1 or $ARGUMENTS in the skill, which a client would replace', () => {
  expect(body).not.toMatch(/\$(\d|ARGUMENTS)/);
});

it('grants nothing that builds, pushes or writes', () => {
  const commands = [...frontmatter['allowed-tools'].matchAll(/docker-build"? ([^)]+)\)/g)].map(
    ([, words]) => words,
  );
  expect(commands.length).toBeGreaterThan(0);
  for (const words of commands) {
    expect(words).toMatch(/^(doctor|digest|verify|status|explain)( \*)?$|^config-report( --check( \*)?)?$/);
  }
});

it('stands on its own: nothing in it leads out of it', () => {
  for (const entry of entries.filter((path) => lstatSync(path).isSymbolicLink())) {
    expect(readlinkSync(entry)).not.toMatch(/^\//);
    expect(relative(plugin, realpathSync(entry))).not.toMatch(/^\.\./);
  }
  for (const path of entries.filter((entry) => entry.endsWith('.md'))) {
    // the skill folder alone must work too
    const home = path.startsWith(skill) ? skill : plugin;
    for (const target of linksOf(read(path))) {
      const there = join(dirname(path), target);
      expect(relative(home, there)).not.toMatch(/^\.\./);
      expect(() => statSync(there), `${path} → ${target}`).not.toThrow();
    }
  }
});

const linksOf = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].flatMap(([, to = '']) => (/^[a-z]+:/.test(to) ? [] : [to]));

it('has nothing that a client would install', () => {
  const names = entries.map((path) => relative(plugin, path));
  expect(names.filter((name) => /(^|\/)(package(-lock)?\.json|node_modules)$/.test(name))).toEqual([]);
});

it('has its launcher on PATH, and can run it', () => {
  const launcher = join(skill, 'scripts/docker-build');
  expect(realpathSync(join(plugin, 'bin/docker-build'))).toBe(launcher);
  expect(statSync(launcher).mode & 0o111).toBe(0o111);
});

it('is where clients look that know no marketplace', () => {
  expect(realpathSync(join(root, 'skills/docker-build'))).toBe(skill);
  expect(realpathSync(join(root, 'marketplace.json'))).toBe(join(root, '.claude-plugin/marketplace.json'));
});
