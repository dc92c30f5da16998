/** What people do instead: two rules out of posts and scripts, to be compared with. */
import type { RealEngine } from '../support/engines.ts';

/** `repository@sha256:…`; null where the rule finds none. */
export type NaiveRule = (engine: RealEngine, image: string) => Promise<string | null>;

export const naiveRules = {
  'RepoDigests[0]': async (engine, image) => (await repoDigests(engine, image))[0] ?? null,
  'the first RepoDigest that can be pulled': async (engine, image) => {
    for (const reference of await repoDigests(engine, image)) {
      const [name = '', digest] = reference.split('@');
      const slash = name.indexOf('/');
      const url = `http://${name.slice(0, slash)}/v2/${name.slice(slash + 1)}/manifests/${digest}`;
      const accept = [
        'oci.image.index.v1',
        'oci.image.manifest.v1',
        'docker.distribution.manifest.v2',
        'docker.distribution.manifest.list.v2',
      ];
      const headers = { accept: accept.map((type) => `application/vnd.${type}+json`).join() };
      const answer = await fetch(url, { method: 'HEAD', headers }).catch(() => null);
      if (answer?.ok) return reference;
    }
    return null;
  },
} as const satisfies Record<string, NaiveRule>;

async function repoDigests(engine: RealEngine, image: string): Promise<string[]> {
  const { exitCode, stdout } = await engine.run(['image', 'inspect', image]);
  if (exitCode !== 0) return [];
  const [first] = JSON.parse(stdout) as { RepoDigests?: string[] | null }[];
  return first?.RepoDigests ?? [];
}
