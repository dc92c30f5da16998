/** The proof of a large image against what else one could do to know that it can be pulled. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trixie } from '../support/engines/kinds.ts';
import { type RealEngine, realEngine } from '../support/engines.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { inTurns, median, type Run } from './measure.ts';
import type { Program } from './program.ts';
import { type Line, section, times } from './table.ts';

const LAYERS = 8;
const LAYER_BYTES = 50 * 1024 * 1024;
/** Statically linked: it runs outside its Debian root, too. */
const CRANE = join(trixie, 'usr/local/bin/crane');

export async function proof(program: Program): Promise<string> {
  const registry = await startRegistry();
  const engine = realEngine('podman4');
  const fresh = realEngine('podman4');
  try {
    await engine.start();
    await fresh.start();
    const image = `${registry.host}/bench/large:1`;
    await pushLarge(engine, image);
    const quick = await inTurns(quickOnes(program, engine, image), 15);
    const bytesRead = layersRead(registry);
    const itself = proofItself(verify(program, engine, image, '--json'), 15);
    const slow = await inTurns(
      { pull: pull(fresh, image), bytes: verify(program, engine, image, '--level', 'bytes') },
      3,
    );
    return report({ ...quick, ...slow, itself }, bytesRead);
  } finally {
    await engine.stop();
    await fresh.stop();
    await registry.stop();
  }
}

async function pushLarge(engine: RealEngine, image: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-context-'));
  const files = Array.from({ length: LAYERS }, (_, n) => `layer-${n}`);
  for (const file of files) writeFileSync(join(folder, file), randomBytes(LAYER_BYTES));
  writeFileSync(
    join(folder, 'Dockerfile'),
    ['FROM scratch', ...files.map((f) => `COPY ${f} /${f}`)].join('\n'),
  );
  for (const args of [
    ['build', '--tag', image, folder],
    ['push', '--tls-verify=false', image],
  ]) {
    const { exitCode, stderr } = await engine.run(args, { timeoutMs: 600_000 });
    if (exitCode !== 0) throw new Error(stderr);
  }
  rmSync(folder, { recursive: true });
}

const verify = ({ path, cwd }: Program, { env }: RealEngine, image: string, ...more: string[]): Run => ({
  program: process.execPath,
  args: [path, 'verify', image, ...more],
  env,
  cwd,
});

/** Milliseconds from its first request to its verdict, as it tells them: without the start of the program. */
function proofItself({ program, args, env, cwd }: Run, rounds: number): number {
  const told = Array.from({ length: rounds }, (): number => {
    const { stdout } = spawnSync(program, args, { env, cwd, encoding: 'utf8' });
    return JSON.parse(stdout).data.elapsedMs;
  });
  return median(told);
}

function quickOnes(program: Program, engine: RealEngine, image: string): Record<string, Run> {
  return {
    bare: { program: process.execPath, args: ['-e', '0'] },
    verify: verify(program, engine, image),
    skopeo: { program: 'skopeo', args: ['inspect', '--tls-verify=false', `docker://${image}`] },
    ...(existsSync(CRANE)
      ? { crane: { program: CRANE, args: ['validate', '--fast', '--remote', image] } }
      : {}),
  };
}

const pull = (fresh: RealEngine, image: string): Run => ({
  program: join(fresh.folder, 'bin', 'podman'),
  args: ['pull', '--tls-verify=false', image],
  env: fresh.env,
  before: () => fresh.reset(),
});

/** GETs of blobs by our program: configs, and no layer at the default level. */
function layersRead(registry: Registry): number {
  const ours = registry.requests().filter(({ userAgent }) => userAgent === 'docker-build');
  const perProof = new Map<string, number>();
  for (const { method, path } of ours) {
    if (method === 'GET' && path.includes('/blobs/')) perProof.set(path, (perProof.get(path) ?? 0) + 1);
  }
  return perProof.size - 1;
}

function report(took: Readonly<Record<string, number>>, layers: number): string {
  const { bare = 0, verify = 0, itself = 0, skopeo = 0, crane, pull = 0, bytes = 0 } = took;
  const against = (ms: number) => `${times(ms / verify)} verify`;
  const lines: Line[] = [
    { what: '`node -e 0`', ms: bare },
    {
      what: '`docker-build verify`',
      ms: verify,
      ratio: `${times(verify / bare)} bare node`,
      goal: 'at most 2×',
      met: verify / bare <= 2,
    },
    { what: 'layers that it downloaded', ms: layers, goal: '0', met: layers === 0 },
    { what: 'the proof in it, from the first request to the verdict', ms: itself },
    {
      what: '`podman pull` into a fresh store',
      ms: pull,
      ratio: `${times(pull / itself)} the proof`,
      goal: 'at least 25×',
      met: pull / itself >= 25,
    },
    { what: 'the same pull, against the whole process', ms: pull, ratio: against(pull) },
    { what: '`docker-build verify --level bytes`', ms: bytes, ratio: against(bytes) },
    { what: '`skopeo inspect` (asks for no layer)', ms: skopeo, ratio: against(skopeo) },
    ...(crane === undefined
      ? []
      : [
          {
            what: '`crane validate --remote --fast` (hashes no config)',
            ms: crane,
            ratio: against(crane),
          },
        ]),
  ];
  const note = `An image of ${LAYERS} layers of ${LAYER_BYTES / 1024 / 1024} MiB in a registry on this machine; medians of 15 rounds in turn, of 3 for the pull and \`--level bytes\`.`;
  return section('Proof', note, lines);
}
