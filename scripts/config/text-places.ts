/** References in any other text: Dockerfiles, TOML, scripts, templates. Reported, not written. */
import type { Found, Place, Reading } from './format.ts';
import { referenceIn } from './judge.ts';
import { startOfLine } from './lines.ts';

export function readText({ file, text, find }: Reading): Found {
  const format = formatOf(file);
  const places = find(text).flatMap(({ value, start, end }): Place[] => {
    const before = startOfLine(text, start);
    if (isComment(before, format) || (!value.includes('@') && isBare(value, before))) return [];
    return [
      {
        format,
        path: keyBefore(before),
        value,
        span: { start, end },
        role: 'mention',
        keepsTag: true,
        snippet: (reference) => lineFor(before, format, reference),
      },
    ];
  });
  return { places, warnings: [] };
}

/** With the places of the keys that the settings name as the program's own. What is not found is not put in: where it would go depends on the language. */
export function withKeys(reading: Reading, keys: readonly string[]): Found {
  const found = readText(reading);
  const missing = keys.filter((key) => !found.places.some(({ path }) => path === key));
  const places = found.places.map((place): Place => {
    if (!keys.includes(place.path)) return place;
    const several = found.places.filter(({ path }) => path === place.path).length > 1;
    return { ...place, role: 'own', ...(several ? { ambiguous: true } : {}) };
  });
  return { ...found, places: [...places, ...missing.map((key) => notFound(reading.file, key))] };
}

const notFound = (file: string, key: string): Place => ({
  format: formatOf(file),
  path: key,
  value: null,
  span: { start: 0, end: 0 },
  role: 'own',
  keepsTag: true,
  ambiguous: true,
  snippet: (reference) => lineFor(`${key}=`, formatOf(file), reference),
});

function formatOf(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  if (/^(?:Dockerfile|Containerfile)(?:\.|$)|\.(?:Dockerfile|Containerfile)$/i.test(name))
    return 'dockerfile';
  return /\.(toml|json|ya?ml)$/.exec(name)?.[1]?.replace('yml', 'yaml') ?? 'text';
}

const isComment = (before: string, format: string): boolean =>
  /^\s*(?:#|\/\/|;|--\s)/.test(before) || (format !== 'text' && /\s#/.test(before) && !/["']/.test(before));

/** A name without tag or digest pulls something only where an image is expected. */
const isBare = (value: string, before: string): boolean =>
  !referenceIn(value)?.tag &&
  !/(?:\bFROM\s(?:.*\s)?|\bimage["']?\s*[:=]\s*["']?)$/i.test(before) &&
  !/[$<{]/.test(value);

/** A key right before the value, and nothing that could be another value. */
const KEY = /(?:^|[\s{,(])["']?([A-Za-z_][\w.-]*)["']?\s*(?:[:?]{0,2}=|:)\s*["']?$/;
/** `ENV KEY value` */
const ENV = /^\s*ENV\s+([A-Za-z_]\w*)\s+["']?$/i;

const keyBefore = (before: string): string =>
  KEY.exec(before)?.[1] ?? ENV.exec(before)?.[1] ?? /^\s*(FROM|COPY|RUN|ARG|ENV)\b/.exec(before)?.[1] ?? '';

function lineFor(before: string, format: string, reference: string): string {
  const key = KEY.exec(before)?.[1];
  if (!key) return reference;
  if (format === 'toml') return `${key} = "${reference}"`;
  if (format === 'json') return `"${key}": "${reference}"`;
  return format === 'yaml' ? `${key}: "${reference}"` : `${key}=${reference}`;
}
