/** From judged places to the new text of each file, proofread before anything is written. */
import { Failure } from '../errors.ts';
import type { Rewrite } from '../io/write-together.ts';
import { parseReference } from '../oci/reference.ts';
import { readDotenvValues } from './dotenv.ts';
import { diffOf, type Edit, edited } from './edits.ts';
import { isDotenv } from './places.ts';
import type { Source } from './source.ts';
import type { SurveyedFile } from './survey.ts';
import { tokenFinder } from './tokens.ts';
import { formatPath, isYaml, readYaml } from './yaml.ts';

interface PlacedEdit extends Edit {
  readonly path: string;
  readonly reference: string;
}

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
  const edits = written.map(({ place, expected }): PlacedEdit => {
    const reference = expected ?? '';
    return {
      ...place.span,
      path: place.path,
      reference,
      replacement: place.written?.(reference) ?? reference,
    };
  });
  if (edits.length === 0) return null;
  const text = edited(source.text, edits);
  await proofread(source, text, edits);
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
  planned
    .map(({ source, edits }) => diffOf(source.file, source.text, edits, source.bytes ? 'changed' : 'new'))
    .join('');

/** Reads both texts and compares all values: only those of the edits differ, and they say what they should. */
async function proofread(
  { file, text, encoding }: Source,
  after: string,
  edits: readonly PlacedEdit[],
): Promise<void> {
  const [was, is] = await Promise.all([valuesOf(file, text), valuesOf(file, after)]);
  if (!was) return;
  const keys = new Set([...was.keys(), ...(is?.keys() ?? [])]);
  const wrong = [...keys].filter((key) => {
    const [before, now] = [was.get(key), is?.get(key)];
    return before !== now && !isMeant(key.slice(key.indexOf(' ') + 1), before, now, text, edits);
  });
  if (is && wrong.length === 0 && Buffer.from(after, encoding).toString(encoding) === after) return;
  const paths = [...new Set(edits.map(({ path }) => path))];
  throw new Failure(
    'FILE_AMBIGUOUS',
    `${file}: writing ${paths.join(', ')} would change something else in it`,
    {
      hint: 'nothing was written; write the value there by hand',
    },
  );
}

function isMeant(
  key: string,
  before: string | undefined,
  now: string | undefined,
  text: string,
  edits: readonly PlacedEdit[],
): boolean {
  // the path of a place in a string begins with the path of the string
  if (edits.some(({ path }) => path.startsWith(`${key}.`) || path.startsWith(`${key}[`))) return true;
  const here = edits.filter(({ path }) => path === key);
  if (here.some(({ replacement, reference }) => now === replacement.trim() || now?.trim() === reference))
    return true;
  return here.length > 0 && now === withTokens(before ?? '', text, here);
}

/** Only where a reader finds the whole reference: a mirror's name ends with it as well. */
function withTokens(value: string, text: string, edits: readonly PlacedEdit[]): string {
  return edits.reduce((made, { start, end, replacement, reference }) => {
    const old = text.slice(start, end);
    const tokens = tokenFinder(parseReference(reference).repository)(made).filter((one) => one.value === old);
    return edited(
      made,
      tokens.map((token) => ({ ...token, replacement })),
    );
  }, value);
}

/** Every value of a file by its path; null where it has no structure. */
async function valuesOf(file: string, text: string): Promise<Map<string, string> | null> {
  if (isDotenv(file)) return readDotenvValues(text);
  if (!isYaml(file)) return null;
  const documents = await readYaml(text).catch(() => null);
  if (!documents) return null;
  return new Map(
    documents.flatMap(({ scalars }, index) =>
      scalars.map(({ path, value }): [string, string] => [`${index} ${formatPath(path)}`, value]),
    ),
  );
}
