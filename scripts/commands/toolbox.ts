/** What the commands are put together from, each made when it is first needed: start-up is a hot path. */
import type { Options } from '../cli/options.ts';
import type { Engine } from '../engines/engine.ts';
import { Failure, type Outcome } from '../errors.ts';
import type { Commit } from '../io/git.ts';
import type { Ports } from '../io/ports.ts';
import type { Platform } from '../oci/platform.ts';
import { formatRepository, type Reference } from '../oci/reference.ts';
import { isOwnPush, verify } from '../phases/verify.ts';
import { type VerifiedMany, verifyMany } from '../phases/verify-many.ts';
import { type Project, readReference } from '../project.ts';
import { createRegistry, tagService } from '../registry/index.ts';
import type { Registry } from '../registry/registry.ts';
import type { VerifyData, VerifyLevel } from '../results.ts';
import { type History, openHistory, type PushRecord, readState } from '../state.ts';

export interface Toolbox {
  readonly project: Project;
  readonly options: Options;
  readonly ports: Ports;
  readonly history: History;
  readonly registry: () => Registry;
  readonly engine: () => Promise<Engine>;
  readonly commit: () => Promise<Commit | null>;
  readonly verify: (reference: Reference, asked?: VerifyAsked) => Promise<Outcome<VerifyData>>;
  readonly verifyMany: (references: readonly Reference[], asked?: VerifyAsked) => Promise<VerifiedMany>;
  /** Ends what would keep the program alive. */
  readonly close: () => void;
}

export interface VerifyAsked {
  /** ISO 8601; left out: what the history says. */
  readonly pushedAt?: string;
  readonly level?: VerifyLevel;
  readonly platforms?: readonly Platform[];
  readonly waitSeconds?: number;
}

export function openToolbox(project: Project, options: Options, ports: Ports, folder: string): Toolbox {
  const history = openHistory(folder, (why) =>
    ports.progress(`warning: this run cannot be remembered for --resume and rollback: ${why}`),
  );
  const { env } = project;
  ports.secrets.add(env.GITHUB_TOKEN);
  const login = env.GITHUB_TOKEN
    ? { registry: 'ghcr.io', username: env.GITHUB_USERNAME ?? 'token', password: env.GITHUB_TOKEN }
    : undefined;
  const connection = {
    ports,
    tlsVerify: options.tlsVerify ?? true,
    ...(options.authfile ? { authfile: options.authfile } : {}),
    ...(login ? { login } : {}),
  };

  const timeout = options.timeout === undefined ? {} : { timeoutSeconds: options.timeout };

  const registry = once(() => createRegistry({ ...connection, anonymous: options.anonymous ?? false }));
  const engine = once(async () => {
    const { chooseEngine } = await import('../engines/index.ts');
    const asked = options.engine ?? project.settings.engine;
    return chooseEngine(asked, { ...connection, env, tags: tagService(registry()) });
  });

  return {
    project,
    options,
    ports,
    history,
    registry,
    engine,
    commit: once(async () => (await import('../io/git.ts')).headCommit(project.dir, ports.signal)),
    async verify(reference, asked = {}) {
      const {
        pushedAt = await pushTime(history, reference),
        level = 'blobs',
        platforms = [],
        ...wait
      } = asked;
      return verify(
        { reference, level, platforms, ownPush: isOwnPush(pushedAt, ports.now()), ...wait, ...timeout },
        { ...ports, registry: registry() },
      );
    },
    async verifyMany(references, { level = 'blobs', platforms = [], waitSeconds } = {}) {
      const each = references.map(async (reference) => ({
        reference,
        ownPush: isOwnPush(await pushTime(history, reference), ports.now()),
      }));
      const wait = waitSeconds === undefined ? {} : { waitSeconds };
      return verifyMany(
        { references: await Promise.all(each), level, platforms, ...wait, ...timeout },
        { ...ports, registry: registry() },
      );
    },
    close: () => registry.made()?.close(),
  };
}

/** When this digest, or without one this very tag, was last pushed by us; null if never. */
async function pushTime(history: History, { repository, tag, digest }: Reference): Promise<string | null> {
  const name = formatRepository(repository);
  const push = (await history.pushes()).findLast((one) =>
    digest ? one.digest === digest && one.image.startsWith(`${name}:`) : one.image === `${name}:${tag}`,
  );
  return push?.pushedAt ?? null;
}

/** The last push of this very tag. */
export async function lastPush(history: History, image: string): Promise<PushRecord | null> {
  return (await history.pushes()).findLast((push) => push.image === image) ?? null;
}

/** The argument, else the configured image, else what was released last; always with a tag or digest. */
export async function imageAsked(argument: string | undefined, project: Project): Promise<Reference> {
  const state = (await readState(project.stateFile)).value;
  const named = argument ?? project.image ?? state?.image ?? state?.container_image_uri;
  return tagged(readReference(named ?? noImage()));
}

/** The argument, else what was released last, else the configured image. */
export async function referenceAsked(argument: string | undefined, project: Project): Promise<Reference> {
  const state = (await readState(project.stateFile)).value;
  const named = argument ?? state?.container_image_uri ?? project.image;
  return tagged(readReference(named ?? noImage()));
}

/** Without a tag and a digest it is `latest` that is meant. */
export const tagged = (reference: Reference): Reference =>
  reference.tag || reference.digest ? reference : { ...reference, tag: 'latest' };

export function noImage(): never {
  throw new Failure('IMAGE_UNKNOWN', 'no image was named, and the project names none', {
    hint: 'name one, or set image in docker-build.yaml, or GITHUB_USERNAME in .env for ghcr.io/$GITHUB_USERNAME/<project>',
  });
}

function once<T>(make: () => T): (() => T) & { made: () => T | undefined } {
  let made: T | undefined;
  const get = () => {
    made ??= make();
    return made;
  };
  return Object.assign(get, { made: () => made });
}
