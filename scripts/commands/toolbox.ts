/** What the commands are put together from, each made when it is first needed: start-up is a hot path. */
import type { Options } from '../cli/options.ts';
import type { Engine } from '../engines/engine.ts';
import { Failure, type Outcome } from '../errors.ts';
import type { Commit } from '../io/git.ts';
import type { Ports } from '../io/ports.ts';
import { formatRepository, type Reference } from '../oci/reference.ts';
import { type Project, readReference } from '../project.ts';
import type { Registry } from '../registry/registry.ts';
import type { VerifyData, VerifyLevel } from '../results.ts';
import { type History, openHistory, type PushRecord, readState } from '../state.ts';

/** How long after our own push a 404 is taken for lag. */
const OWN_PUSH_MS = 15 * 60_000;
const LAG_SECONDS = 120;
const ASK_SECONDS = 30;

export interface Toolbox {
  readonly project: Project;
  readonly options: Options;
  readonly ports: Ports;
  readonly history: History;
  readonly registry: () => Promise<Registry>;
  readonly engine: () => Promise<Engine>;
  readonly commit: () => Promise<Commit | null>;
  readonly verify: (reference: Reference, asked?: VerifyAsked) => Promise<Outcome<VerifyData>>;
  /** Ends what would keep the program alive. */
  readonly close: () => void;
}

export interface VerifyAsked {
  readonly pushedAt?: Date;
  readonly level?: VerifyLevel;
  readonly platforms?: readonly string[];
  readonly waitSeconds?: number;
}

export function openToolbox(project: Project, options: Options, ports: Ports, folder: string): Toolbox {
  const history = openHistory(folder);
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

  const registry = once(async () => {
    const { createRegistry } = await import('../registry/index.ts');
    return createRegistry({ ...connection, anonymous: options.anonymous ?? false });
  });
  const engine = once(async () => {
    const [{ chooseEngine }, { tagService }] = await Promise.all([
      import('../engines/index.ts'),
      import('../registry/index.ts'),
    ]);
    const asked = options.engine ?? project.settings.engine;
    return chooseEngine(asked, { ...connection, env, tags: tagService(await registry()) });
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
      const { verify } = await import('../phases/verify.ts');
      const pushedAt = asked.pushedAt ?? (await ownPush(history, reference, ports.now()));
      return verify(
        {
          reference,
          level: asked.level ?? 'blobs',
          platforms: asked.platforms ?? [],
          ownPush: pushedAt !== null,
          timeoutSeconds: options.timeout ?? (pushedAt ? LAG_SECONDS : ASK_SECONDS),
          ...(asked.waitSeconds === undefined ? {} : { waitSeconds: asked.waitSeconds }),
        },
        { ...ports, registry: await registry() },
      );
    },
    close: () => {
      registry
        .made()
        ?.then((made) => made.close())
        .catch(() => {});
    },
  };
}

/** When this digest was pushed by us, if that is not long ago. */
async function ownPush(history: History, reference: Reference, now: Date): Promise<Date | null> {
  const name = formatRepository(reference.repository);
  const push = (await history.pushes()).findLast(
    ({ image, digest }) => digest === reference.digest && image.startsWith(`${name}:`),
  );
  const at = push ? new Date(push.pushedAt) : null;
  return at && now.getTime() - at.getTime() < OWN_PUSH_MS ? at : null;
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

const tagged = (reference: Reference): Reference =>
  reference.tag || reference.digest ? reference : { ...reference, tag: 'latest' };

export function noImage(): never {
  throw new Failure('IMAGE_UNKNOWN', 'no image was named, and the project names none', {
    hint: 'name one, or set image in docker-build.yaml, or GITHUB_USERNAME in .env for ghcr.io/$GITHUB_USERNAME/<project>',
  });
}

function once<T>(make: () => Promise<T>): (() => Promise<T>) & { made: () => Promise<T> | undefined } {
  let made: Promise<T> | undefined;
  const get = () => {
    made ??= make();
    return made;
  };
  return Object.assign(get, { made: () => made });
}
