/** A real engine and a real registry, with our adapter and client on them: what the engine tests stand on. */
import { Writable } from 'node:stream';
import type { Engine } from '../../scripts/engines/engine.ts';
import { createEngine, type EngineContext } from '../../scripts/engines/index.ts';
import type { Outcome } from '../../scripts/errors.ts';
import type { Ports } from '../../scripts/io/ports.ts';
import { createSecrets } from '../../scripts/io/secrets.ts';
import { type Digest, digestOf } from '../../scripts/oci/digest.ts';
import { parseReference } from '../../scripts/oci/reference.ts';
import { build } from '../../scripts/phases/build.ts';
import { type DigestInput, type DigestPorts, digest } from '../../scripts/phases/digest.ts';
import { createRegistry, tagService } from '../../scripts/registry/index.ts';
import type { Registry as RegistryClient } from '../../scripts/registry/registry.ts';
import type { BuildData, DigestData } from '../../scripts/results.ts';
import { type Context, type ContextOptions, makeContext } from './context.ts';
import type { KindName } from './engines/kinds.ts';
import { type RealEngine, realEngine } from './engines.ts';
import { type Registry, startRegistry } from './registry.ts';
import { type Asked, buildRequest } from './requests.ts';

export { buildRequest };

/** A repository's manifest as its registry serves it, asked for with a plain request: the judge of our answers. */
export const judge = (registry: Registry, path: string, reference: string): Promise<Verdict | null> =>
  judgeWith(undefined, registry, path, reference);

export async function judgeWith(
  login: { user: string; password: string } | undefined,
  registry: Registry,
  path: string,
  reference: string,
): Promise<Verdict | null> {
  const types = [
    'oci.image.index.v1',
    'oci.image.manifest.v1',
    'docker.distribution.manifest.v2',
    'docker.distribution.manifest.list.v2',
  ];
  const headers: Record<string, string> = {
    accept: types.map((type) => `application/vnd.${type}+json`).join(),
  };
  if (login) headers.authorization = `Basic ${btoa(`${login.user}:${login.password}`)}`;
  const answer = await fetch(`${registry.url}/v2/${path}/manifests/${reference}`, { headers });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return answer.ok ? { digest: digestOf(bytes), json: JSON.parse(new TextDecoder().decode(bytes)) } : null;
}

export interface Verdict {
  readonly digest: Digest;
  // biome-ignore lint/suspicious/noExplicitAny: whatever stands there
  readonly json: any;
}

export interface Workbench {
  readonly real: RealEngine;
  readonly registry: Registry;
  readonly engine: Engine;
  readonly client: RegistryClient;
  readonly ports: Ports;
  readonly build: (folder: string, asked: Asked) => Promise<Outcome<BuildData>>;
  readonly digest: (
    image: string,
    over?: Partial<DigestInput & Pick<DigestPorts, 'lastPush'>>,
  ) => Promise<Outcome<DigestData>>;
  /** All that the engine printed. */
  readonly log: () => string;
  /** A build context that is removed with the workbench. */
  readonly context: (options?: ContextOptions) => Context;
  readonly stop: () => Promise<void>;
}

export const quietPorts = (over: Partial<Ports> = {}): Ports & { readonly said: () => string } => {
  let text = '';
  return {
    progress: () => {},
    signal: new AbortController().signal,
    now: () => new Date(),
    secrets: createSecrets(),
    log: {
      path: null,
      write: (more) => {
        text += more;
      },
      stream: () =>
        new Writable({
          write(chunk, _encoding, done) {
            text += chunk;
            done();
          },
        }),
      close: () => {},
    },
    ...over,
    said: () => text,
  };
};

export async function openWorkbench(
  name: KindName,
  over: {
    readonly registry?: Parameters<typeof startRegistry>[0];
    readonly context?: Partial<EngineContext>;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Workbench> {
  const real = realEngine(name);
  const [registry] = await Promise.all([startRegistry({ delete: true, ...over.registry }), real.start()]);
  const ports = quietPorts(over.signal ? { signal: over.signal } : {});
  const client = createRegistry({ ports });
  const engine = createEngine(real.engine, {
    ports,
    tags: tagService(client),
    tlsVerify: true,
    env: real.env,
    ...over.context,
  });
  const contexts: Context[] = [];
  const phasePorts = { ...ports, engine, registry: client };
  return {
    build: (folder, asked) => build({ request: buildRequest(folder, asked), dryRun: false }, phasePorts),
    digest: (image, { lastPush = null, ...over } = {}) =>
      digest(
        { image: parseReference(image), ...over },
        { ...phasePorts, engine: Promise.resolve(engine), lastPush },
      ),
    real,
    registry,
    engine,
    client,
    ports,
    log: ports.said,
    context: (options) => {
      const made = makeContext(options);
      contexts.push(made);
      return made;
    },
    stop: async () => {
      client.close();
      for (const made of contexts) made.remove();
      await Promise.all([real.stop(), registry.stop()]);
    },
  };
}
