/** The commands that bring an engine to work, by what is there of it. */
import type { Failure } from '../errors.ts';
import { shellWord } from '../io/shell-word.ts';
import type { Surroundings } from './check.ts';

const SOCKET = '/var/run/docker.sock';

export async function engineFix(at: Surroundings, failure: Failure): Promise<string[]> {
  const { machine, engineAsked } = at;
  const sudo = asRoot(at);
  const dockerThere = machine.which('docker') !== null && engineAsked !== 'podman';
  const podmanThere = machine.which('podman') !== null && engineAsked !== 'docker';
  if (dockerThere && !podmanThere) return dockerFix(at, sudo);
  if (podmanThere && machine.system !== 'linux') return ['podman machine init', 'podman machine start'];
  if (podmanThere) return failure.next ? [failure.next] : ['podman info'];
  if (machine.system === 'darwin')
    return ['brew install podman', 'podman machine init', 'podman machine start'];
  return [await install(at, sudo, engineAsked ?? 'podman')];
}

async function dockerFix({ machine }: Surroundings, sudo: string): Promise<string[]> {
  if (machine.system !== 'linux') return ['docker context ls'];
  const socket = await machine.facts(SOCKET);
  // a socket that is there and not ours: the daemon runs, its group does not hold this user
  if (socket && machine.user.uid !== 0) {
    return [`${sudo}usermod -aG docker ${shellWord(machine.user.name)}`, "sg docker -c 'docker info'"];
  }
  const systemd = await machine.facts('/run/systemd/system');
  return [systemd ? `${sudo}systemctl enable --now docker` : `${sudo}service docker start`];
}

async function install({ machine }: Surroundings, sudo: string, engine: string): Promise<string> {
  const packages =
    engine === 'podman' ? ['podman', 'uidmap', 'slirp4netns', 'fuse-overlayfs'] : ['docker.io'];
  if (machine.which('apt-get')) return `${sudo}apt-get install -y ${packages.join(' ')}`;
  const [name] = packages.map((word) => word.replace('.io', ''));
  const manager = ['dnf', 'zypper', 'yum'].find((program) => machine.which(program));
  if (manager) return `${sudo}${manager} install -y ${name}`;
  if (machine.which('apk')) return `${sudo}apk add ${name}`;
  if (machine.which('pacman')) return `${sudo}pacman -S --noconfirm ${name}`;
  return engine === 'podman' ? 'podman --version' : 'docker --version';
}

/** How a command is run as root by whoever asks: `sudo ` with its space, or nothing for root. */
export const asRoot = ({ machine }: Surroundings): string => (machine.user.uid === 0 ? '' : 'sudo ');
