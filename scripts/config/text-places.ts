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
const KEY = /(?:^|[\s{,(])["']?([A-Za-z_][\w.-]*)["']?\s*[:=]\s*["']?$/;

const keyBefore = (before: string): string =>
  KEY.exec(before)?.[1] ?? /^\s*(FROM|COPY|RUN|ARG|ENV)\b/.exec(before)?.[1] ?? '';

function lineFor(before: string, format: string, reference: string): string {
  const key = KEY.exec(before)?.[1];
  if (!key) return reference;
  if (format === 'toml') return `${key} = "${reference}"`;
  if (format === 'json') return `"${key}": "${reference}"`;
  return format === 'yaml' ? `${key}: "${reference}"` : `${key}=${reference}`;
}
