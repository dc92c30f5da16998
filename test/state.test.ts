import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../scripts/oci/digest.ts';
import { type DeployState, defaultStateFile, openHistory, readState, writeState } from '../scripts/state.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'state-test-'));
});
afterEach(() => rm(dir, { recursive: true }));

const D = digestOf(Buffer.from('x'));
const state: DeployState = {
  timestamp: '2026-01-31T12:00:01.000Z',
  master_config_commit: null,
  project_config_commit: null,
  container_image_uri: `localhost:5000/app@${D}`,
  build_timestamp: '2026-01-31T12:00:00Z',
  code_commit: 'a'.repeat(40),
  image: 'localhost:5000/app:1',
  image_id: D,
  pushed_at: '2026-01-31T12:00:00.000Z',
  verified: true,
};

describe('the state file', () => {
  it('is in .claude if that is a folder', async () => {
    expect(await defaultStateFile(dir)).toBe(join(dir, '.last-deploy-state.json'));
    await mkdir(join(dir, '.claude'));
    expect(await defaultStateFile(dir)).toBe(join(dir, '.claude', '.last-deploy-state.json'));
  });

  it('keeps what others wrote into it', async () => {
    const path = join(dir, 's.json');
    await writeFile(path, '{"theirs": [1, 2], "timestamp": "old"}');
    await writeState(path, state);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ theirs: [1, 2], ...state });
  });

  it.each(['[]', '{', 'null', '"x"'])('that holds %s is not overwritten', async (content) => {
    const path = join(dir, 's.json');
    await writeFile(path, content);
    await expect(writeState(path, state)).rejects.toMatchObject({ code: 'FILE_UNPARSABLE', exit: 2 });
    expect(await readFile(path, 'utf8')).toBe(content);
  });

  it('keeps its mode, and a link stays a link', async () => {
    const real = join(dir, 'real.json');
    await writeFile(real, '{}');
    await chmod(real, 0o640);
    await symlink(real, join(dir, 'link.json'));
    await writeState(join(dir, 'link.json'), state);
    expect((await stat(real)).mode & 0o777).toBe(0o640);
    expect((await readState(real)).value?.image).toBe(state.image);
  });

  it('in a folder that is not there says so, and names it', async () => {
    await expect(writeState(join(dir, 'no', 's.json'), state)).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
      message: expect.stringContaining(join(dir, 'no', 's.json')),
    });
  });
});

describe('the history', () => {
  const push = {
    kind: 'push',
    image: 'a/b:1',
    digest: D,
    imageId: null,
    sizeBytes: 1,
    pushedAt: 'now',
    codeCommit: null,
    apply: false,
  } as const;
  const release = {
    kind: 'release',
    reference: `a/b@${D}`,
    timestamp: 'now',
    codeCommit: null,
    verified: true,
  } as const;

  it('is empty at first, and tells pushes from releases', async () => {
    const history = openHistory(join(dir, 'private'));
    expect(await history.pushes()).toEqual([]);
    await history.append(push);
    await history.append(release);
    expect([await history.pushes(), await history.releases()]).toEqual([[push], [release]]);
    expect((await stat(join(dir, 'private', 'history.jsonl'))).mode & 0o777).toBe(0o600);
  });

  it('says so, and no more, where it cannot be written', async () => {
    const folder = join(dir, 'private');
    await writeFile(folder, 'a file where the folder should be');
    const lost: string[] = [];
    await openHistory(folder, (why) => lost.push(why)).append(push);
    expect(lost).toEqual([expect.stringContaining('private')]);
  });

  it('passes over a line that was cut off', async () => {
    const history = openHistory(join(dir, 'private'));
    await history.append(push);
    await appendFile(join(dir, 'private', 'history.jsonl'), '{"kind":"rel\n');
    await history.append(release);
    expect([await history.pushes(), await history.releases()]).toEqual([[push], [release]]);
  });
});
