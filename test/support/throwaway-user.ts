/**
 * A user of this machine who did not exist before and does not afterwards, to be given and denied what rootless podman
 * needs. Only for root. Of /etc/subuid and /etc/subgid no line but this user's is touched.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type Finished, finish } from './engines/finish.ts';

const PREFIX = 'dbt';
const FILES = ['/etc/subuid', '/etc/subgid'] as const;

export interface ThrowawayUser {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
  /** What a login of this user has; a test adds to a copy. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs lines of shell as this user, as if typed one after the other in one terminal; stops at the first that fails. */
  readonly sh: (
    lines: readonly string[],
    env?: Readonly<Record<string, string | undefined>>,
  ) => Promise<Finished>;
  /** What stands for this user in the two files; null: nothing. */
  readonly ranges: (subuid: string | null, subgid: string | null) => void;
  /** Copies a folder into the home, ours. */
  readonly give: (folder: string, name: string) => string;
  readonly remove: () => void;
}

export function throwawayUser(): ThrowawayUser {
  if (userInfo().uid !== 0) throw new Error('a throwaway user can be made by root only');
  forgetStale();
  const name = `${PREFIX}${process.pid}`;
  must('useradd', '--create-home', '--shell', '/bin/sh', name);
  process.once('exit', () => removeUser(name));
  const [, home = '', uid = 0] = entry(name) ?? [];
  ranges(name, uid, null, null);

  const run = join(home, 'run');
  const bin = join(home, 'bin');
  for (const folder of [run, bin]) {
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, uid, uid);
  }
  standInForSudo(bin);
  const env = {
    HOME: home,
    USER: name,
    LOGNAME: name,
    PATH: `${bin}:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin`,
    XDG_RUNTIME_DIR: run,
    // where control groups are of the first version, crun refuses RUN steps
    BUILDAH_ISOLATION: 'chroot',
  };
  return {
    name,
    uid,
    home,
    env,
    sh: (lines, over = {}) =>
      finish(
        '/usr/bin/setpriv',
        [`--reuid=${uid}`, `--regid=${uid}`, '--init-groups', '/bin/sh', '-ec', lines.join('\n')],
        { cwd: home, env: { ...env, ...over } },
      ),
    ranges: (subuid, subgid) => ranges(name, uid, subuid, subgid),
    give(folder, as) {
      const to = join(home, as);
      cpSync(folder, to, { recursive: true });
      must('chown', '-R', `${uid}:${uid}`, to);
      return to;
    },
    remove: () => removeUser(name),
  };
}

/**
 * The printed commands begin with sudo, which not every machine has. This one runs its words as root, for whoever can
 * reach it: the throwaway user alone, whose folder it stands in.
 */
function standInForSudo(bin: string): void {
  const privileged = join(bin, '.as-root');
  copyFileSync('/usr/bin/setpriv', privileged);
  chmodSync(privileged, 0o4755);
  const sudo = join(bin, 'sudo');
  writeFileSync(sudo, `#!/bin/sh\nexec ${privileged} --reuid=0 --regid=0 --clear-groups "$@"\n`);
  chmodSync(sudo, 0o755);
}

function ranges(name: string, uid: number, subuid: string | null, subgid: string | null): void {
  for (const [i, file] of FILES.entries()) {
    const kept = readFileSync(file, 'utf8')
      .split(/(?<=\n)/)
      .filter((line) => !line.startsWith(`${name}:`) && !line.startsWith(`${uid}:`));
    const line = [subuid, subgid][i];
    writeFileSync(file, kept.join('') + (line ? `${line}\n` : ''));
  }
}

function removeUser(name: string): void {
  const [, home, uid] = entry(name) ?? [];
  if (home === undefined || uid === undefined) return;
  for (const process of processesOf(uid)) kill(process);
  spawnSync('userdel', ['--force', name]);
  rmSync(home, { recursive: true, force: true });
  for (const folder of [`/tmp/podman-run-${uid}`, `/tmp/containers-user-${uid}`, `/tmp/run-${uid}`]) {
    rmSync(folder, { recursive: true, force: true });
  }
  ranges(name, uid, null, null);
}

/** Users of a run that was killed before it could clean up. */
function forgetStale(): void {
  const names = readFileSync('/etc/passwd', 'utf8').matchAll(new RegExp(`^(${PREFIX}(\\d+)):`, 'gm'));
  for (const [, name = '', pid] of names) {
    try {
      statSync(`/proc/${pid}`);
    } catch {
      removeUser(name);
    }
  }
}

function entry(name: string): [name: string, home: string, uid: number] | null {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((text) => text.startsWith(`${name}:`));
  const [, , uid, , , home] = line?.split(':') ?? [];
  return uid && home ? [name, home, Number(uid)] : null;
}

/** podman keeps a process alive that holds the user's namespace. */
const processesOf = (uid: number): number[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        return statSync(`/proc/${pid}`).uid === uid;
      } catch {
        return false;
      }
    })
    .map(Number);

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}

function must(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
