/** The command lines of the documents that are for a user with rootless podman, run by one who has no ranges yet. */
import { chmodSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { blocksOf, DOCUMENTS } from '../docs/documents.ts';
import { type ThrowawayUser, throwawayUser } from '../support/throwaway-user.ts';

const SHARED = ['/usr/bin/newuidmap', '/usr/bin/newgidmap'];

let user: ThrowawayUser;
let modes: readonly number[];
beforeEach(() => {
  modes = SHARED.map((path) => statSync(path).mode & 0o7777);
  user = throwawayUser();
  // what stands in the files is looked at before a range is added
  user.ranges(`${user.name}:800000:10`, `${user.name}:800000:10`);
});
afterEach(() => {
  user.remove();
  for (const [i, path] of SHARED.entries()) chmodSync(path, modes[i] ?? 0);
});

test.each(DOCUMENTS.map((path) => [basename(path, '.md'), path] as const))('%s', async (_name, path) => {
  const lines = blocksOf(path).flatMap((block) => (block.place === 'rootless' ? block.lines : []));
  const done = await user.sh(lines);
  expect(done.exitCode, `${done.stdout}\n${done.stderr}`).toBe(0);
  if (lines.some((line) => line.includes('--add-subuids'))) {
    const map = await user.sh(['podman unshare cat /proc/self/uid_map']);
    expect(map.stdout).toMatch(/700000 +65536/);
  }
});
