/** Every place of a project that names an image, or must, each measured by the reference that should stand there. */
import { Failure, type Warning } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import {
  formatRepository,
  pinned,
  type Reference,
  type Repository,
  sameRepository,
} from '../oci/reference.ts';
import type { Project } from '../project.ts';
import type { Target, TargetStatus } from '../results.ts';
import { filesToRead, knownRepository, namedFiles } from './candidates.ts';
import { expectedFrom, type Wanted } from './expected.ts';
import type { Place } from './format.ts';
import { isDrift, isWritten, referenceIn, statusOf } from './judge.ts';
import { lineAt } from './lines.ts';
import { onlyFiles } from './only.ts';
import { isDotenv, placesOf } from './places.ts';
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

/** Reads all, then measures: what should stand there may be what all places agree on. */
export async function survey(input: SurveyInput): Promise<Survey> {
  const { project, reference, only } = input;
  const repository = reference?.repository ?? knownRepository(project);
  const { read, warnings, problems } = await readAll(input, repository);
  const wanted = expectedFrom(
    reference,
    { repository, byDefault: referenceIn(project.image)?.repository ?? null },
    read.flatMap(({ places }) => places),
  );
  const files = read
    .filter(({ selected }) => selected)
    .map(({ source, places }) => ({
      source,
      places: places.flatMap((place) => judged(place, wanted) ?? []),
    }));
  const unused = only.length > 0 && files.length === 0 ? [nothingSelected(only)] : [];
  return {
    wanted,
    files,
    targets: [
      ...problems.map(({ file }) => unreadable(file)),
      ...files.flatMap(({ source, places }) => places.map((place) => targetOf(source, place))),
    ],
    warnings: [...warnings, ...wanted.warnings, ...unused],
    failure: problems[0]?.failure ?? ambiguityIn(files),
  };
}

interface ReadFile {
  readonly source: Source;
  readonly places: readonly Place[];
  /** What `--only` leaves out still has a say in what all places agree on. */
  readonly selected: boolean;
}

interface Problem {
  readonly file: string;
  readonly failure: Failure;
}

async function readAll(input: SurveyInput, repository: Repository | null) {
  const { project, only, signal } = input;
  const named = await namedFiles(project);
  const files = input.files ?? (await filesToRead(project, repository, named));
  const isSelected = await onlyFiles(project.dir, only);
  const find = tokenFinder(repository);
  const read: ReadFile[] = [];
  const warnings: Warning[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();

  const readOne = async (file: string) => {
    const source = await readSource(project.dir, file);
    if (source.bytes === null && !named.has(file)) return null;
    return { source, ...(await placesOf({ file, text: source.text, find, named: named.get(file) ?? [] })) };
  };
  const all = await Promise.allSettled(files.map(readOne));
  signal.throwIfAborted();
  for (const [at, one] of all.entries()) {
    const file = files[at] ?? '';
    const selected = isSelected(file);
    const required = file === '.env' || isDataConfig(file) || named.has(file) || only.includes(file);
    if (one.status === 'rejected') {
      if (!(one.reason instanceof Failure)) throw one.reason;
      if (selected && required) problems.push({ file, failure: one.reason });
      else if (selected) warnings.push({ code: one.reason.code, message: one.reason.message });
    } else if (one.value && !seen.has(one.value.source.path)) {
      const { source, places, unparsable: why, warnings: told } = one.value;
      seen.add(source.path);
      read.push({ source, places, selected });
      if (selected && source.bytes === null && named.get(file)?.includes('')) warnings.push(notThere(file));
      if (selected && required && why) problems.push({ file, failure: unparsable(file, why) });
      else if (selected) warnings.push(...told);
    }
  }
  return { read, warnings, problems };
}

/** The first place that must be written and cannot be told. */
function ambiguityIn(files: readonly SurveyedFile[]): Failure | null {
  for (const { source, places } of files) {
    const found = places.find(
      ({ status, place }) => status === 'duplicate' && (place.role === 'own' || isDataConfig(source.file)),
    );
    if (found) return ambiguity(source, found.place);
  }
  return null;
}

/** Undefined for a place that is another image's, or that is missing while nothing is expected. */
export function judged(place: Place, wanted: Wanted): JudgedPlace | undefined {
  const measure = wanted.for(place);
  if (place.image !== undefined && !isNamed(measure.repository, place.image)) return undefined;
  const untold = place.ambiguous || (place.noRoom && place.role === 'own');
  const alone = untold ? 'duplicate' : statusOf(place.value, measure, place.keepsTag);
  const status = alone === 'match' && measure.disagree ? 'stale' : alone;
  if (status === 'missing' && place.value === null && !measure.digest) return undefined;
  const writes = status !== 'duplicate' && measure.digest !== null && isWritten(place, status);
  // what names another image on purpose has nothing to be told
  const foreign = status === 'other-repository' && place.role !== 'own';
  const expected = foreign ? null : expectedAt(place, measure);
  return { place, status, expected, writes, drifts: isDrift(place, status) };
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
  const name = place.value?.split('@')[0] ?? '';
  const held = referenceIn(name);
  // as it is spelled there; the nodes of Ray and podman are given the whole name, and no tag
  const keeps = place.keepsTag && held && sameRepository(held.repository, repository);
  return keeps ? `${name}@${digest}` : pinned(repository, digest);
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

const unreadable = (file: string): Target => ({
  file,
  format: isDotenv(file) ? 'dotenv' : 'text',
  path: '',
  line: null,
  current: null,
  expected: null,
  status: 'unreadable',
  snippet: null,
});

const nothingSelected = (only: readonly string[]): Warning => ({
  code: 'ONLY_MATCHES_NOTHING',
  message: `no file that names an image matches --only ${only.join(' --only ')}`,
  hint: 'patterns are those of .gitignore: .env, deploy/, data/config/*.yaml',
});

/** What all of it would be is not known. */
const notThere = (file: string): Warning => ({
  code: 'FILE_UNREADABLE',
  message: `the target ${file} is not there, and without a key or path it is not made`,
  hint: 'write it, or take it out of docker-build.yaml',
});

const unparsable = (file: string, why: string) =>
  new Failure('FILE_UNPARSABLE', `${file} cannot be read as what it is: ${why}`, {
    hint: 'mend it; nothing was written',
  });

const ambiguity = (source: Source, { path, span, value }: Place) =>
  value === null && span.end === 0
    ? new Failure('FILE_AMBIGUOUS', `${source.file}: nothing tells where the reference of ${path} stands`, {
        hint: 'write it there by hand once; nothing is guessed and nothing was written',
      })
    : new Failure(
        'FILE_AMBIGUOUS',
        `${source.file}: ${path} stands there more than once, or cannot be told apart (line ${lineAt(source.text, span.start)})`,
        { hint: 'leave one of them; nothing is guessed and nothing was written' },
      );
