import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFixture } from 'fs-fixture';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finish } from '../support/engines/finish.ts';
import { pathWithoutEngines } from '../support/engines/tool-path.ts';
import { enginesForTests, type RealEngine, realEngine } from '../support/engines.ts';

const script = fileURLToPath(new URL('../../examples/demo.mjs', import.meta.url));
/** All but what tsx has compiled, which it keeps for the next time. */
const left = (folder: string) => readdirSync(folder).filter((name) => !name.startsWith('tsx-'));
const demo = (env: NodeJS.ProcessEnv) => finish(process.execPath, [script], { env });

describe.each(enginesForTests())('%s', (name) => {
  let engine: RealEngine;
  beforeAll(async () => {
    engine = realEngine(name);
    await engine.start();
  });
  afterAll(() => engine?.stop());

  it('releases the example, and leaves nothing behind', async () => {
    const { exitCode, stdout, stderr } = await demo(engine.env);
    expect(exitCode, `${stdout}\n${stderr}`).toBe(0);

    const [reference = ''] = /127\.0\.0\.1:\d+\/acme\/ray-serve@sha256:[0-9a-f]{64}/.exec(stdout) ?? [];
    expect(stdout).toContain(`CONTAINER_IMAGE_URI=${reference}\n`);
    expect(stdout).toContain(`    + CONTAINER_IMAGE_URI: "${reference}" # the literal digest\n`);
    for (const file of ['.env', 'data/config/greeter.yaml', 'k8s/deployment.yaml'])
      expect(stdout).toContain(`  ${file}\n    - `);
    expect(stdout).toContain(`The reference that every node can pull\n  ${reference}\n`);

    expect(left(join(engine.folder, 'tmp'))).toEqual([]);
    expect((await engine.run(['images', '--quiet'])).stdout).toBe('');
    const [host] = reference.split('/');
    await expect(fetch(`http://${host}/v2/`)).rejects.toThrow();
  });
});

describe('where there is no engine', () => {
  it('says what it will install, and with which command, if that fails', async () => {
    await using bin = await createFixture({ tmp: {} });
    // an apt-get that has nothing to give
    for (const name of ['apt-get', 'sudo']) {
      const refusing = `#!/bin/sh\n[ "$1" = --version ] || exit 100\n`;
      writeFileSync(bin.getPath(name), refusing, { mode: 0o755 });
    }
    const env = { ...process.env, PATH: `${bin.path}:${pathWithoutEngines()}`, TMPDIR: bin.getPath('tmp') };
    const { exitCode, stdout, stderr } = await demo(env);
    expect(exitCode).toBe(3);
    expect(stdout).toContain('installing podman');
    expect(stderr).toMatch(/next: sh \S+install\.sh podman/);
    expect(left(bin.getPath('tmp'))).toEqual([]);
  });
});
