import { afterEach, expect, test } from 'vitest';
import type { Repository } from '../../scripts/oci/reference.ts';
import { credentialStore } from '../../scripts/registry/credentials.ts';
import { placesOf } from '../../scripts/registry/places.ts';
import { authFile, type Home, makeHome } from '../support/verifying.ts';

let home: Home;
afterEach(() => home.remove());

const HUB = 'https://index.docker.io/v1/';
const CONTAINERS = '.config/containers/auth.json';
const RUNTIME = 'run/containers/auth.json';
const DOCKER = '.docker/config.json';

interface Row {
  readonly why: string;
  readonly files: Readonly<Record<string, string>>;
  /** `~` is the home. */
  readonly env?: Readonly<Record<string, string>>;
  readonly of?: string;
  readonly podman: string | null;
  readonly docker: string | null;
}

const rows: Row[] = [
  { why: 'nothing anywhere', files: {}, podman: null, docker: null },
  {
    why: 'docker’s file is read by both',
    files: { [DOCKER]: authFile({ 'ghcr.io': 'd:1' }) },
    podman: 'd',
    docker: 'd',
  },
  {
    why: 'podman’s file is podman’s alone',
    files: { [CONTAINERS]: authFile({ 'ghcr.io': 'p:1' }) },
    podman: 'p',
    docker: null,
  },
  {
    why: 'they differ',
    files: { [CONTAINERS]: authFile({ 'ghcr.io': 'p:1' }), [DOCKER]: authFile({ 'ghcr.io': 'd:1' }) },
    podman: 'p',
    docker: 'd',
  },
  {
    why: 'runtime before config',
    files: { [RUNTIME]: authFile({ 'ghcr.io': 'r:1' }), [CONTAINERS]: authFile({ 'ghcr.io': 'p:1' }) },
    env: { XDG_RUNTIME_DIR: '~/run' },
    podman: 'r',
    docker: null,
  },
  {
    why: 'a file without this registry is passed over',
    files: { [RUNTIME]: authFile({ 'quay.io': 'r:1' }), [CONTAINERS]: authFile({ 'ghcr.io': 'p:1' }) },
    env: { XDG_RUNTIME_DIR: '~/run' },
    podman: 'p',
    docker: null,
  },
  {
    why: 'REGISTRY_AUTH_FILE alone',
    files: { 'mine.json': authFile({ 'ghcr.io': 'm:1' }), [CONTAINERS]: authFile({ 'ghcr.io': 'p:1' }) },
    env: { REGISTRY_AUTH_FILE: '~/mine.json' },
    podman: 'm',
    docker: null,
  },
  {
    why: 'DOCKER_CONFIG alone, for both',
    files: {
      'dc/config.json': authFile({ 'ghcr.io': 'c:1' }),
      [CONTAINERS]: authFile({ 'ghcr.io': 'p:1' }),
      [DOCKER]: authFile({ 'ghcr.io': 'd:1' }),
    },
    env: { DOCKER_CONFIG: '~/dc' },
    podman: 'c',
    docker: 'c',
  },
  {
    why: 'DOCKER_AUTH_CONFIG is docker’s',
    files: {},
    env: { DOCKER_AUTH_CONFIG: authFile({ 'ghcr.io': 'v:1' }) },
    podman: null,
    docker: 'v',
  },
  {
    why: 'the repository before its namespace before the registry',
    files: { [CONTAINERS]: authFile({ 'ghcr.io': 'r:1', 'ghcr.io/me': 'n:1', 'ghcr.io/me/app': 'a:1' }) },
    podman: 'a',
    docker: null,
  },
  {
    why: 'the namespace',
    files: { [CONTAINERS]: authFile({ 'ghcr.io': 'r:1', 'ghcr.io/me': 'n:1' }) },
    of: 'me/other',
    podman: 'n',
    docker: null,
  },
  {
    why: 'no part of a word is a namespace',
    files: { [CONTAINERS]: authFile({ 'ghcr.io/m': 'n:1' }) },
    podman: null,
    docker: null,
  },
  {
    why: 'docker knows no namespaces',
    files: { [DOCKER]: authFile({ 'ghcr.io/me': 'n:1' }) },
    podman: 'n',
    docker: null,
  },
  {
    why: 'Docker Hub’s old key',
    files: { [DOCKER]: authFile({ [HUB]: 'h:1' }) },
    of: 'docker.io/me/app',
    podman: 'h',
    docker: 'h',
  },
  {
    why: 'Docker Hub by podman login',
    files: { [CONTAINERS]: authFile({ 'docker.io': 'h:1' }) },
    of: 'docker.io/me/app',
    podman: 'h',
    docker: null,
  },
  {
    why: 'a key with a scheme',
    files: { [DOCKER]: authFile({ 'https://ghcr.io': 's:1' }) },
    podman: 's',
    docker: 's',
  },
  {
    why: 'another port is another registry',
    files: { [DOCKER]: authFile({ 'ghcr.io:8443': 's:1' }) },
    podman: null,
    docker: null,
  },
  {
    why: 'credsStore is docker’s alone',
    files: { [DOCKER]: '{"credsStore":"test"}' },
    podman: null,
    docker: 'ghcr.io',
  },
  {
    why: 'credHelpers are both’s',
    files: { [DOCKER]: '{"credHelpers":{"ghcr.io":"test"}}' },
    podman: 'ghcr.io',
    docker: 'ghcr.io',
  },
  {
    why: 'credHelpers before credsStore',
    files: { [DOCKER]: '{"credsStore":"absent","credHelpers":{"ghcr.io":"test"}}' },
    podman: 'ghcr.io',
    docker: 'ghcr.io',
  },
  {
    why: 'a helper is asked for Hub by its key',
    files: { [DOCKER]: '{"credsStore":"test"}' },
    of: 'docker.io/me/app',
    podman: null,
    docker: HUB,
  },
  {
    why: 'an entry that only marks a login',
    files: { [DOCKER]: '{"auths":{"ghcr.io":{}}}' },
    podman: null,
    docker: null,
  },
];

/** Says as user name what it was asked for. */
const HELPER = `#!/bin/sh\nread server\necho "{\\"Username\\":\\"$server\\",\\"Secret\\":\\"s\\"}"\n`;

test.for(rows)('$why', async ({ files, env = {}, of = 'me/app', podman, docker }) => {
  home = makeHome(files);
  home.write('bin/docker-credential-test', HELPER, 0o755);
  const store = credentialStore({
    places: placesOf({
      home: home.folder,
      run: home.folder,
      env: {
        PATH: `${home.folder}/bin:${process.env.PATH}`,
        ...Object.fromEntries(Object.entries(env).map(([k, v]) => [k, v.replace('~', home.folder)])),
      },
    }),
    secrets: { add: () => {}, mask: String },
  });
  const [registry, path]: [string, string] = of.startsWith('docker.io/')
    ? ['docker.io', of.slice(10)]
    : ['ghcr.io', of];
  const repository: Repository = { registry, path };
  const [{ logins }, report] = [await store.find(repository), await store.report(repository)];
  expect([...new Set(logins.map(({ login }) => login.username))]).toEqual([
    ...new Set([podman, docker].filter((user) => user !== null)),
  ]);
  expect(report).toMatchObject({
    podman: podman === null ? null : expect.any(String),
    docker: docker === null ? null : expect.any(String),
    agree: podman === docker,
    used: podman === null && docker === null ? null : expect.any(String),
    broken: [],
  });
});

test('a report names places, never values', async () => {
  home = makeHome({ [CONTAINERS]: authFile({ 'ghcr.io': 'me:hunter2' }), [DOCKER]: '{"credsStore":"../x"}' });
  const added: (string | undefined)[] = [];
  const store = credentialStore({
    places: placesOf({ home: home.folder, run: home.folder, env: {} }),
    secrets: { add: (value) => added.push(value), mask: String },
  });
  const report = await store.report({ registry: 'ghcr.io', path: 'me/app' });
  expect(report.podman).toBe(`${home.folder}/${CONTAINERS}`);
  expect(report.broken).toEqual(['"../x" is no name of a credential helper']);
  expect(JSON.stringify(report)).not.toContain('hunter2');
  expect(added).toContain('hunter2');
});
