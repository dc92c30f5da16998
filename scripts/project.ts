/** The project a command works on: its folder and its settings, from flags, environment, docker-build.yaml and .env. */
import { lstat, readFile, realpath } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { parse as parseDotenv } from 'dotenv';
import { Failure, type Warning } from './errors.ts';
import { InvalidReference, parseReference, type Reference } from './oci/reference.ts';
import { readSettingsFile } from './settings-file.ts';
import type { SettingsFile } from './settings-schema.ts';
import { defaultStateFile } from './state.ts';

export interface Project {
  /** Absolute, links resolved. */
  readonly dir: string;
  /** The process environment, and under it what `.env` says. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `.env` alone says; null if there is none. */
  readonly dotenv: Readonly<Record<string, string>> | null;
  readonly settings: SettingsFile;
  /** The image that the settings name, `{git}` in its tag not yet filled in; null if they name none. */
  readonly image: string | null;
  /** Absolute. */
  readonly stateFile: string;
  readonly warnings: readonly Warning[];
}

/** The keys of `.env` that this program reads. */
const OURS = [
  'GITHUB_USERNAME',
  'GITHUB_TOKEN',
  'CONTAINER_IMAGE_URI',
  'MASTER_CONFIG_REPO',
  'PROJECT_CONFIG_REPO',
  'CONTAINER_TOOL',
] as const;

/**
 * Opens a project.
 * @throws Failure SETTINGS_INVALID, FILE_UNREADABLE, PATH_OUTSIDE
 */
export async function openProject(
  folder: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Project> {
  const dir = await realpath(folder).catch(() => {
    throw new Failure('FILE_UNREADABLE', `the project folder ${folder} is not there`, {
      hint: 'name the folder that holds the Dockerfile with --project',
    });
  });
  const [dotenv, settings] = await Promise.all([readDotenv(dir), readSettingsFile(dir)]);
  const fromFile = Object.fromEntries(OURS.flatMap((key) => (dotenv?.[key] ? [[key, dotenv[key]]] : [])));
  const env = { ...fromFile, ...withoutEmpty(environment) };
  const stateFile = settings.stateFile
    ? await insideProject(dir, settings.stateFile, 'stateFile')
    : await defaultStateFile(dir);
  return {
    dir,
    env,
    dotenv,
    settings,
    image: settings.image ?? defaultImage(dir, env),
    stateFile,
    warnings: shadowed(dotenv, environment),
  };
}

/** `ghcr.io/$GITHUB_USERNAME/<project name>:latest`. */
function defaultImage(dir: string, env: Readonly<Record<string, string | undefined>>): string | null {
  const name = basename(dir)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return env.GITHUB_USERNAME && name ? `ghcr.io/${env.GITHUB_USERNAME.toLowerCase()}/${name}:latest` : null;
}

async function readDotenv(dir: string): Promise<Record<string, string> | null> {
  try {
    return parseDotenv(await readFile(join(dir, '.env')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Failure('FILE_UNREADABLE', `${join(dir, '.env')} cannot be read: ${(error as Error).message}`, {
      next: `ls -l ${join(dir, '.env')}`,
      cause: error,
    });
  }
}

/** An empty variable in the shell says nothing; it must not hide what `.env` says. */
const withoutEmpty = (env: NodeJS.ProcessEnv): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));

function shadowed(dotenv: Record<string, string> | null, env: NodeJS.ProcessEnv): Warning[] {
  return OURS.filter((key) => dotenv?.[key] && env[key] && env[key] !== dotenv[key]).map((key) => ({
    code: 'ENV_SHADOWED',
    message: `${key} in the shell differs from .env, and the shell wins`,
    hint: `unset ${key}`,
  }));
}

/**
 * The absolute path of something named in `docker-build.yaml`; it and what links lead to stay inside the project.
 * @throws Failure PATH_OUTSIDE
 */
export async function insideProject(dir: string, path: string, what: string): Promise<string> {
  const absolute = resolve(dir, path);
  let existing = absolute;
  // what is not there yet is judged by the folder that is
  while (!(await lstat(existing).catch(() => null))) existing = resolve(existing, '..');
  const real = await realpath(existing).catch(() => '/');
  for (const candidate of [absolute, real]) {
    const way = relative(dir, candidate);
    if (way.startsWith('..') || isAbsolute(way)) {
      throw new Failure(
        'PATH_OUTSIDE',
        `${what} in docker-build.yaml, ${path}, is outside the project ${dir}`,
        {
          hint: 'paths in docker-build.yaml, and what links there lead to, stay inside the project',
        },
      );
    }
  }
  return absolute;
}

/**
 * An image name from the command line or the settings.
 * @throws Failure REFERENCE_INVALID with the spellings that would do
 */
export function readReference(text: string): Reference {
  try {
    return parseReference(text);
  } catch (error) {
    if (!(error instanceof InvalidReference)) throw error;
    throw new Failure('REFERENCE_INVALID', error.message, {
      ...(error.choices.length ? { hint: `write ${error.choices.join(' or ')}` } : {}),
    });
  }
}
