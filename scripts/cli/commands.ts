/** The commands and their own options, as data: the parser, the help and the tests read it. */

export interface OptionSpec {
  readonly flags: string;
  readonly means: string;
  readonly choices?: readonly string[];
  /** Seconds. */
  readonly number?: true;
  readonly bool?: true;
  /** May be given several times. */
  readonly many?: true;
  /** As `many`, and a comma separates, too. */
  readonly list?: true;
}

export interface CommandSpec {
  readonly does: string;
  readonly argument?: string;
  readonly argumentMeans?: string;
  readonly options: readonly OptionSpec[];
}

const PLATFORM: OptionSpec = {
  flags: '--platform <list>',
  means: 'platforms, as linux/amd64,linux/arm64',
  list: true,
};
const APPLY: OptionSpec = { flags: '--apply', means: 'write the reference into the files' };
const ONLY: OptionSpec = { flags: '--only <glob>', means: 'only these files', many: true };
const ONLINE: OptionSpec = {
  flags: '--online',
  means: 'ask the registry, too: is each digest there, has its tag moved',
};
const UNVERIFIED: OptionSpec = { flags: '--allow-unverified', means: 'write it although it is not proven' };

const BUILD: readonly OptionSpec[] = [
  { flags: '-t, --tag <name>', means: 'image name; several tags of one repository', many: true },
  { flags: '-f, --file <path>', means: 'the Dockerfile (default: Dockerfile or Containerfile in CONTEXT)' },
  PLATFORM,
  { flags: '--build-arg <key=value>', means: 'build argument', many: true },
  {
    flags: '--secret <spec>',
    means: 'secret for RUN --mount=type=secret, as id=NAME,src=FILE or id=NAME,env=VAR',
    many: true,
  },
  { flags: '--ssh <spec>', means: 'SSH agent for RUN --mount=type=ssh', many: true },
  { flags: '--target <stage>', means: 'stage to build' },
  { flags: '--no-cache', means: 'build without the layer cache' },
  { flags: '--pull', means: 'ask for newer base images' },
  { flags: '--label <key=value>', means: 'label of the image', many: true },
  { flags: '--annotation <key=value>', means: 'annotation of the manifest', many: true },
  { flags: '--cache-from <source>', means: 'where to read cache from', many: true },
  { flags: '--cache-to <target>', means: 'where to write cache to', many: true },
  { flags: '--build-context <name=path>', means: 'further context', many: true },
  { flags: '--network <mode>', means: 'network of RUN steps' },
  { flags: '--provenance <mode>', means: 'provenance attestation (default: false)' },
  { flags: '--sbom <value>', means: 'SBOM attestation (default: false)' },
  { flags: '--builder <name>', means: 'buildx builder' },
  { flags: '--ignore-sources', means: 'go on although config repositories to bake in are set' },
];

export const COMMANDS = {
  release: {
    does: 'doctor, build, push, digest, verify and config-report in one go',
    argument: 'CONTEXT',
    argumentMeans: 'folder to build (default: the project)',
    options: [
      ...BUILD,
      APPLY,
      ONLY,
      { flags: '--resume', means: 'go on from the last push: verify, apply' },
      UNVERIFIED,
    ],
  },
  build: {
    does: 'build and push; the digest is the one that the push reported',
    argument: 'CONTEXT',
    argumentMeans: 'folder to build (default: the project)',
    options: [...BUILD, { flags: '--no-push', means: 'build only' }],
  },
  digest: {
    does: 'the manifest digest to deploy, why this one, and why not the others',
    argument: 'IMAGE',
    argumentMeans: 'registry/repository:tag (default: the configured image)',
    options: [
      { flags: '--for-platform <platform>', means: 'the digest of this platform inside an index' },
      { flags: '--candidate <digest>', means: 'take this one, if it is proven' },
    ],
  },
  verify: {
    does: 'prove that it can be pulled: manifests, configs, every layer, platforms',
    argument: 'REFERENCE',
    argumentMeans: 'registry/repository@sha256:… or a tag (default: the last release)',
    options: [
      {
        flags: '--level <level>',
        means: 'how deep (default: blobs)',
        choices: ['manifest', 'blobs', 'bytes'],
      },
      PLATFORM,
      { flags: '--anonymous', means: 'without credentials' },
      { flags: '--wait <seconds>', means: "wait for somebody else's push", number: true },
      { flags: '--from <file>', means: 'references from a file, one a line; - for stdin' },
      { flags: '--all', means: 'all references that the project names' },
    ],
  },
  'config-report': {
    does: 'what each file must say and what it says now',
    argument: 'REFERENCE',
    argumentMeans: 'registry/repository@sha256:… (default: the last release)',
    options: [
      { flags: '--check', means: 'exit 8 if a file differs' },
      APPLY,
      { flags: '--undo', means: 'take the last --apply back' },
      { flags: '--diff', means: 'show what would change' },
      ONLY,
      ONLINE,
      { flags: '--allow-unverified', means: 'skip the proof; no network' },
    ],
  },
  doctor: {
    does: 'whether this machine can build, push and verify, and what mends it',
    options: [PLATFORM],
  },
  status: {
    does: 'what was released when, and whether state file, files and registry agree',
    options: [ONLINE],
  },
  rollback: {
    does: 'verify an earlier digest and show what would change; --apply pins it',
    argument: 'N',
    argumentMeans: 'how many releases back (default: 1)',
    options: [APPLY, ONLY],
  },
  explain: {
    does: 'the long text of an error code or a subject',
    argument: 'TOPIC',
    argumentMeans: 'digests, podman-rootless, registries, config-files, exit-codes, ray-serve, or a code',
    options: [],
  },
} as const satisfies Record<string, CommandSpec>;

export type CommandName = keyof typeof COMMANDS;
