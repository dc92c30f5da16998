/** What is to be built, from options and settings; all that can be wrong with it is found before an engine is asked. */
import { access, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Options } from '../cli/options.ts';
import type { BuildRequest } from '../engines/engine.ts';
import { Failure } from '../errors.ts';
import { formatPlatform, type Platform } from '../oci/platform.ts';
import { formatRepository, type Reference, sameRepository } from '../oci/reference.ts';
import { insideProject, type Project, readReference } from '../project.ts';
import { hideSecrets } from './build-secrets.ts';
import { platform } from './platform.ts';
import { noImage, type Toolbox } from './toolbox.ts';

/** @throws Failure CONTEXT_MISSING, DOCKERFILE_MISSING, REFERENCE_INVALID, REPOSITORIES_DIFFER, SOURCES_UNSUPPORTED, … */
export async function buildRequest(
  command: 'build' | 'release',
  argument: string | undefined,
  tools: Toolbox,
): Promise<BuildRequest> {
  const { options, project, ports } = tools;
  refuseSources(project, options);
  await hideSecrets(options.secret ?? [], ports.secrets);
  const tags = await tagsOf(command, tools);
  const context = argument
    ? resolve(argument)
    : await insideProject(project.dir, project.settings.context ?? '.', 'context');
  await mustBeFolder(context);
  return {
    context,
    file: await dockerfileOf(context, options, project),
    tags,
    platforms: platformsOf(options.platform ?? project.settings.platforms ?? []),
    noPush: options.push === false,
    args: {
      buildArg: [
        ...Object.entries(project.settings.buildArgs ?? {}).map(([key, value]) => `${key}=${value}`),
        ...(options.buildArg ?? []),
      ],
      secret: options.secret ?? [],
      ssh: options.ssh ?? [],
      label: options.label ?? [],
      annotation: options.annotation ?? [],
      cacheFrom: options.cacheFrom ?? [],
      cacheTo: options.cacheTo ?? [],
      buildContext: options.buildContext ?? [],
      ...(options.target ? { target: options.target } : {}),
      ...(options.network ? { network: options.network } : {}),
      ...(options.builder ? { builder: options.builder } : {}),
      ...(options.provenance ? { provenance: options.provenance } : {}),
      ...(options.sbom ? { sbom: options.sbom } : {}),
      noCache: options.cache === false,
      pull: options.pull ?? false,
    },
  };
}

async function tagsOf(command: string, { options, project, commit }: Toolbox): Promise<Reference[]> {
  const named = options.tag ?? (project.image ? [project.image] : noImage());
  const tags: Reference[] = [];
  for (const name of named) {
    const reference = readReference(
      name.includes('{git}') ? name.replaceAll('{git}', await gitTag(command, commit, name)) : name,
    );
    if (reference.digest) {
      throw new Failure('REFERENCE_INVALID', `${name} names a digest; what is built gets a tag`, {
        hint: `write ${name.slice(0, name.indexOf('@'))}`,
      });
    }
    tags.push({ ...reference, tag: reference.tag ?? 'latest' });
  }
  const [first] = tags;
  const other = tags.find((tag) => first && !sameRepository(tag.repository, first.repository));
  if (first && other) {
    const [one, two] = [first, other].map(({ repository }) => formatRepository(repository));
    throw new Failure('REPOSITORIES_DIFFER', `-t names two repositories, ${one} and ${two}`, {
      hint: 'one digest belongs to one repository: run it once for each',
      next: `docker-build ${command}${options.apply ? ' --apply' : ''} -t ${two}:${other.tag}`,
    });
  }
  return tags;
}

async function gitTag(command: string, commit: Toolbox['commit'], name: string): Promise<string> {
  const found = await commit();
  if (!found) {
    throw new Failure(
      'GIT_UNAVAILABLE',
      `{git} in ${name} is the short commit, and there is no commit here`,
      {
        hint: 'commit first, or name the tag',
        next: `docker-build ${command} -t ${name.replaceAll('{git}', '1')}`,
      },
    );
  }
  return `${found.short}${found.dirty ? '-dirty' : ''}`;
}

function platformsOf(words: readonly string[]): Platform[] {
  const platforms = words.map(platform);
  return platforms.filter(
    (one, i) => platforms.findIndex((p) => formatPlatform(p) === formatPlatform(one)) === i,
  );
}

async function mustBeFolder(context: string): Promise<void> {
  const found = await stat(context).catch(() => null);
  if (found?.isDirectory()) return;
  throw new Failure(
    'CONTEXT_MISSING',
    `the build context ${context} is ${found ? 'no folder' : 'not there'}`,
    {
      hint: 'name the folder to build as the argument',
    },
  );
}

async function dockerfileOf(context: string, options: Options, project: Project): Promise<string> {
  const { settings } = project;
  const named = options.file
    ? resolve(options.file)
    : settings.file
      ? await insideProject(project.dir, settings.file, 'file')
      : null;
  const tried = named ? [named] : ['Dockerfile', 'Containerfile'].map((name) => join(context, name));
  for (const path of tried) {
    const readable = await access(path).then(
      () => true,
      () => false,
    );
    if (readable) return path;
  }
  throw new Failure('DOCKERFILE_MISSING', `there is no ${tried.join(' and no ')}`, {
    hint: 'name it with --file',
  });
}

function refuseSources(project: Project, options: Options): void {
  const { env, settings } = project;
  const asked = ['MASTER_CONFIG_REPO', 'PROJECT_CONFIG_REPO'].filter((key) => env[key]);
  if (settings.sources !== undefined) asked.unshift('sources in docker-build.yaml');
  if (asked.length === 0 || options.ignoreSources) return;
  throw new Failure(
    'SOURCES_UNSUPPORTED',
    `${asked.join(' and ')} ask for configuration to be baked in, which is not built yet`,
    {
      hint: 'copy it in the Dockerfile; --ignore-sources builds without it',
    },
  );
}
