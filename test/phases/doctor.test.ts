import { expect, test } from 'vitest';
import { type Checker, fail, pass, warn } from '../../scripts/checks/check.ts';
import type { Engine } from '../../scripts/engines/engine.ts';
import { Failure } from '../../scripts/errors.ts';
import { type DoctorInput, type DoctorPorts, doctor } from '../../scripts/phases/doctor.ts';
import { machine, NO_LOGIN, PODMAN, project, surroundings, willing } from '../checks/surroundings.ts';

const input: DoctorInput = { project: project(), intent: surroundings().intent, fast: false, probe: true };

const ports = (over: Partial<DoctorPorts> = {}): DoctorPorts => ({
  progress: () => {},
  signal: new AbortController().signal,
  now: () => new Date(0),
  log: { path: null, write: () => {}, stream: () => process.stderr, close: () => {} },
  secrets: { add: () => {}, mask: (text) => text },
  engine: async () => ({ name: 'podman', info: async () => PODMAN }) as unknown as Engine,
  registry: willing,
  credentialsOf: async () => NO_LOGIN,
  machine: machine({ files: { '/p/Dockerfile': 'FROM scratch\n' } }),
  ...over,
});

const asks = (id: string, ask: Checker['ask'], fast = true): Checker => ({ ids: [id], fast, ask });

test('each check answers under its id, once', async () => {
  const { data } = await doctor(input, ports());
  const ids = data.checks.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining(['node', 'engine', 'registry.push', 'project.context-secrets']));
});

test('a failed check is DOCTOR_FAILED with its first command, exit 3', async () => {
  const bad = asks('b', async () => [
    fail('b', 'broken', { fix: ['mend b'], failure: new Failure('DENIED', 'no') }),
  ]);
  const { data, failure } = await doctor(
    input,
    ports({ checkers: [asks('a', async () => [pass('a', 'well')]), bad] }),
  );
  expect(failure).toMatchObject({ code: 'DOCTOR_FAILED', exit: 3, next: 'mend b', message: 'b: broken' });
  expect(data.checks.map(({ status }) => status)).toEqual(['pass', 'fail']);
  expect(data.checks[1]).not.toHaveProperty('failure');
});

test('the fast part fails with what the release would have met, and warns', async () => {
  const checkers = [
    asks('a', async () => [warn('a', 'hm', { fix: ['do a'] })]),
    asks('slow', async () => [fail('slow', 'broken')], false),
    asks('b', async () => [fail('b', 'broken', { failure: new Failure('DENIED', 'no') })]),
  ];
  const { data, failure, warnings } = await doctor({ ...input, fast: true }, ports({ checkers }));
  expect(failure?.code).toBe('DENIED');
  expect(data.checks.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(warnings).toEqual([{ code: 'DOCTOR_WARNING', message: 'a: hm', hint: 'do a' }]);
});

test('a check that hangs, and one that breaks, say so and take nobody with them', async () => {
  const checkers = [
    asks('hangs', () => new Promise(() => {})),
    asks('breaks', async () => {
      throw new Error('oops');
    }),
    asks('well', async () => [pass('well', 'well')]),
  ];
  const { data, failure } = await doctor(input, ports({ checkers, deadline: 30 }));
  expect(failure).toBeUndefined();
  expect(data.checks.map(({ id, status, evidence }) => [id, status, evidence])).toEqual([
    ['hangs', 'warn', 'no answer in 0.03 s'],
    ['breaks', 'warn', 'oops'],
    ['well', 'pass', null],
  ]);
});

test('Ctrl-C ends it', async () => {
  const stop = new AbortController();
  const asked = doctor(
    input,
    ports({ signal: stop.signal, checkers: [asks('hangs', () => new Promise(() => {}))] }),
  );
  stop.abort(new Error('stopped'));
  await expect(asked).rejects.toThrow('stopped');
});

test.each([
  ['DENIED', 'pass', 'fail'],
  ['REPOSITORY_UNKNOWN', 'pass', 'fail'],
  ['UNREACHABLE', 'fail', 'skip'],
  ['TLS_UNTRUSTED', 'fail', 'skip'],
  ['RATE_LIMITED', 'warn', 'skip'],
] as const)('a probe that ends in %s: reach %s, push %s', async (code, reach, push) => {
  const registry = {
    ...willing,
    probePush: () => Promise.reject(new Failure(code, 'the reason', { next: 'mend it' })),
  };
  const { data } = await doctor(input, ports({ registry }));
  const status = (id: string) => data.checks.find((check) => check.id === id)?.status;
  expect([status('registry.reach'), status('registry.push')]).toEqual([reach, push]);
});

test('a registry that takes the connection and does not answer ends a release before its build', async () => {
  const registry = { ...willing, probePush: () => new Promise<never>(() => {}) };
  const { failure } = await doctor({ ...input, fast: true }, ports({ registry, deadline: 20 }));
  expect(failure).toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining('does not answer') });
});

test('a dry run probes nothing', async () => {
  const registry = { ...willing, probePush: () => Promise.reject(new Error('must not be asked')) };
  const { data } = await doctor({ ...input, probe: false }, ports({ registry }));
  expect(data.checks.find(({ id }) => id === 'registry.push')?.status).toBe('skip');
});

test('no engine: exit 3 with what installs one', async () => {
  const engine = () => Promise.reject(new Failure('ENGINE_MISSING', 'neither podman nor docker is here'));
  const { data, failure } = await doctor(
    input,
    ports({ engine, machine: machine({ programs: ['apt-get'], files: { '/p/Dockerfile': '' } }) }),
  );
  expect(failure?.exit).toBe(3);
  expect(data.checks.find(({ id }) => id === 'engine')).toMatchObject({
    status: 'fail',
    fix: ['sudo apt-get install -y podman uidmap slirp4netns fuse-overlayfs'],
  });
});
