/**
 * The whole taxonomy: what can go wrong, as a stable code, and the exit status each code ends with.
 * `explain CODE` has the long text; `topic` says which reference file of the skill holds it.
 */

/** Exit statuses: part of the contract with scripts and CI. */
export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  machine: 3,
  build: 4,
  registry: 5,
  noDigest: 6,
  notDeployable: 7,
  drift: 8,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

type Kind = { readonly exit: ExitCode; readonly topic: Topic };
export type Topic =
  | 'digests'
  | 'podman-rootless'
  | 'registries'
  | 'config-files'
  | 'exit-codes'
  | 'ray-serve';

const as = (exit: ExitCode, topic: Topic = 'exit-codes'): Kind => ({ exit, topic });

export const CODES = {
  INTERNAL: as(EXIT.internal),

  // bad usage or bad input
  USAGE: as(EXIT.usage),
  UNKNOWN_OPTION: as(EXIT.usage),
  UNKNOWN_COMMAND: as(EXIT.usage),
  TOPIC_UNKNOWN: as(EXIT.usage),
  REFERENCE_INVALID: as(EXIT.usage, 'digests'),
  IMAGE_UNKNOWN: as(EXIT.usage),
  REPOSITORIES_DIFFER: as(EXIT.usage),
  PLATFORM_INVALID: as(EXIT.usage),
  GIT_UNAVAILABLE: as(EXIT.usage),
  SETTINGS_INVALID: as(EXIT.usage, 'config-files'),
  SOURCES_UNSUPPORTED: as(EXIT.usage, 'config-files'),
  PATH_OUTSIDE: as(EXIT.usage, 'config-files'),
  FILE_UNREADABLE: as(EXIT.usage, 'config-files'),
  FILE_UNPARSABLE: as(EXIT.usage, 'config-files'),
  FILE_AMBIGUOUS: as(EXIT.usage, 'config-files'),
  FILE_UNWRITABLE: as(EXIT.usage, 'config-files'),
  FILE_CHANGED: as(EXIT.usage, 'config-files'),
  PROJECT_LOCKED: as(EXIT.usage, 'config-files'),
  NOTHING_TO_UNDO: as(EXIT.usage, 'config-files'),
  NOTHING_TO_RESUME: as(EXIT.usage),
  NO_SUCH_RELEASE: as(EXIT.usage),
  CONTEXT_MISSING: as(EXIT.usage),
  DOCKERFILE_MISSING: as(EXIT.usage),
  SECRET_MISSING: as(EXIT.usage),

  // the machine lacks something
  /** Said by the launcher, before there is a program. */
  NODE_UNSUITABLE: as(EXIT.machine),
  ENGINE_MISSING: as(EXIT.machine, 'podman-rootless'),
  ENGINE_UNREACHABLE: as(EXIT.machine, 'podman-rootless'),
  ENGINE_UNSUITABLE: as(EXIT.machine),
  SUBIDS_MISSING: as(EXIT.machine, 'podman-rootless'),
  USERNS_UNAVAILABLE: as(EXIT.machine, 'podman-rootless'),
  EMULATION_MISSING: as(EXIT.machine),
  RUNTIME_REFUSED: as(EXIT.machine, 'podman-rootless'),
  NO_SPACE: as(EXIT.machine),
  DOCTOR_FAILED: as(EXIT.machine),

  BUILD_FAILED: as(EXIT.build),
  BASE_IMAGE_UNAVAILABLE: as(EXIT.build, 'registries'),

  // the registry refused or could not be reached
  PUSH_FAILED: as(EXIT.registry, 'registries'),
  DENIED: as(EXIT.registry, 'registries'),
  REPOSITORY_UNKNOWN: as(EXIT.registry, 'registries'),
  UNREACHABLE: as(EXIT.registry, 'registries'),
  RATE_LIMITED: as(EXIT.registry, 'registries'),
  TLS_UNTRUSTED: as(EXIT.registry, 'registries'),
  CREDENTIALS_UNUSABLE: as(EXIT.registry, 'registries'),
  REGISTRY_BLOCKED: as(EXIT.registry, 'registries'),

  NO_DIGEST: as(EXIT.noDigest, 'digests'),

  // not deployable
  MISSING: as(EXIT.notDeployable, 'digests'),
  INCOMPLETE: as(EXIT.notDeployable, 'digests'),
  MISMATCH: as(EXIT.notDeployable, 'digests'),
  PENDING: as(EXIT.notDeployable, 'registries'),
  WRONG_PLATFORM: as(EXIT.notDeployable, 'digests'),

  DRIFT: as(EXIT.drift, 'config-files'),
  INTERRUPTED: as(EXIT.interrupted),
} as const satisfies Record<string, Kind>;

export type ErrorCode = keyof typeof CODES;

export interface FailureDetails {
  /** What the user may do about it, a sentence. */
  readonly hint?: string;
  /** The next command to type, literal. */
  readonly next?: string;
  readonly cause?: unknown;
}

/** An error the user is told about: what happened, to what (`message`), and the next command. */
export class Failure extends Error {
  override name = 'Failure';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly next: string | undefined;
  constructor(code: ErrorCode, message: string, details: FailureDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.next = details.next;
  }
  get exit(): ExitCode {
    return CODES[this.code].exit;
  }
}

/** Something worth knowing that does not end the run. Codes are stable, for agents. */
export interface Warning {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** What a phase gives back: data as far as known, also when it failed. */
export interface Outcome<Data> {
  readonly data: Data;
  readonly warnings: readonly Warning[];
  readonly failure?: Failure;
}
