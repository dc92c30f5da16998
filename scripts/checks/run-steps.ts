/** What makes RUN steps fail on this machine whatever they say: control groups of the first version. */
import { type Checker, pass, skip, warn } from './check.ts';
import { parseDockerfile } from './dockerfile.ts';

const ID = 'engine.run';

export const runSteps: Checker = {
  ids: [ID],
  fast: true,
  async ask(at) {
    const { machine, intent } = at;
    const { info } = await at.engine();
    if (info?.name !== 'podman' || info.remote) return [skip(ID, 'podman does not run steps here')];
    const { hasRun } = parseDockerfile((await machine.read(intent.file)) ?? '');
    if (!hasRun) return [pass(ID, 'there is no RUN step')];
    const unified = await machine.read('/sys/fs/cgroup/cgroup.controllers');
    if (unified !== null || machine.env.BUILDAH_ISOLATION === 'chroot')
      return [pass(ID, 'RUN steps can start')];
    return [
      warn(ID, 'control groups are of the first version here, or of both: crun refuses RUN steps so', {
        evidence: 'there is no /sys/fs/cgroup/cgroup.controllers',
        fix: ['export BUILDAH_ISOLATION=chroot'],
        topic: 'podman-rootless',
      }),
    ];
  },
};
