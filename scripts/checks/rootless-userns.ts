/** Whether this kernel lets an ordinary user make a user namespace at all. */
import { asRoot, type Finding, fail, pass, type Surroundings } from './check.ts';
import { rootlessChecker } from './rootless.ts';

const ID = 'rootless.userns';

/** Settings that forbid it: the file under /proc/sys, the value that forbids, the one that allows. */
const SWITCHES = [
  { name: 'user.max_user_namespaces', forbids: '0', allows: '28633' },
  { name: 'kernel.unprivileged_userns_clone', forbids: '0', allows: '1' },
] as const;

/** Ubuntu's: podman from the distribution has a profile that lets it through, so it counts only if podman fails. */
const APPARMOR = { name: 'kernel.apparmor_restrict_unprivileged_userns', forbids: '1', allows: '0' } as const;

export const userns = rootlessChecker([ID], async (at) => [await judge(at)]);

async function judge(at: Surroundings): Promise<Finding> {
  const topic = 'podman-rootless';
  const podmanFails = (await at.engine()).info === null;
  for (const { name, forbids, allows } of podmanFails ? [...SWITCHES, APPARMOR] : SWITCHES) {
    const value = await at.machine.read(`/proc/sys/${name.replaceAll('.', '/')}`);
    if (value?.trim() !== forbids) continue;
    return fail(ID, `this kernel gives user namespaces to root only: ${name} is ${forbids}`, {
      evidence: `/proc/sys/${name.replaceAll('.', '/')} holds ${forbids}`,
      fix: [
        `${asRoot(at)}sysctl -w ${name}=${allows}`,
        `echo ${name}=${allows} | ${asRoot(at)}tee /etc/sysctl.d/99-rootless.conf`,
      ],
      topic,
    });
  }
  if (!(await at.machine.read('/proc/self/uid_map'))) {
    return fail(ID, 'this kernel has no user namespaces', {
      evidence: '/proc/self/uid_map is not there',
      topic,
    });
  }
  return pass(ID, 'user namespaces are on');
}
