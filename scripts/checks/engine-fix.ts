/** The commands that bring an engine, or a program that it needs, to this machine. */
import type { Failure } from '../errors.ts';
import { shellWord } from '../io/shell-word.ts';
import { asRoot, type Surroundings } from './check.ts';
import { installCommand } from './install.ts';

const SOCKET = '/var/run/docker.sock';

export async function engineFix(at: Surroundings, failure: Failure): Promise<string[]> {
  const { machine, engineAsked } = at;
  const dockerThere = machine.which('docker') !== null && engineAsked !== 'podman';
  const podmanThere = machine.which('podman') !== null && engineAsked !== 'docker';
  if (dockerThere && !podmanThere) return startDocker(at);
  if (podmanThere && machine.system !== 'linux') return ['podman machine init', 'podman machine start'];
  if (podmanThere) return [failure.next ?? 'podman info'];
  return installCommand(at, engineAsked ?? 'podman');
}

async function startDocker(at: Surroundings): Promise<string[]> {
  const { machine } = at;
  if (machine.system !== 'linux') return ['docker context ls'];
  // a socket that is there and not ours: the daemon runs, its group does not hold this user
  if (machine.user.uid !== 0 && (await machine.facts(SOCKET))) {
    return [`${asRoot(at)}usermod -aG docker ${shellWord(machine.user.name)}`, "sg docker -c 'docker info'"];
  }
  const systemd = await machine.facts('/run/systemd/system');
  return [`${asRoot(at)}${systemd ? 'systemctl enable --now docker' : 'service docker start'}`];
}
