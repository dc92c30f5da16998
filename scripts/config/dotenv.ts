/** `.env`: keys and values as dotenv reads them, with the place of each value. */
import {
  type Found,
  IMAGE_KEY,
  type Place,
  type Reading,
  type Role,
  type Span,
  Unparsable,
} from './format.ts';
import { lineAt, restOfLine } from './lines.ts';
import { markerAfter } from './marker.ts';
import type { Token } from './tokens.ts';

interface Entry {
  readonly key: string;
  readonly value: string;
  readonly span: Span;
}

/** @throws Unparsable */
export function readDotenv({ file, text, find, named }: Reading): Found {
  const entries = entriesOf(text);
  const own = new Set([...(file === '.env' ? [IMAGE_KEY] : []), ...named]);
  const places: Place[] = [];
  for (const key of own) {
    if (key === '') continue;
    const held = entries.filter((entry) => entry.key === key);
    const last = held.at(-1);
    places.push(last ? { ...valuePlace(last, 'own'), ...several(held) } : absent(key, text));
  }
  for (const entry of entries.filter(({ key }) => !own.has(key))) {
    const tokens = find(entry.value);
    places.push(...tokens.map((token) => tokenPlace(entry, token)));
    if (tokens.length === 0 && markerAfter(text, entry.span.end)) places.push(valuePlace(entry, 'mention'));
  }
  return { places, warnings: [] };
}

/** Every value by its key, as the last one of a name has it. */
export const readDotenvValues = (text: string): Map<string, string> =>
  new Map(entriesOf(text).map(({ key, value }) => [key, value]));

const several = (held: readonly Entry[]) => (held.length > 1 ? { ambiguous: true } : {});

const valuePlace = ({ key, value, span }: Entry, role: Role): Place => ({
  format: 'dotenv',
  path: key,
  value,
  span,
  role,
  keepsTag: false,
  snippet: (reference) => `${key}=${reference}`,
});

/** Only the reference: what else stands in the value is nobody's business. */
function tokenPlace(entry: Entry, { value, start, end }: Token): Place {
  const place = valuePlace(entry, 'mention');
  if (value === entry.value) return place;
  const span = { start: entry.span.start + start, end: entry.span.start + end };
  return { ...place, value, span, snippet: (reference) => reference };
}

/** A line for a key that is not there yet, at the end, in the file's own line ends. */
function absent(key: string, text: string): Place {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const whole = text === '' || text === '\uFEFF' || text.endsWith('\n');
  return {
    format: 'dotenv',
    path: key,
    value: null,
    span: { start: text.length, end: text.length },
    role: 'own',
    keepsTag: false,
    written: (reference) => (whole ? `${key}=${reference}${end}` : `${end}${key}=${reference}`),
    snippet: (reference) => `${key}=${reference}`,
  };
}

const KEY = /[ \t\uFEFF]*(?:export[ \t]+)?([\w.-]+)[ \t]*(?:=|:(?=[ \t]))[ \t]*/y;
const NOTHING = /[ \t\uFEFF]*(?:#[^\r\n]*)?(?=[\r\n]|$)/y;

function entriesOf(text: string): Entry[] {
  if (text.includes('\0')) throw new Unparsable('it is no text');
  if (/^(?:<{7}|>{7}) /m.test(text)) throw new Unparsable('it holds an unresolved merge conflict');
  const entries: Entry[] = [];
  let other: number | null = null;
  for (let at = 0; at < text.length; at = nextLine(text, at)) {
    KEY.lastIndex = at;
    const [head, key] = KEY.exec(text) ?? [];
    if (head === undefined || key === undefined) {
      NOTHING.lastIndex = at;
      if (!NOTHING.test(text)) other ??= at;
      continue;
    }
    const span = valueSpan(text, at + head.length, at + head.trimEnd().length);
    entries.push({ key, value: text.slice(span.start, span.end), span });
    at = span.end;
  }
  if (entries.length === 0 && other !== null) {
    throw new Unparsable(`line ${lineAt(text, other)} is no KEY=value`);
  }
  return entries;
}

/** `at`: after the white space that follows `=`; `sign`: right after `=`. */
function valueSpan(text: string, at: number, sign: number): Span {
  const quote = text[at];
  if (quote === '"' || quote === "'" || quote === '`') {
    const body = new RegExp(
      String.raw`((?:\\[\s\S]|[^\\${quote}])*)${quote}[ \t]*(?:#[^\r\n]*)?(?=[\r\n]|$)`,
      'y',
    );
    body.lastIndex = at + 1;
    const inner = body.exec(text)?.[1];
    if (inner !== undefined) return { start: at + 1, end: at + 1 + inner.length };
    // as dotenv has it, what only begins with a quoted part is not quoted
    if (!restOfLine(text, at + 1).includes(quote)) {
      throw new Unparsable(`a quote opened in line ${lineAt(text, at)} is not closed`);
    }
  }
  const [rest = ''] = /^[^#\r\n]*/.exec(text.slice(at)) ?? [];
  const length = rest.trimEnd().length;
  return length ? { start: at, end: at + length } : { start: sign, end: sign };
}

function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}
