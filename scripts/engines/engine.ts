/** The contract of an engine: what podman and docker are to the phases. A new engine is one file and one word in `index.ts`. */
import type { Warning } from '../errors.ts';
import type { Command } from '../io/run.ts';
import type { Digest, ImageId } from '../oci/digest.ts';
import type { Descriptor } from '../oci/manifest.ts';
import type { Platform } from '../oci/platform.ts';
import type { Reference, Repository } from '../oci/reference.ts';

export type EngineName = 'podman' | 'docker';

/** What `build` is asked for. Paths are absolute. */
export interface BuildRequest {
  readonly context: string;
  /** The Dockerfile. */
  readonly file: string;
  /** At least one; all of one repository. The first is the one pushed. */
  readonly tags: readonly Reference[];
  /** Empty: what the engine builds by itself, which is the host's. */
  readonly platforms: readonly Platform[];
  readonly args: BuildArgs;
  readonly noPush: boolean;
}

/** The build options that both engines understand, as the user wrote them. */
export interface BuildArgs {
  readonly buildArg: readonly string[];
  readonly secret: readonly string[];
  readonly ssh: readonly string[];
  readonly label: readonly string[];
  readonly annotation: readonly string[];
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  readonly buildContext: readonly string[];
  readonly target?: string;
  readonly network?: string;
  readonly builder?: string;
  /** Undefined: off. */
  readonly provenance?: string;
  readonly sbom?: string;
  readonly noCache: boolean;
  readonly pull: boolean;
}

/** Local, never deployable. */
export interface BuiltImage {
  readonly imageId: ImageId | null;
  /** Bytes that the local store says the image has, unpacked; null where it cannot say. */
  readonly sizeBytes: number | null;
}

/** What the push itself said. `reportedBy: 'registry'` means it said nothing and the registry was asked for the tag. */
export interface PushedImage {
  readonly tag: Reference;
  readonly digest: Digest;
  readonly reportedBy: 'digest-file' | 'metadata-file' | 'push-output' | 'registry';
}

export interface Published {
  readonly built: BuiltImage;
  /** Null with `noPush`. */
  readonly pushed: PushedImage | null;
  readonly warnings: readonly Warning[];
  readonly timings: { readonly buildMs: number; readonly pushMs: number };
}

/** An image as the local store has it. Digests of `repoDigests` are claims, not facts: podman lists local ones. */
export interface LocalImage {
  readonly imageId: ImageId;
  readonly repoDigests: readonly { readonly repository: Repository; readonly digest: Digest }[];
  readonly platform: Platform;
  readonly created: string | null;
  readonly diffIds: readonly string[];
  /** The `config` section of the image config as `inspect` shows it. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly sizeBytes: number | null;
}

export interface EngineInfo {
  readonly name: EngineName;
  readonly version: string;
  /** The engine works on another machine or in a VM: its `localhost` is not ours. */
  readonly remote: boolean;
  readonly rootless: boolean;
  /** `overlay2`, `containerd`, `overlay`, `vfs`… */
  readonly store: string;
  readonly platform: Platform;
  /** podman: `graphRoot`; docker: `DockerRootDir`. */
  readonly root: string | null;
  /** docker: the version of the buildx plugin, if there is one. */
  readonly buildx: string | null;
}

export type EnterPhase = (name: 'build' | 'push', built?: BuiltImage) => void;

export interface Engine {
  readonly name: EngineName;
  /** Asks the engine itself (the daemon, not the client). @throws Failure ENGINE_MISSING, ENGINE_UNREACHABLE, … */
  readonly info: () => Promise<EngineInfo>;
  /**
   * The commands that `publish` would run, for `--dry-run`; it may ask the engine what it can do, nothing more.
   * @throws Failure ENGINE_UNSUITABLE, USAGE for what this engine cannot do
   */
  readonly plan: (request: BuildRequest) => Promise<readonly Command[]>;
  /**
   * Builds, and pushes unless told not to, calling `phase` as it goes from one to the other: with what was built,
   * where that is known before the push has ended.
   * @throws Failure BUILD_FAILED, PUSH_FAILED, DENIED, WRONG_PLATFORM, … translated by the adapter
   */
  readonly publish: (request: BuildRequest, phase: EnterPhase) => Promise<Published>;
  /** The local image of that name or id; null if there is none. */
  readonly inspect: (name: string) => Promise<LocalImage | null>;
}

/**
 * What an engine needs of a registry: the digest of a tag where the push told none, and putting an index
 * together where the engine cannot. Implemented by `registry/`, handed in by the composition root.
 */
export interface TagService {
  readonly digestOf: (tag: Reference) => Promise<Digest | null>;
  readonly descriptorOf: (repository: Repository, digest: Digest) => Promise<Descriptor>;
  readonly putIndex: (tag: Reference, manifests: readonly Descriptor[]) => Promise<Digest>;
}
