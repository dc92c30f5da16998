/** A store that copies every layer whole makes builds slow and disks full. */
import { type Checker, pass, skip, warn } from './check.ts';
import { installCommand } from './install.ts';

const ID = 'engine.store';

export const engineStore: Checker = {
  ids: [ID],
  fast: false,
  async ask(at) {
    const { info } = await at.engine();
    if (!info) return [skip(ID, 'no engine answers')];
    if (info.store !== 'vfs')
      return [pass(ID, `${info.store} in ${info.root ?? 'a place that it does not tell'}`)];
    const lacks = info.name === 'podman' && !at.machine.which('fuse-overlayfs');
    return [
      warn(ID, 'the store vfs copies every layer whole: builds are slow and fill the disk', {
        evidence: info.root,
        fix: lacks ? installCommand(at, 'fuse-overlayfs') : [],
        topic: 'podman-rootless',
      }),
    ];
  },
};
