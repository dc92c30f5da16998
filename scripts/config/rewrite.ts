/** From judged places to the new text of each file, proofread before anything is written. */
import { Failure } from '../errors.ts';
import type { Rewrite } from '../io/write-together.ts';
import { readDotenvValues } from './dotenv.ts';
import { diffOf, type Edit, edited } from './edits.ts';
import { isDotenv } from './places.ts';
import type { Source } from './source.ts';
import type { SurveyedFile } from './survey.ts';
import { formatPath, readYaml } from './yaml.ts';

export interface PlannedFile extends Rewrite {
  readonly source: Source;
  readonly edits: readonly Edit[];
}

/**
 * The files that `--apply` changes.
 * @throws Failure FILE_AMBIGUOUS where something else than the places would change
 */
export async function plan(files: readonly SurveyedFile[]): Promise<PlannedFile[]> {
  const planned = await Promise.all(files.map(planFile));
  return planned.filter((file) => file !== null);
}

async function planFile({ source, places }: SurveyedFile): Promise<PlannedFile | null> {
  const written = places.filter(({ writes, expected }) => writes && expected !== null);
  const edits = written.map(({ place: { span, written: form }, expected }): Edit => {
    const reference = expected ?? '';
    return { ...span, replacement: form ? form(reference) : reference };
  });
  if (edits.length === 0) return null;
  const text = edited(source.text, edits);
  await proofread(source, text, new Set(written.map(({ place }) => place.path)));
  return {
    path: source.path,
    name: source.file,
    before: source.bytes,
    after: Buffer.from(text, source.encoding),
    source,
    edits,
  };
}

export const diff = (planned: readonly PlannedFile[]): string =>
  planned.map(({ source, edits }) => diffOf(source.file, source.text, edits, source.bytes === null)).join('');

/** Reads both texts and compares all values: only those at the paths may differ. */
async function proofread(source: Source, after: string, paths: ReadonlySet<string>): Promise<void> {
  const [was, is] = await Promise.all([valuesOf(source.file, source.text), valuesOf(source.file, after)]);
  if (!was) return;
  const keys = new Set([...was.keys(), ...(is?.keys() ?? [])]);
  const changed = [...keys].filter(
    (key) => was.get(key) !== is?.get(key) && !covers(paths, key.slice(key.indexOf(' ') + 1)),
  );
  if (is && changed.length === 0) return;
  throw new Failure(
    'FILE_AMBIGUOUS',
    `${source.file}: writing ${[...paths].join(', ')} would change something else in it`,
    {
      hint: 'nothing was written; write the value there by hand',
    },
  );
}

/** The paths of places inside strings begin with the path of the string. */
const covers = (paths: ReadonlySet<string>, key: string): boolean =>
  paths.has(key) || [...paths].some((path) => path.startsWith(`${key}.`) || path.startsWith(`${key}[`));

/** Every value of a file by its path; null where it has no structure. */
async function valuesOf(file: string, text: string): Promise<Map<string, string> | null> {
  if (isDotenv(file)) return readDotenvValues(text);
  if (!/\.(?:ya?ml|json)$/.test(file)) return null;
  const documents = await readYaml(text).catch(() => null);
  if (!documents) return null;
  return new Map(
    documents.flatMap(({ scalars }, index) =>
      scalars.map(({ path, value }): [string, string] => [`${index} ${formatPath(path)}`, value]),
    ),
  );
}
