/** Projects made up at random: YAML and dotenv in all the ways people write them, with references in places that are written. */
import { parse as parseDotenv } from 'dotenv';
import fc from 'fast-check';
import { Document, isScalar, parseAllDocuments, visit } from 'yaml';
import { expectedFrom } from '../../scripts/config/expected.ts';
import { placesOf } from '../../scripts/config/places.ts';
import { plan } from '../../scripts/config/rewrite.ts';
import { type Source, textOf } from '../../scripts/config/source.ts';
import { judged } from '../../scripts/config/survey.ts';
import { tokenFinder } from '../../scripts/config/tokens.ts';
import { parseReference } from '../../scripts/oci/reference.ts';
import { IMAGE, NEW, OLD } from './project.ts';

export const BEFORE = `${IMAGE}@${OLD}`;
export const AFTER = `${IMAGE}@${NEW}`;

/** The text with that reference applied, without a file. */
export async function applied(file: string, text: string, uri: string): Promise<string> {
  const reference = parseReference(uri);
  const bytes = Buffer.from(text);
  const source: Source = { file, path: `/${file}`, bytes, ...textOf(bytes) };
  const find = tokenFinder(reference.repository);
  const { places, unparsable } = await placesOf({ file, text: source.text, find, named: [] });
  if (unparsable) throw new Error(unparsable);
  const wanted = expectedFrom(reference, { repository: reference.repository, byDefault: null }, places);
  const [planned] = await plan([{ source, places: places.flatMap((place) => judged(place, wanted) ?? []) }]);
  return planned?.after?.toString() ?? text;
}

const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
const scalar = fc.oneof(
  word,
  fc
    .string({ unit: 'binary', maxLength: 20 })
    .map((text) => text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S}\n\t ]/gu, '')),
  fc.constantFrom(
    '',
    ' ',
    '#',
    'a: b',
    '- x',
    "it's",
    '"q"',
    'yes',
    '1.0',
    'null',
    '*a',
    '&b',
    '!c',
    '%d',
    '@e',
    '`f',
    'ä€😀',
    'a\nb\n',
    'x '.repeat(60),
    '$HOME',
    'a\tb',
    '---',
    'ghcr.io/acme/other:1',
    'https://ghcr.io/acme/agents',
  ),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const tree = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 2 },
    scalar,
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(word, tie('node'), { maxKeys: 3 }),
  ),
})).node;

/** Keys in any order. */
const mixed = (others: fc.Arbitrary<Record<string, unknown>>, own: Record<string, unknown>) =>
  fc.tuple(others, fc.nat()).map(([rest, seed]) => {
    const entries = [...Object.entries(rest).filter(([key]) => !(key in own)), ...Object.entries(own)];
    const at = entries.length ? seed % entries.length : 0;
    return Object.fromEntries([...entries.slice(at), ...entries.slice(0, at)]);
  });
const others = fc.dictionary(word, tree, { maxKeys: 3 });

const serveApplication = mixed(others, { CONTAINER_IMAGE_URI: BEFORE })
  .chain((env_vars) => mixed(others, { env_vars }))
  .chain((runtime_env) => mixed(others, { runtime_env }));

interface Style {
  readonly indent: number;
  readonly indentSeq: boolean;
  readonly lineWidth: number;
  readonly collectionStyle: 'any' | 'block' | 'flow';
  readonly defaultStringType: 'PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE';
  readonly flowCollectionPadding: boolean;
  readonly comments: readonly string[];
  readonly anchors: boolean;
  readonly crlf: boolean;
  readonly bom: boolean;
  readonly noEnd: boolean;
}
const style: fc.Arbitrary<Style> = fc.record({
  indent: fc.integer({ min: 1, max: 6 }),
  indentSeq: fc.boolean(),
  lineWidth: fc.constantFrom(0, 40, 80),
  collectionStyle: fc.constantFrom('any', 'block', 'flow'),
  defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'),
  flowCollectionPadding: fc.boolean(),
  comments: fc.array(fc.constantFrom('', ' keep', ` ${BEFORE}`, ' a: b', ' "'), { maxLength: 8 }),
  anchors: fc.boolean(),
  crlf: fc.boolean(),
  bom: fc.boolean(),
  noEnd: fc.boolean(),
});

function written(value: unknown, { comments, anchors, crlf, bom, noEnd, ...options }: Style): string {
  const document = new Document(value);
  let count = 0;
  visit(document, {
    Scalar(key, node) {
      const comment = comments[count++ % (comments.length + 3)];
      if (key === 'key' || !isScalar(node)) return;
      if (comment && options.collectionStyle !== 'flow') node.comment = comment;
      if (anchors && count % 3 === 0) node.anchor = `a${count}`;
    },
  });
  const text = document.toString(options);
  const cut = noEnd ? text.replace(/\n$/, '') : text;
  return `${bom ? '\uFEFF' : ''}${crlf ? cut.replaceAll('\n', '\r\n') : cut}`;
}

/** What is read back from it; null for what even its author cannot read. */
const readBack = (text: string): unknown[] | null => {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length)) return null;
  return documents.map((document) =>
    JSON.parse(JSON.stringify(document.toJS()), (key, value) =>
      key === 'serveConfigV2' && typeof value === 'string' ? readBack(value) : value,
    ),
  );
};

const inside = (value: unknown, uri: string): string => JSON.stringify(value).replaceAll(BEFORE, uri);

export interface Case {
  readonly file: string;
  readonly text: string;
}

const dataConfig = fc
  .tuple(serveApplication, style)
  .map(([app, how]): Case => ({ file: 'data/config/app.yaml', text: written(app, how) }));
const kubernetes = fc.tuple(others, style).chain(([labels, how]) =>
  mixed(fc.constant(labels), {
    apiVersion: 'v1',
    kind: 'Pod',
    spec: { containers: [{ name: 'a', image: BEFORE }, { args: [`--x=${BEFORE}`] }] },
  }).map((pod): Case => ({ file: 'k8s/pod.yaml', text: written(pod, how) })),
);
const kubeRay = fc.tuple(serveApplication, style, style).map(([app, inner, outer]): Case => {
  const serveConfigV2 = written({ applications: [app] }, { ...inner, lineWidth: 0, crlf: false, bom: false });
  return {
    file: 'ray/service.yaml',
    text: written({ apiVersion: 'ray.io/v1', kind: 'RayService', spec: { serveConfigV2 } }, outer),
  };
});

/** What its author's own library cannot read back is no case. */
const readable = (cases: fc.Arbitrary<Case>) => cases.filter(({ text }) => readBack(text) !== null);

/** Of each of the four kinds, in the slow tests: 100,000 altogether. They stand in two files, for two processors. */
export const SLOW_CASES = 25_000;

export const yamlCases = {
  'Ray Serve': readable(dataConfig),
  Kubernetes: readable(kubernetes),
  KubeRay: readable(kubeRay),
};

/** Only the value has changed, the bytes around it are the same, and the old value gives the old bytes. */
export async function holdsForYaml({ file, text }: Case): Promise<void> {
  const after = await applied(file, text, AFTER);
  const folded = /\\\r?\n/.test(text);
  // a reference that is folded inside a longer string is refused
  if (folded && after === text) return;
  const [was, is] = [readBack(text), readBack(after)];
  if (inside(is, AFTER) !== inside(was, AFTER)) throw new Error('another value changed');
  if (JSON.stringify(is).includes(BEFORE)) throw new Error('a value was left');
  if (folded) return;
  // a comment names the old one, and keeps it
  if (text.replaceAll(BEFORE, AFTER) !== after.replaceAll(BEFORE, AFTER))
    throw new Error('bytes around it changed');
  if ((await applied(file, after, BEFORE)) !== text) throw new Error('it does not go back');
}

const raw = fc.oneof(
  fc.string({ maxLength: 16 }).map((text) => text.replaceAll(/[^ -~ä€😀\t]/gu, '')),
  fc.constantFrom(
    '',
    ' x # y',
    "'a b'",
    '"a # b"',
    '`c`',
    '"a\nb"',
    "'k\nCONTAINER_IMAGE_URI=no\n'",
    'a=b',
    '\\',
    "it's ok's",
    '"a" b',
    `ghcr.io/acme/other@${OLD}`,
  ),
);
const entry = fc
  .tuple(
    fc.constantFrom('', 'export ', '  '),
    fc.stringMatching(/^[A-Z][A-Z0-9_.]{0,8}$/),
    fc.constantFrom('=', ' = ', '= ', ': '),
    raw,
  )
  .map((parts) => parts.join(''));
const line = fc.oneof(
  entry,
  fc.constantFrom('', '   ', '# CONTAINER_IMAGE_URI=x', '\t# y', 'FREE', `#${BEFORE}`),
);
const imageLine = fc
  .tuple(
    fc.constantFrom('', 'export ', ' '),
    fc.constantFrom('=', ' = ', '= '),
    fc.constantFrom('', '"', "'", '`'),
    fc.constantFrom('', ' ', ' # keep', '   #x'),
  )
  .map(
    ([head, equals, quote, tail]) => `${head}CONTAINER_IMAGE_URI${equals}${quote}${BEFORE}${quote}${tail}`,
  );

export const dotenvCase = fc
  .tuple(
    fc.array(line, { maxLength: 6 }),
    imageLine,
    fc.array(line, { maxLength: 6 }),
    fc.constantFrom('\n', '\r\n'),
    fc.boolean(),
    fc.boolean(),
  )
  .map(
    ([before, image, after, end, bom, last]) =>
      `${bom ? '\uFEFF' : ''}${[...before, image, ...after].join('\n').replaceAll('\n', end)}${last ? end : ''}`,
  )
  .filter((text) => parseDotenv(text).CONTAINER_IMAGE_URI === BEFORE);

export async function holdsForDotenv(text: string): Promise<void> {
  const after = await applied('.env', text, AFTER).catch((error: Error) => {
    // dotenv lets it pass, this program does not touch such a file
    if (error.message.includes('is not closed')) return fc.pre(false) as never;
    throw error;
  });
  const { CONTAINER_IMAGE_URI: uri, ...rest } = parseDotenv(after);
  const { CONTAINER_IMAGE_URI: _, ...before } = parseDotenv(text);
  if (uri !== AFTER) throw new Error(`it says ${uri}`);
  if (JSON.stringify(rest) !== JSON.stringify(before)) throw new Error('another value changed');
  const at = after.indexOf(AFTER);
  if (after.slice(0, at) + BEFORE + after.slice(at + AFTER.length) !== text)
    throw new Error('bytes outside the token changed');
  if ((await applied('.env', after, BEFORE)) !== text) throw new Error('it does not go back');
}
