import { describe, expect, test } from 'vitest';
import { buildSecrets } from '../../scripts/checks/build-secrets.ts';
import type { Checker, Surroundings } from '../../scripts/checks/check.ts';
import { dockerfileThere } from '../../scripts/checks/dockerfile-there.ts';
import { envFile } from '../../scripts/checks/env-file.ts';
import { git } from '../../scripts/checks/git.ts';
import { hosts } from '../../scripts/checks/hosts.ts';
import { node } from '../../scripts/checks/node.ts';
import { parseReference } from '../../scripts/oci/reference.ts';
import { ended, type Fake, project, surroundings } from './surroundings.ts';

const only = async (checker: Checker, at: Surroundings) => {
  const [found, ...others] = await checker.ask(at);
  if (!found || others.length) throw new Error('one answer was due');
  return found;
};

test.each([
  ['20.18.0', 'fail'],
  ['20.18.1', 'pass'],
  ['20.19.0', 'pass'],
  ['18.20.4', 'fail'],
  ['22.0.0', 'pass'],
  ['24.1.0-pre', 'pass'],
])('Node %s → %s', async (version, status) => {
  expect((await only(node, surroundings({ machine: { node: version } }))).status).toBe(status);
});

describe('the Dockerfile', () => {
  test('there', async () => {
    expect((await only(dockerfileThere, surroundings({ files: { '/p/Dockerfile': '' } }))).status).toBe(
      'pass',
    );
  });
  test('not there: what the release would end with is DOCKERFILE_MISSING', async () => {
    expect(await only(dockerfileThere, surroundings())).toMatchObject({
      status: 'fail',
      fix: ["find /p -maxdepth 3 -name '*file'"],
      failure: { code: 'DOCKERFILE_MISSING', exit: 2 },
    });
  });
  test('there and not ours to read', async () => {
    const at = surroundings({ facts: { '/p/Dockerfile': { mode: 0 } } });
    expect(await only(dockerfileThere, at)).toMatchObject({
      status: 'fail',
      fix: ['chmod u+r /p/Dockerfile'],
    });
  });
});

describe('.env', () => {
  const ask = (dotenv: Record<string, string> | null, mode = 0o600, over: Partial<Surroundings> = {}) =>
    only(
      envFile,
      surroundings(
        { facts: dotenv ? { '/p/.env': { mode } } : {} },
        { project: project({ dotenv, env: dotenv ?? {} }), ...over },
      ),
    );
  const ghcr = { intent: { ...surroundings().intent, image: parseReference('ghcr.io/acme/app:1') } };

  test.each([
    ['none', null, 0o600, 'skip', []],
    ['readable by its owner', { GITHUB_TOKEN: 'ghp_abcdef' }, 0o600, 'pass', []],
    ['with a secret, readable by all', { GITHUB_TOKEN: 'ghp_abcdef' }, 0o644, 'warn', ['chmod 600 /p/.env']],
    ['without a secret, readable by all', { PORT: '80' }, 0o644, 'pass', []],
    ['a placeholder', { GITHUB_TOKEN: 'your-token-here' }, 0o600, 'warn', []],
    ['another placeholder', { GITHUB_TOKEN: '<token>' }, 0o600, 'warn', []],
  ] as const)('%s', async (_what, dotenv, mode, status, fix) => {
    expect(await ask(dotenv, mode)).toMatchObject({ status, fix });
  });

  test.each([
    [{ GITHUB_USERNAME: 'ada' }, 'GITHUB_TOKEN is not'],
    [{ GITHUB_TOKEN: 'ghp_abcdef' }, 'GITHUB_USERNAME is not'],
  ])('half a login for ghcr.io: %j', async (dotenv, summary) => {
    expect(await ask(dotenv, 0o600, ghcr)).toMatchObject({
      status: 'warn',
      summary: expect.stringContaining(summary),
    });
  });

  test('values are never shown', async () => {
    expect(JSON.stringify(await ask({ GITHUB_TOKEN: 'ghp_abcdef' }, 0o644))).not.toContain('ghp_');
  });
});

describe('git', () => {
  const HEAD = 'git -C /p rev-parse --short HEAD';
  const STATUS = 'git -C /p status --porcelain --untracked-files=normal';
  const TRACKED = 'git -C /p ls-files .env';
  const ask = (answers: Fake['answers'], over: Partial<Surroundings['project']> = {}) =>
    only(git, surroundings(answers ? { answers } : {}, { project: project(over) }));

  test('all committed', async () => {
    expect(await ask({ [HEAD]: ended('abc1234\n'), [STATUS]: ended('') })).toMatchObject({
      status: 'pass',
      summary: 'all is committed, in abc1234',
    });
  });
  test('changes', async () => {
    expect(await ask({ [HEAD]: ended('abc1234\n'), [STATUS]: ended(' M a\n?? b\n') })).toMatchObject({
      status: 'warn',
      evidence: ' M a; ?? b',
    });
  });
  test('no repository', async () => {
    expect((await ask({})).status).toBe('skip');
  });
  test('no repository, and a tag that needs one', async () => {
    expect(await ask({}, { image: 'ghcr.io/acme/app:{git}' })).toMatchObject({
      status: 'fail',
      failure: { code: 'GIT_UNAVAILABLE' },
    });
  });
  test('a .env with secrets under version control', async () => {
    const answers = { [HEAD]: ended('abc1234\n'), [STATUS]: ended(''), [TRACKED]: ended('.env\n') };
    expect(await ask(answers, { dotenv: { GITHUB_TOKEN: 'ghp_abcdef' } })).toMatchObject({
      status: 'warn',
      fix: ['git -C /p rm --cached .env', 'echo .env >> /p/.gitignore'],
    });
    expect((await ask(answers, { dotenv: { PORT: '80' } })).status).toBe('pass');
  });
});

describe('--secret', () => {
  const ask = (...secrets: string[]) => {
    const at = surroundings({ files: { '/run/key': 'x' }, machine: { env: { TOKEN: 'x' } } });
    return only(buildSecrets, { ...at, intent: { ...at.intent, secrets } });
  };
  test.each([
    ['id=a,src=/run/key', 'pass'],
    ['id=a,source=/run/key', 'pass'],
    ['id=a,src=/run/none', 'fail'],
    ['id=a,env=TOKEN', 'pass'],
    ['id=TOKEN', 'pass'],
    ['id=TOKEN,type=env', 'pass'],
    ['id=a,env=NONE', 'fail'],
  ])('%s → %s', async (spec, status) => {
    expect((await ask(spec)).status).toBe(status);
  });
  test('what the release would end with is SECRET_MISSING', async () => {
    expect((await ask('id=a,src=/run/none')).failure).toMatchObject({ code: 'SECRET_MISSING' });
  });
});

test('the hosts that will run the image: commands for there', async () => {
  expect(await only(hosts, surroundings())).toMatchObject({
    status: 'skip',
    fix: [
      'podman --version',
      'podman unshare cat /proc/self/uid_map',
      'podman login --get-login localhost:5000',
      'ls -ld /tmp/ray',
      'podman pull localhost:5000/team/app:1',
    ],
  });
});
