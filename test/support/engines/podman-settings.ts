import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const overlayMagic = 0x794c7630;

/** Settings that keep a podman inside `folder`; the environment that makes it read them. */
export function podmanSettings(folder: string): NodeJS.ProcessEnv {
  const files = {
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
    CONTAINERS_CONF: join(folder, 'containers.conf'),
    CONTAINERS_REGISTRIES_CONF: join(folder, 'registries.conf'),
  };
  mkdirSync(join(folder, 'networks'));

  // An overlay cannot lie on an overlay, which is what a container has as its own root.
  const driver = statfsSync(folder).type === overlayMagic ? 'vfs' : 'overlay';
  writeFileSync(
    files.CONTAINERS_STORAGE_CONF,
    `[storage]
driver = "${driver}"
graphroot = "${folder}/store"
runroot = "${folder}/run/storage"
`,
  );
  // Low limits, because podman 5 asks for higher ones than some machines allow; no systemd, no journal.
  writeFileSync(
    files.CONTAINERS_CONF,
    `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "${folder}/run/libpod"
[network]
network_config_dir = "${folder}/networks"
`,
  );
  writeFileSync(files.CONTAINERS_REGISTRIES_CONF, 'unqualified-search-registries = []\n');

  // crun refuses RUN steps where cgroups are v1.
  return { ...files, BUILDAH_ISOLATION: 'chroot' };
}
