/** A real registry on a free port of loopback, for the time of the demo. */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../scripts/errors.ts';
import { run } from '../../scripts/io/run.ts';
import type { DemoEngine } from './engine.ts';

const PROGRAM = 'docker-registry';
const IMAGE = 'docker.io/library/registry:2';

export interface DemoRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** For a reader. */
  readonly title: string;
  readonly stop: () => Promise<void>;
}

/** Starts one; null if there is neither the program nor the image. */
export async function startRegistry(engine: DemoEngine, folder: string): Promise<DemoRegistry | null> {
  const { notFound } = await run({ program: PROGRAM, args: ['--version'] });
  return notFound ? inContainer(engine) : asProgram(folder);
}

async function asProgram(folder: string): Promise<DemoRegistry> {
  const home = join(folder, 'registry');
  mkdirSync(home);
  const [settings, log] = [join(home, 'config.yml'), join(home, 'log')];
  // JSON is YAML
  writeFileSync(
    settings,
    JSON.stringify({
      version: 0.1,
      storage: { filesystem: { rootdirectory: join(home, 'data') } },
      http: { addr: '127.0.0.1:0' },
    }),
  );
  const out = openSync(log, 'w');
  // a group of its own: Ctrl-C is for the program, the registry is stopped after it
  const child = spawn(PROGRAM, ['serve', settings], { stdio: ['ignore', out, out], detached: true });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill();
    await ended;
  };
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(readFileSync(log, 'utf8'))?.[1];
    if (port) return { host: `127.0.0.1:${port}`, title: `${PROGRAM}, for this demo`, stop };
    await sleep(50);
  }
  await stop();
  throw new Failure('UNREACHABLE', `${PROGRAM} did not start:\n${readFileSync(log, 'utf8')}`);
}

async function inContainer(engine: DemoEngine): Promise<DemoRegistry | null> {
  const id = await engine.ask('run', '--detach', '--rm', '--publish=127.0.0.1::5000', IMAGE);
  if (id === null) return null;
  const container = id.trim();
  const stop = async () => {
    await engine.ask('stop', container);
  };
  const port = /:(\d+)\s*$/.exec((await engine.ask('port', container, '5000')) ?? '')?.[1];
  const host = `127.0.0.1:${port}`;
  for (let tries = 0; port && tries < 100; tries++) {
    const up = await fetch(`http://${host}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) return { host, title: `${IMAGE}, for this demo`, stop };
    await sleep(100);
  }
  await stop();
  return null;
}
