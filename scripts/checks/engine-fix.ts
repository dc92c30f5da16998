/** The commands that bring an engine, or a program that it needs, to this machine. */
import type { Failure } from '../errors.ts';
import { shellWord } from '../io/shell-word.ts';
import { asRoot, type Surroundings } from './check.ts';

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

type Wanted = 'podman' | 'docker' | 'newuidmap';

/** By package manager: how it installs, and what each thing is called there. */
const MANAGERS: readonly (readonly [program: string, install: string, names: Record<Wanted, string>])[] = [
  [
    'apt-get',
    'install -y',
    { podman: 'podman uidmap slirp4netns fuse-overlayfs', docker: 'docker.io', newuidmap: 'uidmap' },
  ],
  ['dnf', 'install -y', { podman: 'podman', docker: 'moby-engine', newuidmap: 'shadow-utils' }],
  ['zypper', '--non-interactive install', { podman: 'podman', docker: 'docker', newuidmap: 'shadow' }],
  ['apk', 'add', { podman: 'podman', docker: 'docker', newuidmap: 'shadow-uidmap' }],
  ['pacman', '-S --noconfirm', { podman: 'podman', docker: 'docker', newuidmap: 'shadow' }],
];

export function installCommand(at: Surroundings, wanted: Wanted): string[] {
  const { machine } = at;
  if (machine.system === 'darwin') {
    return wanted === 'docker'
      ? ['brew install --cask docker']
      : ['brew install podman', 'podman machine init', 'podman machine start'];
  }
  const found = MANAGERS.find(([program]) => machine.which(program));
  if (!found) return [];
  const [program, install, names] = found;
  return [`${asRoot(at)}${program} ${install} ${names[wanted]}`];
}
