/**
 * One release, from a Dockerfile to pinned files, by a real engine and a real registry that are there for the time of
 * the demo only. What it builds is a copy of `examples/ray-serve/`. Exit 3: this machine lacks what is printed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, Failure } from '../scripts/errors.ts';
import { type DemoEngine, findEngine } from './demo/engine.ts';
import { install } from './demo/install.ts';
import { copyProject } from './demo/project.ts';
import { type DemoRegistry, startRegistry } from './demo/registry.ts';

const program = fileURLToPath(new URL('../scripts/docker-build.ts', import.meta.url));
const say = (text: string) => void process.stdout.write(`${text}\n`);
const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interrupt.abort());

/** Done last to first, however the demo ends. */
const cleaning: (() => void | Promise<void>)[] = [];
try {
  await demo(mkdtempSync(join(tmpdir(), 'docker-build-demo-')));
} catch (error) {
  if (!(error instanceof Failure) && !interrupt.signal.aborted) throw error;
  if (error instanceof Failure)
    process.stderr.write(`\n${error.message}\n${error.next ? `next: ${error.next}\n` : ''}`);
  process.exitCode = error instanceof Failure ? error.exit : EXIT.interrupted;
} finally {
  for (const step of cleaning.reverse()) await step();
}

async function demo(folder: string): Promise<void> {
  cleaning.push(() => rmSync(folder, { recursive: true, force: true }));
  const { engine, registry } = await prepare(folder);
  const project = copyProject(join(folder, 'ray-serve'), registry.host);
  if (engine.name === 'docker') cleaning.push(async () => void (await engine.ask('rmi', project.image)));

  say(`engine    ${engine.title}`);
  say(`registry  ${registry.host}, ${registry.title}`);
  say(`project   ${project.folder}, a copy of examples/ray-serve/ that names this registry`);

  const env = {
    ...process.env,
    ...engine.env,
    CONTAINER_TOOL: engine.name,
    XDG_STATE_HOME: join(folder, 'state'),
  };
  for (const words of [['release', '--apply'], ['config-report', '--check'], ['verify']]) {
    say(`\n$ docker-build ${words.join(' ')}`);
    await runProgram(words, project.folder, env);
  }

  say('\nWhat changed in the files');
  for (const { file, removed, added } of project.changes()) {
    say(`  ${file}`);
    for (const line of removed) say(`    - ${line.trim()}`);
    for (const line of added) say(`    + ${line.trim()}`);
  }
  say(`\nThe reference that every node can pull\n  ${project.reference()}`);
  say(
    '\nNow the registry, the image and the copy are removed. The same for your project: docker-build release --apply',
  );
}

/** An engine that answers and a registry that runs; what is missing is installed first. */
async function prepare(folder: string): Promise<{ engine: DemoEngine; registry: DemoRegistry }> {
  for (const last of [false, true]) {
    const engine = await findEngine(folder);
    const registry = engine && (await startRegistry(engine, folder));
    if (engine) cleaning.push(engine.clear);
    if (engine && registry) {
      cleaning.push(registry.stop);
      return { engine, registry };
    }
    const rootless = process.getuid?.() !== 0;
    const missing = [
      ...(engine ? [] : ['podman', ...(rootless ? ['uidmap'] : [])]),
      ...(registry ? [] : ['docker-registry']),
    ];
    if (!last) await install(missing, say);
  }
  throw new Failure('ENGINE_UNREACHABLE', 'podman and docker-registry are installed and do not answer', {
    next: 'podman info',
  });
}

async function runProgram(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { signal } = interrupt;
  signal.throwIfAborted();
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), program, ...words], {
    cwd,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  const [status] = await once(child, 'exit');
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (status !== 0) throw new Failure('DOCTOR_FAILED', `docker-build ${words[0]} ended with exit ${status}`);
}
