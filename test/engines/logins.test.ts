/** Logins for one run: the engine gets them in a place of its own, and nothing of them is left. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEngine, type EngineContext } from '../../scripts/engines/index.ts';
import { tagService } from '../../scripts/registry/index.ts';
import { enginesForTests } from '../support/engines.ts';
import { authFile } from '../support/verifying.ts';
import { buildRequest, judgeWith, openWorkbench, type Workbench } from '../support/workbench.ts';

const user = { user: 'ada', password: 'correct-horse' };

describe.each(enginesForTests())('%s', (name) => {
  let bench: Workbench;
  let folder: string;
  beforeAll(async () => {
    bench = await openWorkbench(name, { registry: { auth: user } });
    folder = mkdtempSync(join(tmpdir(), 'logins-'));
    vi.stubEnv('TMPDIR', bench.real.env.TMPDIR);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await bench.stop();
  });

  const publish = (path: string, over: Partial<EngineContext>) => {
    const { ports, client, real, registry, context } = bench;
    const engine = createEngine(real.engine, {
      ports,
      tags: tagService(client),
      tlsVerify: true,
      env: real.env,
      ...over,
    });
    return engine.publish(buildRequest(context().folder, { tags: [`${registry.host}/${path}:1`] }), () => {});
  };

  const leftovers = () => readdirSync(tmpdir()).filter((file) => file.startsWith('docker-build-'));

  it('a token for this run, where the engine has no login', async () => {
    const login = { registry: bench.registry.host, username: user.user, password: user.password };
    const { pushed } = await publish('team/token', { login });
    expect((await judgeWith(user, bench.registry, 'team/token', '1'))?.digest).toBe(pushed?.digest);
    expect(leftovers()).toEqual([]);
    expect(bench.log()).not.toContain(user.password);
  });

  it('a token in place of a login that the registry refuses', async () => {
    const home = join(bench.real.env.HOME ?? '', '.docker');
    mkdirSync(home, { recursive: true });
    const file = join(home, 'config.json');
    writeFileSync(file, authFile({ [bench.registry.host]: 'ada:old', 'other.example': 'bob:keep' }));
    const before = readFileSync(file, 'utf8');
    const login = { registry: bench.registry.host, username: user.user, password: user.password };
    const { pushed } = await publish('team/refused', { login });
    expect((await judgeWith(user, bench.registry, 'team/refused', '1'))?.digest).toBe(pushed?.digest);
    expect(readFileSync(file, 'utf8')).toBe(before);

    writeFileSync(file, authFile({ [bench.registry.host]: `${user.user}:${user.password}` }));
    const wrong = { ...login, password: 'never-looked-at' };
    expect((await publish('team/own', { login: wrong })).pushed).not.toBeNull();
    writeFileSync(file, '{}');
  });

  it('--authfile', async () => {
    const authfile = join(folder, 'auth.json');
    writeFileSync(authfile, authFile({ [bench.registry.host]: `${user.user}:${user.password}` }));
    const { pushed } = await publish('team/authfile', { authfile });
    expect((await judgeWith(user, bench.registry, 'team/authfile', '1'))?.digest).toBe(pushed?.digest);
    expect(existsSync(authfile)).toBe(true);
    expect(leftovers()).toEqual([]);
  });

  it('none', async () => {
    await expect(publish('team/none', {})).rejects.toMatchObject({ code: 'DENIED' });
    expect(leftovers()).toEqual([]);
  });
});
