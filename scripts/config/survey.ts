/** Every place of a project that names an image, or must, each measured by the reference that should stand there. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, type Warning } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import {
  formatReference,
  formatRepository,
  pinned,
  type Reference,
  type Repository,
} from '../oci/reference.ts';
import { insideProject, type Project } from '../project.ts';
import type { Target, TargetStatus } from '../results.ts';
import { expectedFrom, type Wanted } from './expected.ts';
import { IMAGE_KEY, type Place } from './format.ts';
import { isDrift, isWritten, referenceIn, repositoryIn, statusOf } from './judge.ts';
import { lineAt } from './lines.ts';
import { onlyFiles } from './only.ts';
import { placesOf } from './places.ts';
import { search } from './search.ts';
import { readSource, type Source } from './source.ts';
import { tokenFinder } from './tokens.ts';
import { isDataConfig } from './yaml-places.ts';

export interface JudgedPlace {
  readonly place: Place;
  readonly status: TargetStatus;
  /** What must stand there, if that is known. */
  readonly expected: string | null;
  readonly writes: boolean;
  readonly drifts: boolean;
}

export interface SurveyedFile {
  readonly source: Source;
  readonly places: readonly JudgedPlace[];
}

export interface Survey {
  readonly wanted: Wanted;
  readonly files: readonly SurveyedFile[];
  readonly targets: readonly Target[];
  readonly warnings: readonly Warning[];
  /** Bad input: a file that had to be read and could not be, or was ambiguous. */
  readonly failure: Failure | null;
}

export interface SurveyInput {
  readonly project: Project;
  /** With a digest. Null: what all places agree on. */
  readonly reference: Reference | null;
  readonly only: readonly string[];
  readonly signal: AbortSignal;
  /** The files to read; left out: they are searched for. */
  readonly files?: readonly string[];
}

export async function survey(input: SurveyInput): Promise<Survey> {
  const { project, reference, only, signal } = input;
  const repository = reference?.repository ?? knownRepository(project);
  const named = await namedFiles(project);
  const files = input.files ?? (await filesToRead(project, repository, named, signal));
  const selected = await onlyFiles(project.dir, only);
  const warnings: Warning[] = [];
  const problems: Failure[] = [];
  const read: { source: Source; places: readonly Place[] }[] = [];
  const seen = new Set<string>();
  const find = tokenFinder(repository);

  for (const file of files) {
    const required = file === '.env' || isDataConfig(file) || named.has(file) || only.includes(file);
    try {
      const source = await readSource(project.dir, file);
      if (seen.has(source.path)) continue;
      seen.add(source.path);
      if (source.bytes === null && !named.has(file)) continue;
      const found = await placesOf({ file, text: source.text, find, named: named.get(file) ?? [] });
      // what is not selected still has a say in what all places agree on
      read.push({ source, places: found.places });
      if (!selected(file)) continue;
      if (found.unparsable && required) problems.push(unparsable(file, found.unparsable));
      else warnings.push(...found.warnings);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (required && selected(file)) problems.push(error);
      else warnings.push({ code: error.code, message: error.message });
    }
  }

  const wanted = expectedFrom(
    reference,
    repository,
    read.flatMap(({ places }) => places),
  );
  const surveyed = read
    .filter(({ source }) => selected(source.file))
    .map(({ source, places }) => ({
      source,
      places: places.flatMap((place) => judged(place, wanted) ?? []),
    }));
  const ambiguous = surveyed.flatMap(({ source, places }) =>
    places
      .filter(
        ({ status, place }) => status === 'duplicate' && (place.role === 'own' || isDataConfig(source.file)),
      )
      .map(({ place }) => ambiguity(source, place)),
  );
  return {
    wanted,
    files: surveyed,
    targets: surveyed.flatMap(({ source, places }) => places.map((place) => targetOf(source, place))),
    warnings: [...warnings, ...wanted.warnings],
    failure: [...problems, ...ambiguous][0] ?? null,
  };
}

/** What the settings or `.env` name; null where they name nothing. */
function knownRepository(project: Project): Repository | null {
  return (
    referenceIn(project.settings.image ?? null)?.repository ??
    repositoryIn(project.dotenv?.[IMAGE_KEY] ?? null)
  );
}

/** The files that `targets` in docker-build.yaml names, and what in each. */
async function namedFiles({ dir, settings }: Project): Promise<Map<string, string[]>> {
  const named = new Map<string, string[]>();
  for (const { file, path, key } of settings.targets ?? []) {
    await insideProject(dir, file, 'a target');
    const name = file.replace(/^(?:\.\/)+/, '');
    named.set(name, [...(named.get(name) ?? []), path ?? key ?? '']);
  }
  return named;
}

async function filesToRead(
  { dir, stateFile }: Project,
  repository: Repository | null,
  named: ReadonlyMap<string, unknown>,
  signal: AbortSignal,
): Promise<string[]> {
  const texts = [...namesOf(repository), IMAGE_KEY, 'image_uri', '# docker-build'];
  const found = await search(dir, texts, signal);
  const files = new Set(['.env', ...(await dataConfig(dir)), ...named.keys(), ...found]);
  return [...files].filter((file) => join(dir, file) !== stateFile);
}

/** The texts that a file must hold one of to name the repository. */
function namesOf(repository: Repository | null): string[] {
  if (!repository) return ['@sha256:'];
  const { registry, path } = repository;
  return [
    registry === 'docker.io' ? path.replace(/^library\//, 'docker.io/library/') : `${registry}/${path}`,
    ...(path.includes('/') ? [path] : []),
  ];
}

async function dataConfig(dir: string): Promise<string[]> {
  const folder = join(dir, 'data', 'config');
  if (!(await stat(folder).catch(() => null))) return [];
  const { readdir } = await import('node:fs/promises');
  const names = await readdir(folder).catch(() => []);
  return names
    .map((name) => `data/config/${name}`)
    .filter(isDataConfig)
    .sort();
}

/** Undefined for a place that is another image's, or that only mentions one. */
function judged(place: Place, wanted: Wanted): JudgedPlace | undefined {
  const measure = wanted.for(place);
  if (place.image !== undefined && !isNamed(measure.repository, place.image)) return undefined;
  const alone = place.ambiguous ? 'duplicate' : statusOf(place.value, measure, place.keepsTag);
  const status = alone === 'match' && measure.disagree ? 'stale' : alone;
  if (status === 'missing' && place.value === null && !measure.digest) return undefined;
  const writes = status !== 'duplicate' && measure.digest !== null && isWritten(place, status);
  return { place, status, expected: expectedAt(place, measure), writes, drifts: isDrift(place, status) };
}

const isNamed = (repository: Repository | null, image: string): boolean =>
  repository !== null &&
  (repository.path.split('/').at(-1) === image ||
    repository.path === image ||
    formatRepository(repository) === image);

/** As the place is to hold it: pinned, its tag kept where whoever reads it takes one. */
function expectedAt(
  place: Place,
  { repository, digest }: { repository: Repository | null; digest: Digest | null },
): string | null {
  if (!repository || !digest) return null;
  if (!place.keepsTag) return pinned(repository, digest);
  const held = referenceIn(place.value?.split('@')[0] ?? null);
  const tag = held?.tag;
  return formatReference({ repository, digest, ...(tag ? { tag } : {}) });
}

function targetOf(source: Source, { place, status, expected }: JudgedPlace): Target {
  return {
    file: source.file,
    format: place.format,
    path: place.path,
    line: place.value === null ? null : lineAt(source.text, place.span.start),
    current: place.value,
    expected,
    status,
    snippet: expected === null ? null : place.snippet(expected),
  };
}

const unparsable = (file: string, why: string) =>
  new Failure('FILE_UNPARSABLE', `${file} cannot be read as what it is: ${why}`, {
    hint: 'mend it; nothing was written',
  });

const ambiguity = (source: Source, { path, span }: Place) =>
  new Failure(
    'FILE_AMBIGUOUS',
    `${source.file}: ${path} stands there more than once, or cannot be told apart (line ${lineAt(source.text, span.start)})`,
    { hint: 'leave one of them; nothing is guessed and nothing was written' },
  );
