import { afterEach, expect, it } from 'vitest';
import { statusText } from '../../scripts/cli/text/config-report.ts';
import { privateFolder } from '../../scripts/io/private-folder.ts';
import { type StatusPorts, status } from '../../scripts/phases/status.ts';
import { openProject } from '../../scripts/project.ts';
import { openHistory, type ReleaseRecord } from '../../scripts/state.ts';
import { IMAGE, makeProject, NEW, OLD, OTHER, type TestProject, testPorts } from '../config/project.ts';

let project: TestProject | undefined;
afterEach(() => project?.remove());

const release = (digest: string, timestamp: string): ReleaseRecord => ({
  kind: 'release',
  reference: `${IMAGE}@${digest}`,
  timestamp,
  codeCommit: 'c'.repeat(40),
  verified: true,
});

async function ask(files: Record<string, string>, ports: Partial<StatusPorts> = {}, online = false) {
  project = await makeProject(files);
  const folder = privateFolder(project.dir);
  const history = openHistory(folder);
  await history.append(release(OLD, '2026-01-01T00:00:00.000Z'));
  await history.append(release(NEW, '2026-01-02T00:00:00.000Z'));
  return status(
    { project: await openProject(project.dir, {}), online },
    { ...testPorts(), history, ...ports },
  );
}
const state = JSON.stringify({ container_image_uri: `${IMAGE}@${NEW}`, image: `${IMAGE}:1.4` });

it('tells the releases, newest first, and that all agree', async () => {
  const { data, failure } = await ask({
    '.env': `CONTAINER_IMAGE_URI=${IMAGE}@${NEW}\n`,
    '.last-deploy-state.json': state,
  });
  expect(failure).toBeUndefined();
  expect(data).toEqual({
    releases: [
      {
        reference: `${IMAGE}@${NEW}`,
        timestamp: '2026-01-02T00:00:00.000Z',
        codeCommit: 'c'.repeat(40),
        verified: true,
      },
      {
        reference: `${IMAGE}@${OLD}`,
        timestamp: '2026-01-01T00:00:00.000Z',
        codeCommit: 'c'.repeat(40),
        verified: true,
      },
    ],
    agree: true,
    state: { file: '.last-deploy-state.json', containerImageUri: `${IMAGE}@${NEW}`, status: 'match' },
    targets: [],
  });
});

it('says how many releases back each one is', async () => {
  const { data } = await ask({ '.last-deploy-state.json': state });
  const lines = statusText(data).split('\n');
  expect(lines.slice(0, 2).map((line) => line.split(/\s{2,}/)[0])).toEqual(['now', 'rollback 1']);
});

it('ends with 8 where a file differs, and names only those that do', async () => {
  const { data, failure } = await ask({
    '.env': `CONTAINER_IMAGE_URI=${IMAGE}@${OLD}\n`,
    'data/config/a.yaml': `runtime_env: {env_vars: {CONTAINER_IMAGE_URI: "${IMAGE}@${NEW}"}}\n`,
    '.last-deploy-state.json': state,
  });
  expect([failure?.exit, data.agree, data.targets.map(({ file }) => file)]).toEqual([8, false, ['.env']]);
});

it.each([
  [`${IMAGE}:1.4@${NEW}`, `not ${IMAGE}@${NEW}`],
  [`${IMAGE}:1.4`, 'names no digest'],
])('ends with 8 where the state file says %s', async (uri, why) => {
  const { data, failure } = await ask({
    '.last-deploy-state.json': JSON.stringify({ container_image_uri: uri }),
  });
  expect([failure?.exit, data.agree, data.state.status]).toEqual([8, false, 'stale']);
  expect(failure?.message).toContain(why);
});

it('without a state file wants all places to agree', async () => {
  const { data, failure } = await ask({ '.env': `CONTAINER_IMAGE_URI=${IMAGE}@${OLD}\n` });
  expect([failure, data.agree, data.state.status]).toEqual([undefined, true, 'absent']);
});

it('--online: the registry has a say, and a moved tag is a warning', async () => {
  const files = { '.env': `CONTAINER_IMAGE_URI=${IMAGE}@${NEW}\n`, '.last-deploy-state.json': state };
  const gone = await ask(files, { digestOf: async () => null }, true);
  expect([gone.failure?.exit, gone.data.agree]).toEqual([7, false]);
  await project?.remove();
  const moved = await ask(files, { digestOf: async ({ digest }) => digest ?? OTHER }, true);
  expect([moved.failure, moved.warnings.map(({ code }) => code)]).toEqual([undefined, ['TAG_MOVED']]);
});
