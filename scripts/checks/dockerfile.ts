/** What a Dockerfile takes from the build context. Read roughly: enough to say which COPY and ADD reach for a path. */
import { matches } from './ignore-file.ts';

export interface Copy {
  /** From 1. */
  readonly line: number;
  readonly sources: readonly string[];
  /** `COPY --exclude`. */
  readonly excluded: readonly string[];
}

export interface Dockerfile {
  readonly copies: readonly Copy[];
  readonly hasRun: boolean;
  /** A RUN step in a stage that is not built on the machine's own platform (`FROM --platform=$BUILDPLATFORM`). */
  readonly runsTarget: boolean;
}

interface Instruction {
  readonly line: number;
  readonly word: string;
  readonly rest: string;
}

export function parseDockerfile(text: string): Dockerfile {
  const all = instructions(text);
  const args = new Map<string, string>();
  const copies: Copy[] = [];
  let native = false;
  let runsTarget = false;
  for (const { line, word, rest } of all) {
    if (word === 'ARG' || word === 'ENV') remember(args, rest);
    if (word === 'FROM') native = /--platform=\$\{?BUILDPLATFORM/.test(rest);
    if (word === 'RUN') runsTarget ||= !native;
    if (word === 'COPY' || word === 'ADD') copies.push(...copyOf(line, expand(rest, args)));
  }
  return {
    copies,
    hasRun: all.some(({ word }) => word === 'RUN'),
    runsTarget,
  };
}

/** The first COPY or ADD that takes this path of the context (relative, `/` between its parts) into an image. */
export const copyThatTakes = (file: Dockerfile, path: string): Copy | undefined =>
  file.copies.find(
    ({ sources, excluded }) => sources.some((source) => takes(source, path)) && !matches(excluded, path),
  );

function takes(source: string, path: string): boolean {
  const clean = source.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
  return clean === '' || clean === '.' || matches([clean], path);
}

function copyOf(line: number, rest: string): Copy[] {
  const flags: string[] = [];
  let words = rest.trim();
  for (let flag = /^--\S+\s*/.exec(words); flag; flag = /^--\S+\s*/.exec(words)) {
    flags.push(flag[0].trim());
    words = words.slice(flag[0].length);
  }
  if (flags.some((flag) => flag.startsWith('--from='))) return [];
  const excluded = flags.filter((flag) => flag.startsWith('--exclude=')).map((flag) => flag.slice(10));
  const sources = listed(words)
    .slice(0, -1)
    .filter((source) => !/^(?:https?|git|ssh):|^git@|^<</.test(source));
  return sources.length ? [{ line, sources, excluded }] : [];
}

/** `a b dest` or `["a", "b", "dest"]`. */
function listed(words: string): string[] {
  if (words.startsWith('[')) {
    try {
      const json: unknown = JSON.parse(words);
      if (Array.isArray(json)) return json.map(String);
    } catch {
      // then it is not the JSON form
    }
  }
  return words.match(/"[^"]*"|'[^']*'|\S+/g)?.map((word) => word.replace(/^(["'])(.*)\1$/, '$2')) ?? [];
}

function remember(args: Map<string, string>, rest: string): void {
  for (const [, name, value] of rest.matchAll(/([A-Za-z_]\w*)=("[^"]*"|'[^']*'|\S*)/g)) {
    if (name && value !== undefined) args.set(name, value.replace(/^(["'])(.*)\1$/, '$2'));
  }
}

const expand = (text: string, args: ReadonlyMap<string, string>): string =>
  text.replaceAll(/\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g, (whole, braced, fallback, bare) => {
    return args.get(braced ?? bare) ?? fallback ?? whole;
  });

/** Lines joined at the escape character, without comments and without the bodies of here-documents. */
function instructions(text: string): Instruction[] {
  const found: Instruction[] = [];
  const continued = /^\s*#\s*escape\s*=\s*`/im.test(text.split('\n', 5).join('\n')) ? '`' : '\\';
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let whole = lines[at] ?? '';
    if (/^\s*(?:#|$)/.test(whole)) continue;
    while (whole.trimEnd().endsWith(continued) && at + 1 < lines.length) {
      const next = lines[++at] ?? '';
      whole = whole.trimEnd().slice(0, -1) + (/^\s*(?:#|$)/.test(next) ? continued : next);
    }
    const [, word = '', rest = ''] = /^\s*([A-Za-z]+)\s*([\s\S]*)$/.exec(whole) ?? [];
    found.push({ line, word: word.toUpperCase(), rest });
    for (const [, end] of rest.matchAll(/<<-?["']?([A-Za-z_]\w*)["']?/g)) {
      while (at + 1 < lines.length && lines[++at]?.trim() !== end);
    }
  }
  return found;
}
