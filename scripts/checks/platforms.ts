/** Whether images for the platforms that are asked for can be built here. */
import { Failure } from '../errors.ts';
import { formatPlatform, type Platform, satisfies } from '../oci/platform.ts';
import { type Checker, fail, pass, type Surroundings, skip, warn } from './check.ts';
import { parseDockerfile } from './dockerfile.ts';
import { installCommand } from './install.ts';

const ID = 'platforms';

/** What qemu calls the architectures of the image-spec. */
const QEMU: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  arm64: 'aarch64',
  '386': 'i386',
  loong64: 'loongarch64',
  mips64le: 'mips64el',
};

/** What a processor runs besides its own. */
const ALSO: Readonly<Record<string, string>> = { amd64: '386', arm64: 'arm' };

export const platforms: Checker = {
  ids: [ID],
  fast: true,
  async ask(at) {
    const { intent, machine } = at;
    const { info } = await at.engine();
    if (intent.platforms.length === 0) return [pass(ID, "the engine's own platform is built")];
    if (!info) return [skip(ID, 'there is no engine to build with')];
    const foreign = intent.platforms.filter((asked) => !runsHere(info.platform, asked));
    const names = intent.platforms.map(formatPlatform).join(', ');
    if (foreign.length === 0) return [pass(ID, `${names}: this machine's own`)];
    if (info.remote) return [skip(ID, 'what can be built is up to the machine that the engine works on')];
    const { runsTarget } = parseDockerfile((await machine.read(intent.file)) ?? '');
    if (!runsTarget) return [pass(ID, `${names}: no RUN step has to run for another platform`)];
    const missing = await withoutEmulation(at, foreign);
    if (missing.length === 0) return [pass(ID, `${names}: emulated where it has to be`)];
    const summary = `RUN steps for ${missing.map(formatPlatform).join(', ')} need qemu, which is not registered`;
    const details = {
      evidence: missing.map((platform) => `no ${handler(platform)} with flag F`).join('; '),
      fix: register(at, info.name, missing),
      topic: 'registries',
    } as const;
    // a builder of buildx may have machines of its own for it
    if (info.buildx) return [warn(ID, summary, details)];
    return [
      fail(ID, summary, {
        ...details,
        failure: new Failure('EMULATION_MISSING', summary, {
          next: `docker-build doctor --platform ${names.replaceAll(' ', '')}`,
        }),
      }),
    ];
  },
};

const runsHere = (own: Platform, asked: Platform): boolean =>
  satisfies(own, asked) || (own.os === asked.os && ALSO[own.architecture] === asked.architecture);

const handler = ({ architecture }: Platform): string =>
  `/proc/sys/fs/binfmt_misc/qemu-${QEMU[architecture] ?? architecture}`;

/** Flag F: the interpreter is opened when registered, since a container has none at that path. */
async function withoutEmulation(
  { machine }: Surroundings,
  foreign: readonly Platform[],
): Promise<Platform[]> {
  const found = await Promise.all(foreign.map((platform) => machine.read(handler(platform))));
  return foreign.filter((_, i) => !/^enabled$/m.test(found[i] ?? '') || !/^flags:.*F/m.test(found[i] ?? ''));
}

function register(at: Surroundings, engine: 'podman' | 'docker', missing: readonly Platform[]): string[] {
  if (engine === 'podman') return installCommand(at, 'qemu');
  const names = missing.map(({ architecture }) => architecture).join(',');
  return [`docker run --privileged --rm docker.io/tonistiigi/binfmt --install ${names}`];
}
