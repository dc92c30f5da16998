/** `os/architecture[/variant]`, image-spec "Image Index", `platform`. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** The architectures people write, as the image-spec (Go's GOARCH) spells them. */
const ALIASES: Readonly<Record<string, Omit<Platform, 'os'>>> = {
  x86_64: { architecture: 'amd64' },
  'x86-64': { architecture: 'amd64' },
  x64: { architecture: 'amd64' },
  aarch64: { architecture: 'arm64' },
  armhf: { architecture: 'arm', variant: 'v7' },
  armv7l: { architecture: 'arm', variant: 'v7' },
  armv6l: { architecture: 'arm', variant: 'v6' },
  armel: { architecture: 'arm', variant: 'v6' },
  i386: { architecture: '386' },
  i686: { architecture: '386' },
  ia32: { architecture: '386' },
};

/** Parses `linux/arm64`, `linux/arm/v7`; an alias of the architecture is put right. Undefined if it is no platform. */
export function parsePlatform(text: string): Platform | undefined {
  const parts = text.toLowerCase().split('/');
  const [os, arch, variant] = parts;
  if (
    parts.length < 2 ||
    parts.length > 3 ||
    parts.some((part) => !/^[a-z0-9._-]+$/.test(part)) ||
    !os ||
    !arch
  ) {
    return undefined;
  }
  return normalized({ os, ...(ALIASES[arch] ?? { architecture: arch }), ...(variant ? { variant } : {}) });
}

/** arm64 is v8 and amd64 is v1 unless said otherwise: the variant that goes without saying is left out. */
export function normalized({ os, architecture, variant }: Platform): Platform {
  const implied =
    (architecture === 'arm64' && variant === 'v8') || (architecture === 'amd64' && variant === 'v1');
  return { os, architecture, ...(variant && !implied ? { variant } : {}) };
}

export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = normalized(platform);
  return variant ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
}

/** A build for `linux/arm` may say `v7` in its config: a variant that was not asked for does not count. */
export function satisfies(found: Platform, asked: Platform): boolean {
  const [f, a] = [normalized(found), normalized(asked)];
  return (
    f.os === a.os && f.architecture === a.architecture && (a.variant === undefined || a.variant === f.variant)
  );
}

/** What a plain build is expected to be, from Node's words for this machine (containers are linux on every host). */
export function hostPlatform(arch: string = process.arch): Platform {
  return { os: 'linux', ...(ALIASES[arch === 'arm' ? 'armhf' : arch] ?? { architecture: arch }) };
}
