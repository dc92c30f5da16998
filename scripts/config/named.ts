/** Places that the settings name: by key, by path, or a whole file; also where they are not there yet. */
import { type Found, type Place, type Reading, Unparsable } from './format.ts';
import { startOfLine } from './lines.ts';
import {
  formatPath,
  parsePath,
  readYaml,
  type YamlContent,
  type YamlMapping,
  type YamlPath,
} from './yaml.ts';

/** What was found, with the named places among it as the program's own, and those that are missing put in. */
export async function withNamed({ file, text, named }: Reading, found: Found): Promise<Found> {
  const paths = named.filter((path) => path !== '');
  if (paths.length === 0) return found;
  const documents = await readYaml(text);
  const asked = paths.map((path) => {
    const parts = parsePath(path);
    if (!parts) throw new Unparsable(`${JSON.stringify(path)} is no path in it`);
    return parts;
  });
  const rest = found.places.filter(({ path }) => !asked.some((parts) => isUnder(path, formatPath(parts))));
  const own = asked.flatMap((parts) => {
    const inside = found.places.filter(({ path }) => isUnder(path, formatPath(parts)));
    if (inside.length) return inside.map((place): Place => ({ ...place, role: 'own' }));
    return [held(file, documents, parts) ?? missing(file, text, documents, parts)];
  });
  return { ...found, places: [...rest, ...eachOnce(own)] };
}

/** Two paths may lead to one value: `image.repository` and `image.digest`. */
const eachOnce = (places: readonly Place[]): Place[] =>
  places.filter(
    ({ path, span }, at) =>
      places.findIndex((one) => one.path === path && one.span.start === span.start) === at,
  );

/** `image` names the digest below `image.repository`, too. */
function isUnder(path: string, asked: string): boolean {
  const parent = asked.replace(/\.(?:repository|tag|digest|name|newName|newTag)$/, '');
  return (
    path === asked ||
    (parent !== asked &&
      new RegExp(`^${parent.replaceAll(/[.[\]$]/g, '\\$&')}\\.(?:tag|newTag|digest)$`).test(path)) ||
    ['digest', 'tag', 'newTag'].some((key) => path === `${asked}.${key}`)
  );
}

/** A value that names no image of the repository: it is there, and will be judged. */
function held(file: string, documents: readonly YamlContent[], parts: YamlPath): Place | undefined {
  const scalars = documents
    .flatMap(({ scalars }) => scalars)
    .filter(({ path }) => formatPath(path) === formatPath(parts));
  const [scalar] = scalars;
  if (!scalar) return undefined;
  return {
    ...common(file, parts),
    value: scalar.value.trim(),
    span: scalar.span,
    ...(scalar.ambiguous || scalars.length > 1 || scalar.style === 'block' ? { ambiguous: true } : {}),
    ...(scalar.style === 'plain' && scalar.span.start === scalar.span.end
      ? { written: (reference: string) => ` ${reference}` }
      : {}),
  };
}

const common = (file: string, parts: YamlPath) => {
  const key = String(parts.at(-1));
  const json = file.endsWith('.json');
  return {
    format: json ? 'json' : 'yaml',
    path: formatPath(parts),
    role: 'own' as const,
    keepsTag: !/^data\/config\//.test(file) && !parts.includes('runtime_env'),
    snippet: (reference: string) => (json ? `"${key}": "${reference}"` : `${key}: "${reference}"`),
  };
};

/** Where a key that is not there would go: at the end of the deepest mapping of its path that is. */
function missing(file: string, text: string, documents: readonly YamlContent[], parts: YamlPath): Place {
  const place = { ...common(file, parts), value: null };
  const mappings = documents.flatMap((document) => document.mappings);
  const depths = parts.map((_, depth) => parts.slice(0, parts.length - 1 - depth));
  const parents = depths.flatMap((path) =>
    mappings.filter((mapping) => formatPath(mapping.path) === formatPath(path)).slice(0, 1),
  );
  const [parent] = parents;
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  if (!parent) {
    if (documents.some(({ scalars }) => scalars.some(({ value }) => value !== '')))
      return { ...place, span: { start: 0, end: 0 }, ambiguous: true };
    return {
      ...place,
      span: { start: text.length, end: text.length },
      written: (reference) => lines(parts, '', reference, file, end),
    };
  }
  const keys = parts.slice(parent.path.length);
  // what stands in the way is no mapping: nothing is guessed
  const blocked = parent.keys.includes(String(keys[0])) || keys.some((key) => typeof key === 'number');
  if (blocked || (parent.flow && parent.keys.length === 0 && file.endsWith('.json')))
    return { ...place, span: parent.span, ambiguous: true };
  return { ...place, ...insertion(text, parent, keys, end) };
}

function insertion(
  text: string,
  parent: YamlMapping,
  keys: YamlPath,
  end: string,
): Pick<Place, 'span' | 'written'> {
  if (parent.flow) {
    const close = parent.span.end - 1;
    const at = close - (/\s*$/.exec(text.slice(parent.span.start, close))?.[0].length ?? 0);
    return {
      span: { start: at, end: at },
      written: (reference) => `${parent.keys.length ? ', ' : ''}${flowPair(keys, reference)}`,
    };
  }
  const body = text.slice(0, parent.span.end).replace(/[ \t\r\n]+$/, '');
  const lineEnd = text.indexOf('\n', body.length);
  const at = lineEnd < 0 ? text.length : lineEnd + 1;
  const open = lineEnd < 0;
  const indent = /^[ \t]*$/.test(startOfLine(text, parent.span.start).replace('\uFEFF', ''))
    ? startOfLine(text, parent.span.start).replace('\uFEFF', '')
    : ' '.repeat(parent.indent);
  return {
    span: { start: at, end: at },
    written: (reference) => {
      const added = lines(keys, indent, reference, '', end);
      return open ? `${end}${added.slice(0, -end.length)}` : added;
    },
  };
}

const flowPair = ([key, ...rest]: YamlPath, reference: string): string =>
  `"${key}": ${rest.length ? `{${flowPair(rest, reference)}}` : `"${reference}"`}`;

/** The keys as nested block mappings, or a JSON document of its own. */
function lines(keys: YamlPath, indent: string, reference: string, file: string, end: string): string {
  if (file.endsWith('.json')) {
    const tree = keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), reference);
    return `${JSON.stringify(tree, null, 2)}${end}`;
  }
  return keys
    .map(
      (key, depth) =>
        `${indent}${'  '.repeat(depth)}${key}:${depth === keys.length - 1 ? ` "${reference}"` : ''}${end}`,
    )
    .join('');
}
