/** Which files are read: those that are always, those that the settings name, those that name the image. */
import { readdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Repository } from '../oci/reference.ts';
import { insideProject, type Project } from '../project.ts';
import { IMAGE_KEY } from './format.ts';
import { referenceIn, repositoryIn } from './judge.ts';
import { search } from './search.ts';
import { isDataConfig } from './yaml-places.ts';

/** What the settings or `.env` name; null where they name nothing. */
export function knownRepository(project: Project): Repository | null {
  return (
    referenceIn(project.settings.image?.replaceAll('{git}', 'git') ?? null)?.repository ??
    repositoryIn(project.dotenv?.[IMAGE_KEY] ?? null)
  );
}

/**
 * The files that `targets` in docker-build.yaml names, and what in each: a key, a path, or '' for all of it.
 * @throws Failure PATH_OUTSIDE
 */
export async function namedFiles({ dir, settings }: Project): Promise<Map<string, string[]>> {
  const named = new Map<string, string[]>();
  for (const { file, path, key } of settings.targets ?? []) {
    await insideProject(dir, file, 'a target');
    const name = relative(dir, resolve(dir, file));
    named.set(name, [...(named.get(name) ?? []), path ?? key ?? '']);
  }
  return named;
}

/** Relative to the project; the first ones need not be there. */
export async function filesToRead(
  { dir, stateFile }: Project,
  repository: Repository | null,
  named: ReadonlyMap<string, unknown>,
): Promise<string[]> {
  const found = await search(dir, {
    names: namesOf(repository),
    keys: [IMAGE_KEY, 'image_uri', '# docker-build'],
  });
  const files = new Set(['.env', ...(await dataConfig(dir)), ...named.keys(), ...found]);
  return [...files].filter((file) => join(dir, file) !== stateFile);
}

/** The texts that a file must hold one of to name the repository. */
function namesOf(repository: Repository | null): string[] {
  if (!repository) return ['@sha256:'];
  const { registry, path } = repository;
  const official = registry === 'docker.io' && path.startsWith('library/');
  if (official) return [`docker.io/${path}`, path.replace('library', registry)];
  // charts keep the registry under a key of its own
  return [path.includes('/') ? path : `${registry}/${path}`];
}

async function dataConfig(dir: string): Promise<string[]> {
  const names = await readdir(join(dir, 'data', 'config')).catch(() => []);
  return names
    .map((name) => `data/config/${name}`)
    .filter(isDataConfig)
    .sort();
}
