/** Whether `docker` is docker: the package podman-docker puts podman behind that name. */
import { type Checker, pass, skip, warn } from './check.ts';

const ID = 'engine.shim';

export const engineShim: Checker = {
  ids: [ID],
  fast: false,
  async ask(at) {
    const { machine } = at;
    if (!machine.which('docker')) return [skip(ID, 'docker is not on PATH')];
    const { stdout, stderr } = await machine.run({ program: 'docker', args: ['--version'] }, 5_000);
    if (!/podman/i.test(`${stdout}${stderr}`))
      return [pass(ID, 'docker is docker', { evidence: stdout.trim() || null })];
    const evidence = `docker --version: ${stdout.trim()}`;
    if (at.engineAsked !== 'docker')
      return [pass(ID, 'docker is podman under another name; podman is used', { evidence })];
    return [
      warn(ID, 'docker is podman under another name (package podman-docker)', {
        evidence,
        fix: ['docker-build doctor --engine podman'],
        topic: 'registries',
      }),
    ];
  },
};
