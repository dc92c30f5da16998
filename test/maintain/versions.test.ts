import { readFileSync } from 'node:fs';
import { createFixture } from 'fs-fixture';
import { expect, it } from 'vitest';
import { versionedFiles } from '../../scripts/maintain/versions.ts';
import { VERSION } from '../../scripts/version.ts';

const json = (path: string) => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));

it('is one version everywhere', () => {
  const { version } = json('package.json');
  expect({
    program: VERSION,
    plugin: json('plugins/docker-build/.claude-plugin/plugin.json').version,
    catalogue: json('.claude-plugin/marketplace.json').plugins[0].version,
    lockfile: json('package-lock.json').version,
  }).toEqual({ program: version, plugin: version, catalogue: version, lockfile: version });
});

const project = {
  'package.json': '{ "version": "2.0.0-rc.1" }',
  'scripts/version.ts': "export const VERSION = '1.0.0';\n",
  'plugins/docker-build/.claude-plugin/plugin.json': '{\n  "version": "1.0.0", "name": "a"\n}\n',
  '.claude-plugin/marketplace.json': '{ "plugins": [{ "version": "0.9.9" }] }',
};

it('puts the version of package.json into the others, and touches nothing else', async () => {
  await using fixture = await createFixture(project);
  expect([...(await versionedFiles(fixture.path)).values()]).toEqual([
    "export const VERSION = '2.0.0-rc.1';\n",
    '{\n  "version": "2.0.0-rc.1", "name": "a"\n}\n',
    '{ "plugins": [{ "version": "2.0.0-rc.1" }] }',
  ]);
});

it('refuses a file that does not name its version once', async () => {
  await using fixture = await createFixture({ ...project, 'scripts/version.ts': 'export {};' });
  await expect(versionedFiles(fixture.path)).rejects.toThrow('scripts/version.ts');
});
