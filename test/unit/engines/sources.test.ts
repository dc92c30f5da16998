/** Where each message of the table is from: made by a test with a real engine, or quoted, where it cannot be made here. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { MESSAGES } from '../../../scripts/engines/messages.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const FAILURES = 'test/engines/failures.test.ts';
const ROOTLESS = 'test/engines/rootless.test.ts';

type Source =
  | { readonly made: string; readonly by: string }
  | { readonly seen: string }
  | { readonly quoted: string };
const made = (test: string, by: string): Source => ({ made: test, by });
/** Made by hand, with that command: what it takes is not on every machine. */
const seen = (command: string): Source => ({ seen: command });
const quoted = (from: string): Source => ({ quoted: from });

/** By some words of the example. */
const SOURCES: readonly (readonly [words: string, source: Source])[] = [
  ['includes the user UID', made(ROOTLESS, 'a range that holds the user')],
  ['executable file not found in $PATH', made(ROOTLESS, 'newuidmap is not on PATH')],
  ['write to uid_map failed', made(ROOTLESS, 'without its privileges')],
  ['XDG_RUNTIME_DIR directory', made(ROOTLESS, 'a runtime folder that belongs to somebody else')],
  [
    'cgroups in hybrid mode',
    seen('podman 4.3.1 build of a RUN step with crun, on a host with both versions of control groups'),
  ],
  ['Got permission denied while trying', seen('docker 20.10 info, as nobody, on a socket of root')],
  ['Is the docker daemon running?', seen('docker 20.10 -H unix:///nonexistent info')],
  ['Cannot connect to Podman', seen('podman 4.3.1 --remote --url unix:///nonexistent info')],
  ['potentially insufficient UIDs', made(ROOTLESS, 'no range at all')],
  ['uid range [1-65537)', quoted('shadow, newuidmap.c, with ranges that were taken away')],
  [
    'cannot clone: Operation not permitted',
    quoted('podman, pkg/rootless, with user namespaces off in the kernel'),
  ],
  ['no space left on device', seen('podman 4.3.1 build with its store on a full tmpfs of 3 MB')],
  ['exec format error', made(FAILURES, 'a step for another platform')],
  ['exec: "/bin/nothing"', made(FAILURES, 'a program that is not there')],
  ['unknown instruction: COPPY', made(FAILURES, 'an instruction misspelt')],
  ['target stage "prod"', made(FAILURES, 'no such stage')],
  ['secret token: not found', made(FAILURES, 'a secret that was not given')],
  ['You have reached your pull rate limit', quoted("Docker Hub's documentation of its limits")],
  ['pull access denied', quoted('docker 20.10 for a private repository of Docker Hub')],
  ['the requested cgroup controller', quoted('podman-build(1), for --cpus without delegated controllers')],
  ['toomanyrequests: rate exceeded', quoted('distribution-spec, error codes: TOOMANYREQUESTS')],
  ['server gave HTTP response', quoted('net/http of Go, for a registry that is not on loopback')],
  ['signed by unknown authority', quoted('crypto/x509 of Go')],
  ['name unknown: The repository', quoted("Amazon ECR's answer to a push without a repository")],
  ['unauthorized: authentication required', made(FAILURES, 'no login')],
  ['connection refused', made(FAILURES, 'nobody at the door')],
];

it.each(MESSAGES.map(({ example, code }) => [code, example] as const))('%s: %s', (_code, example) => {
  const found = SOURCES.filter(([words]) => example.includes(words));
  expect(found.length).toBeGreaterThan(0);
});

it('no source is left of a message that is gone', () => {
  const gone = SOURCES.filter(([words]) => !MESSAGES.some(({ example }) => example.includes(words)));
  expect(gone).toEqual([]);
});

it.each(SOURCES.flatMap(([, source]) => ('made' in source ? [source] : [])))(
  '$made makes: $by',
  ({ made, by }) => {
    expect(existsSync(`${root}${made}`)).toBe(true);
    expect(readFileSync(`${root}${made}`, 'utf8')).toContain(by);
  },
);
