import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../scripts/errors.ts';
import { IMAGE, makeProject, NEW, OLD, OTHER, proofOf, type TestProject, told } from '../config/project.ts';

let project: TestProject | undefined;
afterEach(async () => {
  await project?.remove();
  project = undefined;
});
async function given(files: Record<string, string>): Promise<TestProject> {
  project = await makeProject(files);
  return project;
}
const env = (digest: string) => `A=1\nCONTAINER_IMAGE_URI=${IMAGE}@${digest}\n`;
const state = (uri: string, more = {}) =>
  JSON.stringify({ container_image_uri: uri, image: `${IMAGE}:1.4`, ...more });
const pod = (...images: string[]) =>
  `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n${images.map((image) => `    - image: ${image}\n`).join('')}`;

describe('what is expected', () => {
  it('is the argument, before the state file', async () => {
    const { run } = await given({ '.env': env(OLD), '.last-deploy-state.json': state(`${IMAGE}@${OTHER}`) });
    const { data } = await run();
    expect(data).toMatchObject({
      reference: `${IMAGE}@${NEW}`,
      targets: [{ status: 'stale', current: `${IMAGE}@${OLD}`, expected: `${IMAGE}@${NEW}`, line: 2 }],
      state: { file: '.last-deploy-state.json', containerImageUri: `${IMAGE}@${OTHER}`, status: 'stale' },
      applied: false,
    });
  });

  it('is what the state file says, else what all places agree on; no state file is not drift', async () => {
    const { run, write } = await given({ '.env': env(OLD), 'k8s/pod.yaml': pod(`${IMAGE}:1@${OLD}`) });
    const agreed = await run({ reference: null, mode: 'check' });
    expect(agreed.failure).toBeUndefined();
    expect(agreed.data).toMatchObject({
      reference: `${IMAGE}@${OLD}`,
      state: { status: 'absent', file: null },
    });
    await write({ '.last-deploy-state.json': state(`${IMAGE}@${NEW}`) });
    const released = await run({ reference: null, mode: 'check' });
    expect(released.failure?.code).toBe('DRIFT');
    expect(released.data).toMatchObject({ reference: `${IMAGE}@${NEW}`, state: { status: 'match' } });
  });

  it('is nothing where places differ: each is stale, a check fails, and nothing is written', async () => {
    const { run, files } = await given({ '.env': env(OLD), 'k8s/pod.yaml': pod(`${IMAGE}@${NEW}`) });
    const before = await files();
    const { data, failure, warnings } = await run({ reference: null, mode: 'check' });
    expect([failure?.code, data.reference, warnings[0]?.code]).toEqual(['DRIFT', null, 'DIGESTS_DIFFER']);
    expect(data.targets.map(({ status, expected }) => [status, expected])).toEqual([
      ['stale', null],
      ['stale', null],
    ]);
    expect((await run({ reference: null, mode: 'apply' })).failure?.code).toBe('IMAGE_UNKNOWN');
    expect(await files()).toEqual(before);
  });

  it('without any settings, is found in a clone that holds several images', async () => {
    const worker = 'ghcr.io/acme/worker';
    const { run, write } = await given({
      'a.yaml': pod(`${IMAGE}@${OLD}`, `${worker}@${OTHER}`),
      'b.yaml': pod(`${worker}@${OTHER}`),
    });
    expect((await run({ reference: null, mode: 'check' })).failure).toBeUndefined();
    await write({ 'b.yaml': pod(`${worker}@${NEW}`) });
    const { failure, data } = await run({ reference: null, mode: 'check' });
    expect(failure?.message).toContain('2 places differ');
    expect(data.targets.map(({ status }) => status)).toEqual(['match', 'stale', 'stale']);
  });

  it('is no image of somebody else that happens to be pinned', async () => {
    const redis = (digest: string) => pod(`docker.io/redis/redis@${digest}`);
    const { run, files, write } = await given({ '.env': 'GITHUB_USERNAME=me\n', 'k/a.yaml': redis(OLD) });
    const before = await files();
    const { data, failure } = await run({ reference: null, mode: 'apply' });
    expect([failure, data.reference]).toEqual([undefined, null]);
    expect(await files()).toEqual(before);
    await write({
      'k/b.yaml': redis(NEW),
      'data/config/a.yaml': `runtime_env: {image_uri: "${IMAGE}@${OLD}"}\n`,
    });
    const agreed = await run({ reference: null, mode: 'check' });
    expect(agreed.failure?.message).toMatch(/^1 place .*: \.env \(missing\)$/);
    expect(agreed.data.reference).toBe(`${IMAGE}@${OLD}`);
    await write({ 'serve.yaml': `runtime_env: {image_uri: "${IMAGE}@${NEW}"}\n` });
    expect((await run({ reference: null, mode: 'check' })).failure?.message).toContain('2 places differ');
  });

  it.each([
    ['alone', ''],
    ['with settings that name it by a tag', `image: ${IMAGE}:1\n`],
  ])('is what pods must agree on, %s', async (_name, text) => {
    const { run, write } = await given({
      'docker-build.yaml': text || '{}\n',
      'k/a.yaml': pod(`${IMAGE}@${OLD}`),
      'k/b.yaml': pod(`${IMAGE}@${NEW}`),
    });
    expect((await run({ reference: null, mode: 'check' })).failure?.exit).toBe(8);
    await write({ 'k/b.yaml': pod(`${IMAGE}@${OLD}`) });
    const { data, failure } = await run({ reference: null, mode: 'check' });
    expect([failure, data.reference]).toEqual([undefined, `${IMAGE}@${OLD}`]);
  });

  it('must have a digest, and a readable state file if that is to say it', async () => {
    const { run, write } = await given({ '.last-deploy-state.json': '[' });
    await expect(run({ reference: `${IMAGE}:1.4` })).rejects.toMatchObject({
      code: 'REFERENCE_INVALID',
      next: `docker-build digest ${IMAGE}:1.4`,
    });
    await expect(run({ reference: null })).rejects.toMatchObject({ code: 'FILE_UNPARSABLE' });
    expect((await run()).data.state.status).toBe('unreadable');
    await write({ '.last-deploy-state.json': '{}' });
    expect((await run({ reference: null, mode: 'check' })).failure).toBeUndefined();
  });
});

describe('--check', () => {
  const cases: [name: string, files: Record<string, string>, exit: number, statuses: string[]][] = [
    ['an empty project', {}, 0, []],
    ['.env without the key', { '.env': 'A=1\n' }, 8, ['missing']],
    ['.env with an empty value', { '.env': 'CONTAINER_IMAGE_URI=\n' }, 8, ['missing']],
    ['.env with a tag', { '.env': `CONTAINER_IMAGE_URI=${IMAGE}:latest\n` }, 8, ['mutable-tag']],
    [
      '.env with another repository',
      { '.env': `CONTAINER_IMAGE_URI=ghcr.io/a/b@${NEW}\n` },
      8,
      ['other-repository'],
    ],
    ['.env that matches', { '.env': env(NEW) }, 0, ['match']],
    ['the key twice', { '.env': env(NEW) + env(NEW) }, 2, ['duplicate']],
    ['an open quote', { '.env': `CONTAINER_IMAGE_URI="${IMAGE}\nB=1\n` }, 2, ['unreadable']],
    ['a deliberate tag in Kubernetes', { 'p.yaml': pod(`${IMAGE}:1.4`) }, 0, ['mutable-tag']],
    ['a stale compose file', { 'compose.yaml': `services: {a: {image: "${IMAGE}@${OLD}"}}\n` }, 0, ['stale']],
    ['data/config without the key', { 'data/config/a.yaml': 'name: a\n' }, 0, []],
    ['data/config that is no YAML', { 'data/config/a.yaml': 'a: [\n' }, 2, ['unreadable']],
    ['other YAML that is none', { 'a.yaml': `a: [ ${IMAGE}@${OLD}\n` }, 0, ['stale']],
    [
      'data/config with another image',
      { 'data/config/a.yaml': `runtime_env: {env_vars: {CONTAINER_IMAGE_URI: ghcr.io/a/b:1}}\n` },
      0,
      ['other-repository'],
    ],
    [
      'data/config with the key twice',
      {
        'data/config/a.yaml': `runtime_env:\n  env_vars:\n    CONTAINER_IMAGE_URI: ${IMAGE}@${NEW}\n    CONTAINER_IMAGE_URI: ${IMAGE}@${OLD}\n`,
      },
      2,
      ['duplicate', 'duplicate'],
    ],
  ];
  it.each(cases)('%s', async (_name, files, exit, statuses) => {
    const { run, files: now } = await given(files);
    const before = await now();
    const { data, failure } = await run({ mode: 'check' });
    expect([failure?.exit ?? 0, data.targets.map(({ status }) => status)]).toEqual([exit, statuses]);
    // a report ends well all the same, unless the input is bad
    expect((await run()).failure?.exit ?? 0).toBe(exit === 8 ? 0 : exit);
    expect(await now()).toEqual(before);
  });

  it('looks only where --only says', async () => {
    const { run, dir } = await given({
      '.env': env(OLD),
      'k8s/p.yaml': pod(`${IMAGE}@${NEW}`),
      'data/config/b.yaml': 'a: [',
    });
    expect((await run({ mode: 'check', only: ['k8s/'] })).failure).toBeUndefined();
    expect((await run({ mode: 'check', only: ['.env'] })).failure?.code).toBe('DRIFT');
    for (const only of ['/k8s/', '/.env', join(dir, '.env')])
      expect((await run({ only: [only] })).data.targets.length).toBe(1);
    const { warnings } = await run({ mode: 'check', only: ['nothing/*', '.ENV'] });
    expect(warnings.map(({ code }) => code)).toEqual(['ONLY_MATCHES_NOTHING']);
  });
});

describe('--apply', () => {
  it('proves first: what is not proven is not written', async () => {
    const { run, files } = await given({ '.env': env(OLD) });
    const before = await files();
    const asked: unknown[] = [];
    const { failure, data } = await run(
      { mode: 'apply', allowUnverified: false },
      {
        prove: async (reference) => {
          asked.push(reference.digest);
          return { ...proofOf(reference, 'missing'), failure: new Failure('MISSING', 'gone') };
        },
      },
    );
    expect([failure?.exit, data.applied, asked]).toEqual([7, false, [NEW]]);
    expect(await files()).toEqual(before);
    expect((await run({ mode: 'apply', allowUnverified: false })).failure).toBeUndefined();
    expect(await files()).toEqual({ '.env': env(NEW) });
  });

  it('asks for bad input before the proof', async () => {
    const { run } = await given({ '.env': env(OLD) + env(OLD) });
    const { failure } = await run(
      { mode: 'apply', allowUnverified: false },
      { prove: () => Promise.reject(new Error('asked')) },
    );
    expect(failure?.code).toBe('FILE_AMBIGUOUS');
  });

  it('writes all or nothing, and leaves no temporary behind', async () => {
    const { run, files, dir, write } = await given({
      '.env': env(OLD),
      'k8s/p.yaml': pod(`${IMAGE}@${OLD}`),
    });
    const before = await files();
    // a folder where the temporary would go
    await mkdir(join(dir, 'k8s/.p.yaml.docker-build-tmp/x'), { recursive: true });
    expect((await run({ mode: 'apply' })).failure).toMatchObject({ code: 'FILE_UNWRITABLE', exit: 2 });
    expect(await files()).toEqual(before);
    expect(await readdir(dir)).toEqual(['.env', 'k8s']);
    await write({ '.env': env(OLD) });
  });

  it('overwrites nothing that has changed since it was read', async () => {
    const { run, files, write } = await given({ '.env': env(OLD), 'p.yaml': pod(`${IMAGE}@${OLD}`) });
    const meddle = async (reference: Parameters<typeof proofOf>[0]) => {
      await write({ '.env': `${env(OLD)}NEWER=1\n` });
      return proofOf(reference);
    };
    const { failure } = await run({ mode: 'apply', allowUnverified: false }, { prove: meddle });
    expect(failure).toMatchObject({ code: 'FILE_CHANGED', exit: 2 });
    expect(await files()).toEqual({ '.env': `${env(OLD)}NEWER=1\n`, 'p.yaml': pod(`${IMAGE}@${OLD}`) });
  });

  it('adds the key to .env in its own line ends, and makes no .env', async () => {
    const line = `CONTAINER_IMAGE_URI=${IMAGE}@${NEW}`;
    for (const [before, after] of [
      ['A=1\n', `A=1\n${line}\n`],
      ['A=1', `A=1\n${line}`],
      ['A=1\r\n', `A=1\r\n${line}\r\n`],
      ['\uFEFFA=1\r\nB=2', `\uFEFFA=1\r\nB=2\r\n${line}`],
      ['', `${line}\n`],
    ] as const) {
      const { run, files } = await given({ '.env': before });
      await run({ mode: 'apply' });
      expect(await files()).toEqual({ '.env': Buffer.from(after).toString('latin1') });
      await run({ mode: 'undo' });
      expect(await files()).toEqual({ '.env': Buffer.from(before).toString('latin1') });
      await project?.remove();
    }
    const { run, files } = await given({ Dockerfile: 'FROM scratch\n' });
    expect((await run({ mode: 'apply' })).failure).toBeUndefined();
    expect(Object.keys(await files())).toEqual(['Dockerfile']);
  });

  it('never changes what names another repository, and says that .env still differs', async () => {
    const foreign = {
      '.env': `CONTAINER_IMAGE_URI=ghcr.io/a/b@${OLD}\n`,
      'p.yaml': pod(`ghcr.io/a/b@${OLD}`, `${IMAGE}@${OLD}`),
    };
    const { run, files } = await given(foreign);
    const { failure, data } = await run({ mode: 'apply' });
    expect([failure?.exit, data.applied]).toEqual([8, true]);
    expect(await files()).toEqual({ ...foreign, 'p.yaml': pod(`ghcr.io/a/b@${OLD}`, `${IMAGE}@${NEW}`) });
  });

  it('warns of no variable that it has written over', async () => {
    const { run } = await given({
      'data/config/a.yaml':
        'runtime_env:\n  env_vars:\n    CONTAINER_IMAGE_URI: ${CONTAINER_IMAGE_URI}\n    CACHE: ${HOME}/x\n',
    });
    expect((await run()).warnings.length).toBe(2);
    const { warnings } = await run({ mode: 'apply' });
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining('CACHE')]);
  });

  it('keeps mode, links, line ends, marks, tabs and bytes that are no text', async () => {
    const yaml = `\uFEFF# ümlaut\r\napiVersion: v1\r\nkind: Pod\r\nspec:\t# tab\r\n    containers:  [ {image:   '${IMAGE}@${OLD}' } ]\r\n# end`;
    const { run, files, dir } = await given({ 'real/env': env(OLD), 'p.yaml': yaml });
    await symlink('real/env', join(dir, '.env'));
    await writeFile(
      join(dir, 'q.yaml'),
      Buffer.concat([Buffer.from(pod(`${IMAGE}@${OLD}`)), Buffer.from('# \xe9\xff\n', 'latin1')]),
    );
    await chmod(join(dir, 'real/env'), 0o640);
    await run({ mode: 'apply' });
    expect(await readlink(join(dir, '.env'))).toBe('real/env');
    expect((await stat(join(dir, 'real/env'))).mode & 0o777).toBe(0o640);
    expect(await files()).toEqual({
      'real/env': env(NEW),
      'p.yaml': Buffer.from(yaml.replace(OLD, NEW)).toString('latin1'),
      'q.yaml': `${pod(`${IMAGE}@${NEW}`)}# \xe9\xff\n`,
    });
  });

  it('follows no link out of the project', async () => {
    const { run, dir, folder } = await given({ 'p.yaml': pod(`${IMAGE}@${OLD}`) });
    await writeFile(join(folder, 'elsewhere'), env(OLD));
    await symlink('../elsewhere', join(dir, '.env'));
    const { failure } = await run({ mode: 'apply' });
    expect(failure?.code).toBe('PATH_OUTSIDE');
    expect(await readFile(join(folder, 'elsewhere'), 'utf8')).toBe(env(OLD));
    expect((await lstat(join(dir, '.env'))).isSymbolicLink()).toBe(true);
  });

  it('finishes what a killed run began, and undo takes both back', async () => {
    const { run, files, dir, folder, write } = await given({
      '.env': env(OLD),
      'p.yaml': pod(`${IMAGE}@${OLD}`),
    });
    const before = await files();
    await run({ mode: 'apply' });
    // as if killed between the two renames
    const undo = join(
      folder,
      'state/docker-build',
      (await readdir(join(folder, 'state/docker-build')))[0] ?? '',
      'undo.json',
    );
    await writeFile(undo, (await readFile(undo, 'utf8')).replace('"complete":true', '"complete":false'));
    await write({ 'p.yaml': before['p.yaml'] ?? '', '.p.yaml.docker-build-tmp': 'half' });
    expect(told(await run({ mode: 'check' })).map((line) => line.split(':')[0])).toEqual([
      'match .env',
      'stale p.yaml',
    ]);
    await run({ mode: 'apply' });
    expect(await readdir(dir)).toEqual(['.env', 'p.yaml']);
    expect((await run({ mode: 'check' })).failure).toBeUndefined();
    await run({ mode: 'undo' });
    expect(await files()).toEqual(before);
  });

  it('twice at once: both end well, or one is told that a file has changed; never a mixture', async () => {
    const texts = Object.fromEntries(
      Array.from({ length: 10 }, (_, at) => [`p${at}.yaml`, pod(`${IMAGE}@${OLD}`)]),
    );
    const { run, files } = await given(texts);
    const same = await Promise.all([run({ mode: 'apply' }), run({ mode: 'apply' })]);
    expect(same.map(({ failure }) => failure)).toEqual([undefined, undefined]);
    const ends = await Promise.all(
      [OLD, OTHER].map((digest) => run({ mode: 'apply', reference: `${IMAGE}@${digest}` })),
    );
    const won = new Set(Object.values(await files()));
    expect(won.size).toBe(1);
    for (const { failure } of ends) if (failure) expect(failure.code).toBe('FILE_CHANGED');
  });
});

describe('--undo', () => {
  it('is refused once a file has changed, and where nothing was written', async () => {
    const { run, files, write } = await given({ '.env': env(OLD) });
    expect((await run({ mode: 'undo' })).failure?.code).toBe('NOTHING_TO_UNDO');
    await run({ mode: 'apply' });
    await write({ '.env': `${env(NEW)}X=1\n` });
    expect((await run({ mode: 'undo' })).failure?.code).toBe('FILE_CHANGED');
    expect(await files()).toEqual({ '.env': `${env(NEW)}X=1\n` });
    await write({ '.env': env(NEW) });
    await run({ mode: 'undo' });
    expect(await files()).toEqual({ '.env': env(OLD) });
    expect((await run({ mode: 'undo' })).failure?.code).toBe('NOTHING_TO_UNDO');
  });

  it('keeps to --only, and the rest can be taken back later', async () => {
    const { run, files } = await given({ '.env': env(OLD), 'p.yaml': pod(`${IMAGE}@${OLD}`) });
    await run({ mode: 'apply' });
    expect((await run({ mode: 'undo', only: ['x'] })).failure?.code).toBe('NOTHING_TO_UNDO');
    await run({ mode: 'undo', only: ['p.yaml'] });
    expect(await files()).toEqual({ '.env': env(NEW), 'p.yaml': pod(`${IMAGE}@${OLD}`) });
    await run({ mode: 'undo' });
    expect(await files()).toEqual({ '.env': env(OLD), 'p.yaml': pod(`${IMAGE}@${OLD}`) });
  });

  it('is shown first where that is asked for', async () => {
    const { run, files } = await given({
      '.env': 'A=1\n',
      'p.yaml': pod(`${IMAGE}@${OLD}`),
      'docker-build.yaml': 'targets: [{file: new/.env, key: IMAGE}]\n',
    });
    const before = await files();
    await run({ mode: 'apply' });
    const written = await files();
    const shown = await run({ mode: 'undo', dryRun: true, diff: true });
    expect(shown.failure).toBeUndefined();
    expect(await files()).toEqual(written);
    const undone = await run({ mode: 'undo', diff: true });
    expect(await files()).toEqual(before);
    for (const { data } of [shown, undone]) {
      expect(data.diff).toBe(
        `--- a/.env\n+++ b/.env\n@@ -2 +1,0 @@\n-CONTAINER_IMAGE_URI=${IMAGE}@${NEW}\n` +
          `--- a/new/.env\n+++ /dev/null\n@@ -1 +0,0 @@\n-IMAGE=${IMAGE}@${NEW}\n` +
          `--- a/p.yaml\n+++ b/p.yaml\n@@ -5 +5 @@\n-…${IMAGE}@${NEW}\n+…${IMAGE}@${OLD}\n`,
      );
    }
  });

  it('gives bytes back that are no text', async () => {
    const { run, files, dir } = await given({});
    const held = Buffer.from('CONTAINER_IMAGE_URI=<\xe9>\n', 'latin1');
    await writeFile(join(dir, '.env'), held);
    await run({ mode: 'apply' });
    expect(await files()).toEqual({ '.env': `CONTAINER_IMAGE_URI=${IMAGE}@${NEW}\n` });
    expect((await run({ mode: 'undo' })).failure).toBeUndefined();
    expect(await files()).toEqual({ '.env': held.toString('latin1') });
  });

  it('takes back what was written, whatever could not be written since', async () => {
    const { run, files, dir } = await given({ '.env': env(OLD) });
    await run({ mode: 'apply' });
    await mkdir(join(dir, '..env.docker-build-tmp/x'), { recursive: true });
    const other = { mode: 'apply', reference: `${IMAGE}@${OTHER}` } as const;
    const { failure, data } = await run(other);
    expect([failure?.code, data.targets.length]).toEqual(['FILE_UNWRITABLE', 1]);
    await rm(join(dir, '..env.docker-build-tmp'), { recursive: true });
    await run({ mode: 'undo' });
    expect(await files()).toEqual({ '.env': env(OLD) });
  });
});

describe('secrets', () => {
  it('are in no outcome, no diff and nothing that is kept', async () => {
    const secret = 'gho_s3cr3tValue';
    const { run, folder, lines } = await given({
      '.env': `TOKEN=${secret}\nRUN_CMD="docker run -e T=${secret} ${IMAGE}:1.0 ${IMAGE}@${OLD} ${secret}"\nCONTAINER_IMAGE_URI=${IMAGE}@${OLD}  # ${secret}\nPASSWORD='${secret}'\n`,
      'data/config/a.yaml': `runtime_env: {env_vars: {P: "${secret}\${X}", CONTAINER_IMAGE_URI: "${IMAGE}@${OLD}", Q: ${secret}}}\n`,
      'run.sh': `TOKEN=${secret} run ${IMAGE}@${OLD} --password=${secret}\n`,
      'k.yaml': `apiVersion: v1\nkind: Secret\nstringData: {x: "${secret} ${IMAGE}@${OLD} ${secret}"}\n`,
    });
    const shown = [
      await run({ diff: true }),
      await run({ mode: 'apply', diff: true }),
      await run({ mode: 'check', diff: true, reference: `${IMAGE}@${OLD}` }),
    ];
    const kept = join(folder, 'state');
    const stored = await Promise.all(
      (await readdir(kept, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map(async (entry) => {
          const path = join(entry.parentPath, entry.name);
          expect((await stat(path)).mode & 0o777).toBe(0o600);
          return readFile(path, 'utf8');
        }),
    );
    expect(stored).not.toEqual([]);
    expect(JSON.stringify([shown, stored, lines])).not.toContain('s3cr3t');
    expect(shown[0]?.data.diff).toContain(`-…${IMAGE}@${OLD}…\n+…${IMAGE}@${NEW}…\n`);
  });
});

describe('--online', () => {
  it('says that a digest is gone, and that a tag has moved', async () => {
    const { run } = await given({ '.env': env(NEW), 'p.yaml': pod(`${IMAGE}:1.4@${NEW}`) });
    const moved = await run(
      { mode: 'check', online: true },
      { digestOf: async ({ digest }) => digest ?? OTHER },
    );
    expect([moved.failure, moved.warnings.map(({ code }) => code)]).toEqual([undefined, ['TAG_MOVED']]);
    const gone = await run({ mode: 'check', online: true }, { digestOf: async () => null });
    expect(gone.failure?.exit).toBe(7);
    const denied = await run(
      { online: true },
      { digestOf: () => Promise.reject(new Failure('DENIED', 'no')) },
    );
    expect(denied.failure?.exit).toBe(5);
  });
});

describe('what the settings name', () => {
  const settings = (...targets: string[]) =>
    `targets:\n${targets.map((target) => `  - {${target}}\n`).join('')}`;

  it('is written, whatever stands there, and made where it is not', async () => {
    const { run, files } = await given({
      'docker-build.yaml': settings(
        'file: compose.yaml, path: services.app.image',
        'file: .env.production, key: IMAGE',
        'file: new/values.yaml, path: image.ref',
        'file: new/.env, key: IMAGE',
        'file: app.json, path: deploy.image',
        'file: Dockerfile',
        'file: serve.yaml, path: spec.env.IMAGE',
      ),
      'compose.yaml': `services:\n  app:\n    image: ${IMAGE}:1.4 # the app\n  b: {image: "${IMAGE}:1"}\n`,
      '.env.production': 'A=1\n',
      'app.json': '{\n\t"deploy": {"image": "CHANGEME", "n": 1}\n}',
      Dockerfile: `FROM ${IMAGE}@${OLD} AS a\nCOPY --from=${IMAGE}:1.4 /a /a\n`,
      'serve.yaml': 'spec:\n  env:\n    A: 1 # one\n\nother: x',
    });
    const { failure } = await run({ mode: 'apply' });
    expect(failure).toBeUndefined();
    const { 'docker-build.yaml': _, ...after } = await files();
    expect(after).toEqual({
      'compose.yaml': `services:\n  app:\n    image: ${IMAGE}:1.4@${NEW} # the app\n  b: {image: "${IMAGE}:1"}\n`,
      '.env.production': `A=1\nIMAGE=${IMAGE}@${NEW}\n`,
      'new/values.yaml': `image:\n  ref: "${IMAGE}@${NEW}"\n`,
      'new/.env': `IMAGE=${IMAGE}@${NEW}\n`,
      'app.json': `{\n\t"deploy": {"image": "${IMAGE}@${NEW}", "n": 1}\n}`,
      Dockerfile: `FROM ${IMAGE}@${NEW} AS a\nCOPY --from=${IMAGE}:1.4@${NEW} /a /a\n`,
      'serve.yaml': `spec:\n  env:\n    A: 1 # one\n    IMAGE: "${IMAGE}@${NEW}"\n\nother: x`,
    });
    await run({ mode: 'undo' });
    expect(Object.keys(await files()).filter((file) => file.startsWith('new'))).toEqual([]);
  });

  it('is made only where it is known what goes there', async () => {
    const { run, files } = await given({ 'docker-build.yaml': settings('file: deploy.sh') });
    const before = await files();
    const { warnings } = await run({ mode: 'apply' });
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('deploy.sh is not there'),
    ]);
    expect(await files()).toEqual(before);
  });

  it('may be a Helm value whose digest stands apart', async () => {
    const values = (keys: string) => `image:\n  repository: ${IMAGE}\n${keys}`;
    const { run, files, write } = await given({
      'docker-build.yaml': settings(
        'file: values.yaml, path: image.repository',
        'file: values.yaml, path: image.digest',
        'file: values.yaml, path: image.digest',
      ),
      'values.yaml': values('  tag: ""\n  digest: ""\n'),
    });
    expect((await run({ mode: 'apply' })).failure).toBeUndefined();
    expect((await files())['values.yaml']).toBe(values(`  tag: ""\n  digest: "${NEW}"\n`));
    await write({
      'values.yaml': values('  tag: ""\n'),
      'docker-build.yaml': settings('file: values.yaml, path: image.repository'),
    });
    expect((await run({ mode: 'apply' })).failure?.code).toBe('FILE_AMBIGUOUS');
    await write({ 'docker-build.yaml': '{}' });
    expect(told(await run())).toEqual(['mutable-tag values.yaml:3 image.tag']);
  });

  it('is found by its key in any other text', async () => {
    const texts = (reference: string) => ({
      Dockerfile: `ARG BASE_IMAGE="${reference}"\nARG OTHER=${IMAGE}:1\nENV IMAGE ${reference}\nFROM $BASE_IMAGE\n`,
      'pyproject.toml': `[tool.app]\nimage = "${reference}" # the app\n`,
      Makefile: `IMAGE := ${reference}\nall:\n\tdocker run $(IMAGE)\n`,
      'run.sh': `#!/bin/sh\nreadonly IMAGE=${reference}\nexec docker run "$IMAGE"\n`,
    });
    const { run, files, write } = await given({
      'docker-build.yaml': settings(
        'file: Dockerfile, key: BASE_IMAGE',
        'file: Dockerfile, key: IMAGE',
        'file: pyproject.toml, key: image',
        'file: Makefile, key: IMAGE',
        'file: run.sh, key: IMAGE',
      ),
      ...texts(`${IMAGE}@${OLD}`),
    });
    expect((await run({ mode: 'apply' })).failure).toBeUndefined();
    expect(await files()).toMatchObject(texts(`${IMAGE}@${NEW}`));
    for (const text of ['FROM scratch\n', `IMAGE=${IMAGE}:1\nIMAGE=${IMAGE}:1\n`]) {
      await write({ 'run.sh': text });
      expect((await run({ mode: 'apply' })).failure?.code).toBe('FILE_AMBIGUOUS');
      expect((await files())['run.sh']).toBe(text);
    }
  });

  it('is never another repository’s, and must be readable', async () => {
    const { run, write } = await given({
      'docker-build.yaml': settings('file: a.yaml, path: x'),
      'a.yaml': `x: ghcr.io/a/b:1\n`,
    });
    expect(told(await run())).toEqual(['other-repository a.yaml:1 x']);
    expect((await run({ mode: 'apply' })).failure?.exit).toBe(8);
    await write({ 'a.yaml': 'x: [' });
    expect((await run({ mode: 'check' })).failure?.exit).toBe(2);
    await write({ 'docker-build.yaml': settings('file: ../a.yaml, path: x') });
    await expect(run()).rejects.toMatchObject({ code: 'PATH_OUTSIDE' });
  });

  it('may be a comment beside the value', async () => {
    const { run, files } = await given({
      'compose.yaml': `services:\n  a:\n    image: CHANGEME # docker-build\n  b:\n    image: "${IMAGE}:1" # docker-build: agents\n  c:\n    image: ${IMAGE}:1 # docker-build: worker\n`,
      'p.toml': `image = "${IMAGE}:1" # docker-build\n`,
    });
    await run({ mode: 'apply' });
    expect(await files()).toEqual({
      'compose.yaml': `services:\n  a:\n    image: ${IMAGE}@${NEW} # docker-build\n  b:\n    image: "${IMAGE}:1@${NEW}" # docker-build: agents\n  c:\n    image: ${IMAGE}:1 # docker-build: worker\n`,
      'p.toml': `image = "${IMAGE}:1@${NEW}" # docker-build\n`,
    });
  });
});

describe('which files', () => {
  it('leaves out what git is told to leave out, documentation, lock files, binaries; but never .env', async () => {
    const text = pod(`${IMAGE}@${OLD}`);
    const { run } = await given({
      '.gitignore': '.env\nbuild/\nSUB/\n*.gen.yaml\n/data\n',
      'sub/.gitignore': '!keep.gen.yaml\nsecret.yaml\n',
      '.env': env(OLD),
      'data/config/a.yaml': `runtime_env: {image_uri: "${IMAGE}@${OLD}"}\n`,
      'build/a.yaml': text,
      'a.gen.yaml': text,
      'sub/keep.gen.yaml': text,
      'sub/secret.yaml': text,
      'a.md': text,
      'poetry.lock': text,
      '.env.example': env(OLD),
      'a.bin.yaml': `\0${text}`,
      'node_modules/a/b.yaml': text,
      'sub/a.yaml': text,
    });
    expect((await run()).data.targets.map(({ file }) => file)).toEqual([
      '.env',
      'data/config/a.yaml',
      'sub/a.yaml',
      'sub/keep.gen.yaml',
    ]);
  });
});
