import { afterEach, expect, test } from 'vitest';
import { placesOf } from '../../scripts/registry/places.ts';
import { readEngineSettings, rulesFor } from '../../scripts/registry/registries-conf.ts';
import { type Home, makeHome } from '../support/verifying.ts';

let home: Home;
afterEach(() => home.remove());

const ETC = 'etc/containers/registries.conf';
const USER = 'home/.config/containers/registries.conf';

async function rules(
  files: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv = {},
  name = 'r.example/me/app',
) {
  home = makeHome(files);
  const at = (folder: string) => `${home.folder}/${folder}`;
  const places = placesOf({
    home: at('home'),
    etc: at('etc'),
    env: Object.fromEntries(
      Object.entries(env).map(([key, value]) => [key, value?.replace('~', home.folder)]),
    ),
  });
  const [registry = '', ...path] = name.split('/');
  const { insecure, blocked, rewrite, broken } = rulesFor(await readEngineSettings(places), {
    registry,
    path: path.join('/'),
  });
  const short = (file: string) => file.replace(`${home.folder}/`, '');
  return {
    insecure,
    blocked: blocked && short(blocked),
    rewrite: rewrite?.to ?? null,
    broken: broken.map(short),
  };
}

const entry = (lines: string) => `[[registry]]\n${lines}\n`;
const nothing = { insecure: false, blocked: null, rewrite: null, broken: [] };

test.for([
  ['no file at all', {}, nothing],
  [
    'comments alone',
    { [ETC]: '# [[registry]]\n# insecure = true\nunqualified-search-registries = ["x"]\n' },
    nothing,
  ],
  ['insecure', { [ETC]: entry('location = "r.example"\ninsecure = true') }, { ...nothing, insecure: true }],
  [
    'insecure, written in one line',
    { [ETC]: 'registry = [{location="r.example", insecure=true}]' },
    { ...nothing, insecure: true },
  ],
  ['another registry', { [ETC]: entry('location = "r.example.org"\ninsecure = true') }, nothing],
  ['a namespace', { [ETC]: entry('prefix = "r.example/me"\nblocked = true') }, { ...nothing, blocked: ETC }],
  ['another namespace', { [ETC]: entry('prefix = "r.example/m"\nblocked = true') }, nothing],
  ['a wildcard', { [ETC]: entry('prefix = "*.example"\ninsecure = true') }, { ...nothing, insecure: true }],
  [
    'the longest prefix decides',
    {
      [ETC]:
        entry('prefix = "r.example"\nblocked = true') + entry('prefix = "r.example/me"\ninsecure = true'),
    },
    { ...nothing, insecure: true },
  ],
  [
    'a location elsewhere',
    { [ETC]: entry('prefix = "r.example"\nlocation = "m.example/r"') },
    { ...nothing, rewrite: 'm.example/r' },
  ],
  [
    'a mirror',
    { [ETC]: entry('location = "r.example"\n[[registry.mirror]]\nlocation = "m.example"') },
    { ...nothing, rewrite: 'm.example' },
  ],
  [
    'the user’s file in place of the system’s',
    {
      [ETC]: entry('location = "r.example"\nblocked = true'),
      [USER]: entry('location = "r.example"\ninsecure = true'),
    },
    { ...nothing, insecure: true },
  ],
  [
    'a drop-in replaces an entry',
    {
      [ETC]: entry('location = "r.example"\nblocked = true'),
      'etc/containers/registries.conf.d/a.conf': entry('location = "r.example"\ninsecure = true'),
    },
    { ...nothing, insecure: true },
  ],
  ['not TOML', { [ETC]: '[[registry]\nlocation =' }, { ...nothing, broken: [`${ETC} cannot be understood`] }],
  [
    'daemon.json',
    { 'etc/docker/daemon.json': '{"insecure-registries":["r.example"]}' },
    { ...nothing, insecure: true },
  ],
  [
    'a rootless daemon’s',
    { 'home/.config/docker/daemon.json': '{"insecure-registries":["r.example"]}' },
    { ...nothing, insecure: true },
  ],
  [
    'a daemon.json that is not JSON',
    { 'etc/docker/daemon.json': '{' },
    { ...nothing, broken: ['etc/docker/daemon.json cannot be understood'] },
  ],
] as const)('%s', async ([, files, expected]) => {
  expect(await rules(files)).toEqual(expected);
});

test.for([
  ['10.1.2.3:5000/me/app', true],
  ['10.1.2.3/me/app', true],
  ['[fd00::1]:5000/me/app', true],
  ['11.1.2.3:5000/me/app', false],
  ['r.example/me/app', false],
] as const)('a range of addresses in daemon.json: %s %s', async ([name, insecure]) => {
  const files = { 'etc/docker/daemon.json': '{"insecure-registries":["10.0.0.0/8","fd00::/8","x/y"]}' };
  expect((await rules(files, {}, name)).insecure).toBe(insecure);
});

test('CONTAINERS_REGISTRIES_CONF alone', async () => {
  const files = {
    'x.conf': entry('location = "r.example"\ninsecure = true'),
    [ETC]: entry('location = "r.example"\nblocked = true'),
  };
  expect(await rules(files, { CONTAINERS_REGISTRIES_CONF: '~/x.conf' })).toEqual({
    ...nothing,
    insecure: true,
  });
});
