/** newuidmap and newgidmap (package uidmap): they write the mapping, for which they need root's privileges. */
import { asRoot, type Finding, fail, pass, type Surroundings } from './check.ts';
import { installCommand } from './install.ts';
import { rootlessChecker } from './rootless.ts';

const ID = 'rootless.newuidmap';
const PROGRAMS = ['newuidmap', 'newgidmap'] as const;
const SETUID = 0o4000;

export const idmap = rootlessChecker([ID], async (at) => [await judge(at)]);

async function judge(at: Surroundings): Promise<Finding> {
  const { machine } = at;
  const topic = 'podman-rootless';
  const missing = PROGRAMS.filter((program) => !machine.which(program));
  if (missing.length) {
    return fail(ID, `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not on PATH`, {
      evidence: `PATH=${machine.env.PATH ?? ''}`,
      fix: installCommand(at, 'newuidmap'),
      topic,
    });
  }
  const powerless = await Promise.all(PROGRAMS.map((program) => withoutPrivileges(at, program)));
  const paths = powerless.filter((path) => path !== null);
  if (paths.length) {
    return fail(ID, `${paths.join(' and ')} lost the privilege to write a mapping`, {
      evidence: 'neither set-uid root nor with the capability',
      fix: paths.flatMap((path) => [`${asRoot(at)}chown root ${path}`, `${asRoot(at)}chmod u+s ${path}`]),
      topic,
    });
  }
  if (/^NoNewPrivs:\s*1$/m.test((await machine.read('/proc/self/status')) ?? '')) {
    return fail(ID, 'this session may gain no privileges, so newuidmap cannot work in it', {
      evidence: 'NoNewPrivs: 1 in /proc/self/status (a container or service with no-new-privileges)',
      topic,
    });
  }
  return pass(ID, 'newuidmap and newgidmap may write a mapping');
}

/** The path of a program that could not write a map; null if it could. */
async function withoutPrivileges({ machine }: Surroundings, program: string): Promise<string | null> {
  const path = machine.which(program) ?? program;
  const facts = await machine.facts(path);
  if (facts && facts.uid === 0 && facts.mode & SETUID) return null;
  const getcap = machine.which('getcap') ?? '/usr/sbin/getcap';
  const { stdout } = await machine.run({ program: getcap, args: [path] }, 2_000);
  return /cap_set[ug]id[^ ]*[+=][eip]*p/.test(stdout) ? null : path;
}
