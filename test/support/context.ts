import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cache } from './engines/kinds.ts';

export type Architecture = 'amd64' | 'arm64';

export interface Context {
  readonly folder: string;
  /** Stands in `/marker` of the image: no two contexts give the same image. */
  readonly marker: string;
  remove(): void;
}

export interface ContextOptions {
  /** One: the image's own. Several: for a build with `--platform`, by BuildKit or podman. Default: this machine's. */
  architectures?: readonly Architecture[];
  /** Added to the Dockerfile, such as a RUN step. */
  lines?: readonly string[];
  marker?: string;
}

/** A small build context `FROM scratch`: nothing has to be pulled. */
export function makeContext(options: ContextOptions = {}): Context {
  const { architectures = [native()], lines = [], marker = randomUUID() } = options;
  const folder = mkdtempSync(join(tmpdir(), 'context-'));
  for (const architecture of architectures) {
    const program = join(folder, `busybox-${architecture}`);
    const installed = findBusybox(architecture);
    if (installed) copyFileSync(installed, program);
    // where nothing is run in the image, anything will do
    else if (lines.length === 0) writeFileSync(program, architecture);
    else throw missing(architecture);
  }
  writeFileSync(join(folder, 'marker'), `${marker}\n`);

  // The classic builder of docker does not know TARGETARCH, so it is used only where there is a choice.
  const [only] = architectures.length === 1 ? architectures : [];
  const dockerfile = [
    'FROM scratch',
    ...(only ? [] : ['ARG TARGETARCH']),
    `COPY busybox-${only ?? '$TARGETARCH'} /bin/busybox`,
    'COPY marker /marker',
    ...lines,
    'CMD ["/bin/busybox", "cat", "/marker"]',
  ];
  writeFileSync(join(folder, 'Dockerfile'), `${dockerfile.join('\n')}\n`);
  return { folder, marker, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export function native(): Architecture {
  return process.arch === 'arm64' ? 'arm64' : 'amd64';
}

/** A static busybox, the one program in the images of the tests. */
export function busybox(architecture: Architecture): string {
  const found = findBusybox(architecture);
  if (!found) throw missing(architecture);
  return found;
}

function findBusybox(architecture: Architecture): string | undefined {
  const installed = join(cache, `busybox-${architecture}`);
  if (existsSync(installed)) return installed;
  return architecture === native() && existsSync('/bin/busybox') ? '/bin/busybox' : undefined;
}

const missing = (architecture: Architecture) =>
  new Error(`no busybox for ${architecture} in ${cache}; as root on Debian 12: npm run engines:install`);
