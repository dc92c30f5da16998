/** `$XDG_RUNTIME_DIR`: where rootless podman keeps what must not outlive the session. */
import { shellWord } from '../io/shell-word.ts';
import { asRoot, fail, pass, type Surroundings, warn } from './check.ts';
import { rootlessChecker } from './rootless.ts';

const ID = 'rootless.runtime-dir';

export const runtimeDir = rootlessChecker([ID], async (at) => {
  const { machine } = at;
  const dir = machine.env.XDG_RUNTIME_DIR;
  const found = dir ? await machine.facts(dir) : null;
  if (found && found.uid === machine.user.uid) {
    const linger = await machine.facts(`/var/lib/systemd/linger/${machine.user.name}`);
    return [pass(ID, `${dir} is ours`, { evidence: linger ? 'linger is on: it stays after logout' : null })];
  }
  const details = { fix: await fix(at), topic: 'podman-rootless' } as const;
  if (found) {
    const summary = `XDG_RUNTIME_DIR is ${dir}, which is not ours: podman refuses it`;
    return [
      fail(ID, summary, {
        ...details,
        evidence: `it belongs to uid ${found.uid}; \`su\` without \`-\` leaves it so`,
      }),
    ];
  }
  const summary = dir ? `XDG_RUNTIME_DIR is ${dir}, which is not there` : 'XDG_RUNTIME_DIR is not set';
  return [warn(ID, `${summary}: logins and sockets go to a folder under /tmp`, details)];
});

async function fix(at: Surroundings): Promise<string[]> {
  const { user, facts } = at.machine;
  const usual = `/run/user/${user.uid}`;
  if ((await facts(usual))?.uid === user.uid) return [`export XDG_RUNTIME_DIR=${usual}`];
  if (await facts('/run/systemd/system')) {
    return [`${asRoot(at)}loginctl enable-linger ${shellWord(user.name)}`, `export XDG_RUNTIME_DIR=${usual}`];
  }
  const own = shellWord(`${user.home}/.local/run`);
  return [`mkdir -p -m 700 ${own}`, `export XDG_RUNTIME_DIR=${own}`];
}
