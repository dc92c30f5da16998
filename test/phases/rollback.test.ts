import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../scripts/errors.ts';
import { privateFolder } from '../../scripts/io/private-folder.ts';
import type { Digest } from '../../scripts/oci/digest.ts';
import { type RollbackPorts, rollback } from '../../scripts/phases/rollback.ts';
import { openProject } from '../../scripts/project.ts';
import {
  type History,
  keepState,
  openHistory,
  readState,
  releaseRecord,
  writeState,
} from '../../scripts/state.ts';
import {
  IMAGE,
  makeProject,
  NEW,
  OLD,
  OTHER,
  proofOf,
  type TestProject,
  testPorts,
} from '../config/project.ts';

let project: TestProject;
let history: History;
beforeEach(async () => {
  project = await makeProject({
    '.env': `CONTAINER_IMAGE_URI=${IMAGE}@${NEW}\n`,
    '.last-deploy-state.json': JSON.stringify({ container_image_uri: `${IMAGE}@${NEW}`, mine: 1 }),
  });
  history = openHistory(privateFolder(project.dir));
  for (const [name, digest] of [
    [IMAGE, OTHER],
    [IMAGE, OLD],
    ['ghcr.io/acme/worker', OLD],
    [IMAGE, OLD],
    [IMAGE, NEW],
  ] as const) {
    await history.append({
      kind: 'release',
      reference: `${name}@${digest}`,
      timestamp: '2026-01-01T00:00:00.000Z',
      codeCommit: digest.slice(7, 47),
      verified: true,
    });
  }
  await history.append({
    kind: 'push',
    image: `${IMAGE}:1.3`,
    digest: OLD as Digest,
    imageId: OTHER,
    sizeBytes: 1,
    pushedAt: '2025-12-31T00:00:00.000Z',
    codeCommit: null,
    apply: true,
  });
});
afterEach(() => project.remove());

async function back(steps: number, apply: boolean, ports: Partial<RollbackPorts> = {}) {
  const opened = await openProject(project.dir, {});
  return rollback(
    { project: opened, back: steps, apply, probe: true },
    {
      ...testPorts(),
      history,
      prove: async (reference) => proofOf(reference),
      configReport: (reference, write) =>
        project.run({
          reference: `${IMAGE}@${reference.digest}`,
          mode: write ? 'apply' : 'report',
          diff: true,
        }),
      saveState: async (state) => {
        const putBack = await keepState(opened.stateFile);
        await writeState(opened.stateFile, state);
        return putBack;
      },
      record: (state) => history.append(releaseRecord(state)),
      ...ports,
    },
  );
}
const env = () => readFile(join(project.dir, '.env'), 'utf8');

describe('rollback', () => {
  it('shows what would change, and changes nothing', async () => {
    const { data, failure } = await back(1, false);
    expect(failure).toBeUndefined();
    expect(data).toMatchObject({
      from: `${IMAGE}@${NEW}`,
      to: `${IMAGE}@${OLD}`,
      verify: { status: 'verified' },
      applied: false,
      targets: [{ file: '.env', status: 'stale' }],
    });
    expect(data.diff).toContain(`-…${IMAGE}@${NEW}\n+…${IMAGE}@${OLD}\n`);
    expect(await env()).toContain(NEW);
  });

  it('pins and records with --apply; the next one leads further back', async () => {
    const { data, failure } = await back(1, true);
    expect([failure, data.applied, data.targets[0]?.status]).toEqual([undefined, true, 'match']);
    expect(await env()).toBe(`CONTAINER_IMAGE_URI=${IMAGE}@${OLD}\n`);
    const state = await readState(join(project.dir, '.last-deploy-state.json'));
    expect(state.value).toMatchObject({
      container_image_uri: `${IMAGE}@${OLD}`,
      image: `${IMAGE}:1.3`,
      image_id: OTHER,
      code_commit: OLD.slice(7, 47),
      build_timestamp: '2025-12-31T00:00:00Z',
      verified: true,
      mine: 1,
    });
    await expect(back(2, true)).rejects.toMatchObject({ code: 'NO_SUCH_RELEASE' });
    expect((await back(1, true)).data).toMatchObject({ from: `${IMAGE}@${OLD}`, to: `${IMAGE}@${OTHER}` });
    await expect(back(1, true)).rejects.toMatchObject({ message: expect.stringContaining('0 earlier') });
  });

  it('counts digests of this repository, each once', async () => {
    expect((await back(2, false)).data.to).toBe(`${IMAGE}@${OTHER}`);
    await expect(back(3, false)).rejects.toMatchObject({ code: 'NO_SUCH_RELEASE', exit: 2 });
  });

  it('ends as a release does: what is not proven is not pinned', async () => {
    const missing: RollbackPorts['prove'] = async (reference) => ({
      ...proofOf(reference, 'missing'),
      failure: new Failure('MISSING', 'gone'),
    });
    const gone = await back(1, true, { prove: missing });
    expect([gone.failure?.exit, gone.data.verify?.status, gone.data.applied]).toEqual([7, 'missing', false]);
    expect(await env()).toContain(NEW);
    const pending: RollbackPorts['prove'] = async (reference) => ({
      ...proofOf(reference, 'pending'),
      failure: new Failure('PENDING', 'not yet'),
    });
    const shown = await back(1, false, { prove: pending });
    expect([shown.failure, shown.warnings.map(({ code }) => code)]).toEqual([undefined, ['VERIFY_PENDING']]);
    expect((await back(1, true, { prove: pending })).failure?.exit).toBe(7);
  });

  it('leaves the state as it was where a file cannot be written', async () => {
    const path = join(project.dir, '.last-deploy-state.json');
    const [before, releases] = [await readFile(path, 'utf8'), await history.releases()];
    // a folder where the temporary would go
    await mkdir(join(project.dir, '..env.docker-build-tmp/x'), { recursive: true });
    const { failure, data } = await back(1, true);
    expect([failure?.code, data.to, data.verify?.status, data.applied]).toEqual([
      'FILE_UNWRITABLE',
      `${IMAGE}@${OLD}`,
      'verified',
      false,
    ]);
    expect(await readFile(path, 'utf8')).toBe(before);
    expect(await history.releases()).toEqual(releases);
    await rm(path);
    await back(1, true);
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('asks for bad input before the proof and before anything is recorded', async () => {
    await project.write({ 'data/config/a.yaml': 'a: [' });
    const never = () => Promise.reject(new Error('asked'));
    const { failure } = await back(1, true, { prove: never, saveState: never });
    expect(failure?.exit).toBe(2);
  });
});
