/**
 * YAML (and JSON, which is YAML) as a list of scalars with their paths and their places in the text.
 * The text is never written back from a parsed tree: only what stands at a scalar's place is replaced.
 */
import type { Document, Node, Pair, Scalar, YAMLMap } from 'yaml';
import { type Span, Unparsable } from './format.ts';
import { lineAt, startOfLine } from './lines.ts';

/** By its name; kustomize reads one without an ending as well. */
export const isYaml = (file: string): boolean => /\.(?:ya?ml|json)$|(?:^|\/)Kustomization$/.test(file);

export type YamlPath = readonly (string | number)[];

export interface YamlScalar {
  readonly path: YamlPath;
  readonly value: string;
  /** What is between the quotes, or the whole body of a block scalar, from its first line. */
  readonly span: Span;
  readonly style: 'plain' | 'quoted' | 'block';
  /** A key on the way to it stands twice in its mapping. */
  readonly ambiguous: boolean;
}

/** A value that stands at its anchor, and by an alias or a merge key at this path, too. */
export interface AliasedScalar {
  readonly path: YamlPath;
  readonly value: string;
}

/** A mapping, with what it takes to add a key to it. */
export interface YamlMapping {
  readonly path: YamlPath;
  readonly keys: readonly string[];
  readonly flow: boolean;
  readonly span: Span;
  /** Column of the first key, in characters. */
  readonly indent: number;
}

export interface YamlContent {
  readonly scalars: readonly YamlScalar[];
  readonly mappings: readonly YamlMapping[];
  readonly aliases: readonly AliasedScalar[];
}

/**
 * Each document of a stream.
 * @throws Unparsable
 */
export async function readYaml(text: string): Promise<YamlContent[]> {
  const { parseAllDocuments, isAlias, isMap, isScalar, isSeq } = await import('yaml');
  // keys that stand twice are for us to judge, where they matter
  const parsed = parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent', prettyErrors: false });
  const documents = Array.isArray(parsed) ? (parsed as Document.Parsed[]) : [];
  return documents.map((document) => {
    const {
      contents,
      errors: [error],
    } = document;
    if (error) throw new Unparsable(`line ${lineAt(text, error.pos[0])}: ${error.code}`);
    const scalars: YamlScalar[] = [];
    const mappings: YamlMapping[] = [];
    const aliases: AliasedScalar[] = [];

    /** `depth`: an anchor may hold an alias of itself. */
    const follow = (node: unknown, path: YamlPath, depth = 0): void => {
      if (depth > DEEPEST) return;
      if (isScalar(node)) aliases.push({ path, value: placed(node as Scalar.Parsed, text).value });
      else if (isAlias(node)) follow(node.resolve(document), path, depth + 1);
      else if (isMap(node)) {
        for (const pair of node.items) follow(pair.value, within(path, keyOf(pair, isScalar)), depth + 1);
      }
    };

    const visit = (node: unknown, path: YamlPath, ambiguous: boolean): void => {
      if (isScalar(node)) scalars.push({ path, ambiguous, ...placed(node as Scalar.Parsed, text) });
      else if (isAlias(node)) follow(node, path.at(-1) === MERGE ? path.slice(0, -1) : path);
      else if (isSeq(node)) {
        node.items.forEach((item, index) => {
          visit(item, [...path, index], ambiguous);
        });
      } else if (isMap(node)) {
        const pairs = node.items.map((pair) => ({ pair, key: keyOf(pair, isScalar) }));
        mappings.push(
          mappingOf(
            node as YAMLMap.Parsed,
            path,
            pairs.map(({ key }) => key),
            text,
          ),
        );
        const counts = new Map<string, number>();
        for (const { key } of pairs) counts.set(key, (counts.get(key) ?? 0) + 1);
        for (const { pair, key } of pairs)
          visit(pair.value, [...path, key], ambiguous || (counts.get(key) ?? 0) > 1);
      }
    };
    visit(contents, [], false);
    return { scalars, mappings, aliases };
  });
}

const MERGE = '<<';
const DEEPEST = 8;

/** What is merged stands beside the keys that it is merged with. */
const within = (path: YamlPath, key: string): YamlPath => (key === MERGE ? path : [...path, key]);

const keyOf = (pair: Pair, isScalar: (node: unknown) => node is Scalar): string =>
  isScalar(pair.key) ? String(pair.key.value) : String(pair.key);

function placed({ range, type, value }: Scalar.Parsed, text: string): Omit<YamlScalar, 'path' | 'ambiguous'> {
  const [start, end] = range;
  const said = typeof value === 'string' ? value : text.slice(start, end);
  if (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') {
    return { value: said, style: 'quoted', span: { start: start + 1, end: end - 1 } };
  }
  if (type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED') {
    const body = text.indexOf('\n', start) + 1;
    return { value: said, style: 'block', span: { start: body > start ? body : end, end } };
  }
  if (start < end) return { value: said, style: 'plain', span: { start, end } };
  // nothing is there: right after the colon, so that a comment behind it stays apart
  const at = start - (/[ \t]*$/.exec(startOfLine(text, start))?.[0].length ?? 0);
  return { value: said, style: 'plain', span: { start: at, end: at } };
}

function mappingOf(
  { range, flow, items }: YAMLMap.Parsed,
  path: YamlPath,
  keys: string[],
  text: string,
): YamlMapping {
  const start = (items[0]?.key as Node | undefined)?.range?.[0] ?? range[0];
  const indent =
    start -
    (text.lastIndexOf('\n', start - 1) + 1) -
    (text.startsWith('\uFEFF') && !text.slice(0, start).includes('\n') ? 1 : 0);
  return { path, keys, flow: flow === true, indent, span: { start: range[0], end: range[1] } };
}

/** `applications[0].runtime_env.image_uri`; a key that holds other characters stands in quotes. */
export const formatPath = (path: YamlPath): string =>
  path
    .map((part, index) =>
      typeof part === 'number'
        ? `[${part}]`
        : /^[\w/$-]+$/.test(part)
          ? `${index ? '.' : ''}${part}`
          : `[${JSON.stringify(part)}]`,
    )
    .join('');

/** The parts of a path as people write it, a leading `$.` or `.` left out. Undefined if it is none. */
export function parsePath(text: string): YamlPath | undefined {
  const parts: (string | number)[] = [];
  const part = /(?:^\$?\.?|\.)([^.[\]"]+)|\[(\d+)\]|\[("(?:\\.|[^"\\])*")\]/y;
  for (let at = 0; at < text.length; at = part.lastIndex) {
    part.lastIndex = at;
    const [, key, index, quoted] = part.exec(text) ?? [];
    if (key !== undefined) parts.push(key);
    else if (index !== undefined) parts.push(Number(index));
    else if (quoted !== undefined) parts.push(JSON.parse(quoted) as string);
    else return undefined;
  }
  return parts.length ? parts : undefined;
}
