/** What is to be replaced in a text, and how that is shown. */
import type { Span } from './format.ts';
import { lineAt } from './lines.ts';

export interface Edit extends Span {
  readonly replacement: string;
}

/** The text with the edits made; they do not overlap. */
export function edited(text: string, edits: readonly Edit[]): string {
  let made = '';
  let from = 0;
  for (const { start, end, replacement } of inOrder(edits)) {
    made += text.slice(from, start) + replacement;
    from = end;
  }
  return made + text.slice(from);
}

export const inOrder = (edits: readonly Edit[]): Edit[] =>
  [...edits].sort((a, b) => a.start - b.start || a.end - b.end);

/** A unified diff without context lines; everything outside the tokens is `…`. */
export function diffOf(
  file: string,
  text: string,
  edits: readonly Edit[],
  becomes: 'changed' | 'new' | 'gone' = 'changed',
): string {
  const hunks = lineGroups(text, edits).map(({ line, edits: group }, index, all) => {
    const shift = all.slice(0, index).reduce((sum, { edits: before }) => sum + addedLines(text, before), 0);
    if (group.every((edit) => isInsertion(edit))) return insertionHunk(text, group, line, shift);
    return group.every((edit) => isRemoval(text, edit))
      ? removalHunk(text, group, line, shift)
      : replacementHunk(text, group, line, shift);
  });
  const [from, to] = [
    becomes === 'new' ? '/dev/null' : `a/${file}`,
    becomes === 'gone' ? '/dev/null' : `b/${file}`,
  ];
  return hunks.length ? `--- ${from}\n+++ ${to}\n${hunks.join('')}` : '';
}

interface Group {
  readonly line: number;
  readonly edits: readonly Edit[];
}

function lineGroups(text: string, edits: readonly Edit[]): Group[] {
  const groups = new Map<number, Edit[]>();
  for (const edit of inOrder(edits)) {
    const line = lineAt(text, edit.start);
    groups.set(line, [...(groups.get(line) ?? []), edit]);
  }
  return [...groups].map(([line, group]) => ({ line, edits: group }));
}

const lineBreaks = (text: string): number => text.split('\n').length - 1;
const isInsertion = ({ start, end, replacement }: Edit): boolean =>
  start === end && replacement.includes('\n');
const isRemoval = (text: string, { start, end, replacement }: Edit): boolean =>
  replacement === '' && text.slice(start, end).includes('\n');
const addedLines = (text: string, edits: readonly Edit[]): number =>
  edits.reduce(
    (sum, { start, end, replacement }) => sum + lineBreaks(replacement) - lineBreaks(text.slice(start, end)),
    0,
  );
const linesOf = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => text.split(/\r?\n/).filter((one) => one.trim() !== ''));
const counted = (line: number, lines: readonly string[]): string =>
  `${line}${lines.length === 1 ? '' : `,${lines.length}`}`;

/** Whole lines of ours: shown as they are. */
function insertionHunk(text: string, edits: readonly Edit[], line: number, shift: number): string {
  const added = linesOf(edits.map(({ replacement }) => replacement));
  const [first] = edits;
  const after = first && first.start > 0 && text[first.start - 1] !== '\n' ? line : line - 1;
  return `@@ -${after},0 +${counted(after + 1 + shift, added)} @@\n${added.map((one) => `+${one}\n`).join('')}`;
}

function removalHunk(text: string, edits: readonly Edit[], line: number, shift: number): string {
  const removed = linesOf(edits.map(({ start, end }) => text.slice(start, end)));
  // the line end before it was ours as well
  const first = /^\r?\n/.test(text.slice(edits[0]?.start)) ? line + 1 : line;
  return `@@ -${counted(first, removed)} +${first - 1 + shift},0 @@\n${removed.map((one) => `-${one}\n`).join('')}`;
}

function replacementHunk(text: string, edits: readonly Edit[], line: number, shift: number): string {
  const shown = (value: (edit: Edit) => string): string => {
    let out = '';
    let from = text.lastIndexOf('\n', (edits[0]?.start ?? 0) - 1) + 1;
    for (const edit of edits) {
      if (edit.start > from) out += '…';
      out += value(edit);
      from = edit.end;
    }
    return /^[^\r\n]/.test(text.slice(from, from + 1)) ? `${out}…` : out;
  };
  const before = shown(({ start, end }) => text.slice(start, end));
  const after = shown(({ replacement }) => replacement);
  return `@@ -${line} +${line + shift} @@\n-${before}\n+${after}\n`;
}
