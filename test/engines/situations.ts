/** What can have happened to an image before somebody asks for its digest; each made for real on each engine. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../scripts/oci/digest.ts';
import { MEDIA } from '../../scripts/oci/manifest.ts';
import type { DigestInput, DigestPorts } from '../../scripts/phases/digest.ts';
import { content, makeImage, putImage, putManifest } from '../support/image.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { judge, type Workbench } from '../support/workbench.ts';

/** What is asked for in the end, and what must be answered. */
export interface Question {
  /** The argument of `digest`. */
  readonly image: string;
  /** What the registry serves, or still has; null: nothing of this image. */
  readonly truth: Digest | null;
  readonly asked?: Partial<DigestInput & Pick<DigestPorts, 'lastPush'>>;
  /** Codes of the warnings, in order. Default: none. */
  readonly warnings?: readonly string[];
  readonly matchesLocalImage?: boolean | null;
  /** Our own build said this, just before. */
  readonly built?: Digest | null;
  /** The engine refuses to build such an image, so another tool has put it there. */
  readonly refused?: boolean;
  /** When all has been asked. */
  readonly after?: () => Promise<void>;
}

export interface Situation {
  readonly name: string;
  readonly make: (bench: Workbench, repository: string) => Promise<Question>;
}

const BOTH = ['linux/amd64', 'linux/arm64'];

export const situations: readonly Situation[] = [
  {
    name: 'fresh push',
    make: async (bench, repository) => pushed(bench, `${repository}:1`),
  },
  {
    name: 'never pushed',
    make: async (bench, repository) => {
      const image = `${repository}:1`;
      await bench.build(bench.context().folder, { tags: [image], noPush: true });
      return { image, truth: null };
    },
  },
  {
    name: 'built again and pushed again',
    make: async (bench, repository) => {
      const image = `${repository}:1`;
      const { folder } = bench.context();
      await bench.build(folder, { tags: [image] });
      writeFileSync(join(folder, 'marker'), 'changed\n');
      return pushed(bench, image, folder);
    },
  },
  {
    name: 'an unchanged image pushed twice',
    make: async (bench, repository) => {
      const image = `${repository}:1`;
      const { folder } = bench.context();
      await bench.build(folder, { tags: [image] });
      return pushed(bench, image, folder);
    },
  },
  {
    name: 'tagged and pushed for another repository first',
    make: async (bench, repository) => {
      const { folder } = bench.context();
      await bench.build(folder, { tags: [`${repository}-first:1`] });
      return pushed(bench, `${repository}:1`, folder);
    },
  },
  {
    name: 'pulled by tag before',
    make: async (bench, repository) => {
      const question = await pushed(bench, `${repository}:1`);
      await forget(bench, question.image);
      await engine(bench, 'pull', question.image);
      return question;
    },
  },
  {
    name: 'pulled by digest before',
    make: async (bench, repository) => {
      const question = await pushed(bench, `${repository}:1`);
      await engine(bench, 'pull', `${repository}@${question.truth}`);
      return question;
    },
  },
  {
    name: 'the same image in two registries',
    make: async (bench, repository) => {
      const other = await startRegistry();
      const { folder } = bench.context();
      await bench.build(folder, { tags: [`${other.host}/${pathOf(repository)}:1`] });
      return { ...(await pushed(bench, `${repository}:1`, folder)), after: () => other.stop() };
    },
  },
  {
    name: 'the tag overwritten by another image',
    make: async (bench, repository) => {
      const { built: _, ...question } = await pushed(bench, `${repository}:1`);
      await putImage({ url: bench.registry.url, path: pathOf(repository) }, makeImage(), '1');
      return {
        ...question,
        truth: await served(bench, repository, '1'),
        asked: { lastPush: ourPush(question.truth) },
        warnings: ['TAG_MOVED'],
        matchesLocalImage: false,
      };
    },
  },
  {
    name: 'the tag gone, the digest still there',
    make: async (bench, repository) => {
      const question = await pushed(bench, `${repository}:1`);
      loseTag(bench.registry, repository, '1', question.truth as Digest);
      return { ...question, asked: { lastPush: ourPush(question.truth) }, warnings: ['TAG_GONE'] };
    },
  },
  {
    name: 'the tag gone, pulled from there by nobody we know of',
    make: async (bench, repository) => {
      const question = await pushed(bench, `${repository}:1`);
      await forget(bench, question.image);
      await engine(bench, 'pull', question.image);
      loseTag(bench.registry, repository, '1', question.truth as Digest);
      return { ...question, warnings: ['TAG_GONE'] };
    },
  },
  {
    name: 'the digest deleted, the local copy still there',
    make: async (bench, repository) => {
      const { image, truth } = await pushed(bench, `${repository}:1`);
      const url = `${bench.registry.url}/v2/${pathOf(repository)}/manifests/${truth}`;
      await fetch(url, { method: 'DELETE' });
      return {
        image,
        truth: null,
        asked: { lastPush: { ...ourPush(truth), pushedAt: '2020-01-01T00:00:00Z' } },
      };
    },
  },
  {
    name: 'a nested path',
    make: async (bench, repository) => pushed(bench, `${repository}/a/b_c/d-e:1`),
  },
  {
    name: 'a registry on localhost',
    make: async (bench, repository) =>
      pushed(bench, `localhost:${bench.registry.port}/${pathOf(repository)}:1`),
  },
  {
    name: 'two platforms',
    make: async (bench, repository) => {
      const { folder } = bench.context({ architectures: ['amd64', 'arm64'] });
      return pushed(bench, `${repository}:1`, folder, { platforms: BOTH });
    },
  },
  {
    name: 'two platforms with attestations',
    make: async (bench, repository) => {
      const { folder } = bench.context({ architectures: ['amd64', 'arm64'] });
      const attested = { tags: [`${repository}:1`], platforms: BOTH, args: { provenance: 'true' } };
      const { failure } = await bench.build(folder, attested);
      if (!failure) return pushed(bench, `${repository}:1`, folder, attested);
      if (failure.code !== 'ENGINE_UNSUITABLE') throw failure;
      return attestedByOthers(bench, repository, folder);
    },
  },
  {
    name: "one platform, not the host's",
    make: async (bench, repository) =>
      pushed(bench, `${repository}:1`, bench.context({ architectures: ['arm64'] }).folder, {
        platforms: ['linux/arm64'],
      }),
  },
  {
    name: 'an image with no layers of its own',
    make: async (bench, repository) => {
      await bench.build(bench.context().folder, { tags: [`${repository}-base:1`] });
      const { folder, marker } = bench.context();
      writeFileSync(join(folder, 'Dockerfile'), `FROM ${repository}-base:1\nLABEL marker=${marker}\n`);
      return pushed(bench, `${repository}:1`, folder);
    },
  },
  {
    name: 'two tags at once',
    make: async (bench, repository) => {
      const { folder } = bench.context();
      const question = await pushed(bench, `${repository}:1`, folder, {
        tags: [`${repository}:1`, `${repository}:2`],
      });
      const second = await served(bench, repository, '2');
      if (second !== question.truth) throw new Error(`the second tag answers ${second}`);
      return { ...question, image: `${repository}:2` };
    },
  },
];

/** Built and pushed by us; the truth is what the registry then serves, asked for without us. */
async function pushed(
  bench: Workbench,
  image: string,
  folder = bench.context().folder,
  asked: Partial<Parameters<Workbench['build']>[1]> = {},
): Promise<Question> {
  const { data, failure } = await bench.build(folder, { tags: [image], ...asked });
  if (failure) throw failure;
  const colon = image.lastIndexOf(':');
  return {
    image,
    truth: await served(bench, image.slice(0, colon), image.slice(colon + 1)),
    built: data.digest as Digest,
    matchesLocalImage: true,
  };
}

/** The two platforms, and an index over them and an attestation, as BuildKit makes it. */
async function attestedByOthers(bench: Workbench, repository: string, folder: string): Promise<Question> {
  await bench.build(folder, { tags: [`${repository}:plain`], platforms: BOTH });
  const path = pathOf(repository);
  const target = { url: bench.registry.url, path };
  const attestation = makeImage({ platform: 'unknown/unknown', layers: 1 });
  await putImage(target, attestation);
  const plain = (await judge(bench.registry, path, 'plain'))?.json;
  const entry = {
    ...attestation.manifest.descriptor,
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
  };
  const index = { schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: [...plain.manifests, entry] };
  await putManifest(target, content(MEDIA.ociIndex, index), '1');
  const image = `${repository}:1`;
  await engine(bench, 'pull', image);
  return { image, truth: await served(bench, repository, '1'), matchesLocalImage: true, refused: true };
}

const pathOf = (repository: string): string => repository.slice(repository.indexOf('/') + 1);

const served = async ({ registry }: Workbench, repository: string, reference: string) =>
  (await judge(registry, pathOf(repository), reference))?.digest ?? null;

const ourPush = (digest: Digest | null) => ({
  digest: digest as Digest,
  pushedAt: new Date().toISOString(),
});

async function engine({ real }: Workbench, command: string, ...words: string[]): Promise<void> {
  const insecure = real.engine === 'podman' && command === 'pull' ? ['--tls-verify=false'] : [];
  const { exitCode, stderr } = await real.run([command, ...insecure, ...words]);
  if (exitCode !== 0) throw new Error(`${command} ${words.join(' ')}: ${stderr}`);
}

/** Takes the image out of the local store. */
const forget = (bench: Workbench, image: string) => engine(bench, 'rmi', '--force', image);

/** As a registry's web page does it; distribution has no request for it. */
function loseTag(registry: Registry, repository: string, tag: string, digest: Digest): void {
  const data = registry.blobPath(digest).split('/blobs/')[0] as string;
  rmSync(join(data, 'repositories', pathOf(repository), '_manifests/tags', tag), { recursive: true });
}
