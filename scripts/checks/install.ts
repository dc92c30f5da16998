/** The command that installs something, by the package manager that is here. */
import { asRoot, type Surroundings } from './check.ts';

const WANTED = ['podman', 'docker', 'newuidmap', 'qemu', 'fuse-overlayfs'] as const;
export type Wanted = (typeof WANTED)[number];

/** How each manager installs, and what the things of WANTED are called there. */
const MANAGERS = [
  [
    'apt-get',
    'install -y',
    ['podman uidmap slirp4netns fuse-overlayfs', 'docker.io', 'uidmap', 'qemu-user-static', 'fuse-overlayfs'],
  ],
  ['dnf', 'install -y', ['podman', 'moby-engine', 'shadow-utils', 'qemu-user-static', 'fuse-overlayfs']],
  [
    'zypper',
    '--non-interactive install',
    ['podman', 'docker', 'shadow', 'qemu-linux-user', 'fuse-overlayfs'],
  ],
  ['apk', 'add', ['podman', 'docker', 'shadow-uidmap', 'qemu-openrc', 'fuse-overlayfs']],
  ['pacman', '-S --noconfirm', ['podman', 'docker', 'shadow', 'qemu-user-static-binfmt', 'fuse-overlayfs']],
] as const;

/** Empty where no package manager that we know is here. */
export function installCommand(at: Surroundings, wanted: Wanted): string[] {
  const { machine } = at;
  if (machine.system === 'darwin') {
    const docker = ['brew install --cask docker'];
    return wanted === 'docker'
      ? docker
      : ['brew install podman', 'podman machine init', 'podman machine start'];
  }
  const found = MANAGERS.find(([program]) => machine.which(program));
  if (!found) return [];
  const [program, install, names] = found;
  return [`${asRoot(at)}${program} ${install} ${names[WANTED.indexOf(wanted)]}`];
}
