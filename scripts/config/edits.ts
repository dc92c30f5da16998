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
export function diffOf(file: string, text: string, edits: readonly Edit[], isNew = false): string {
  const hunks = lineGroups(text, edits).map(({ line, edits: group }, index, all) => {
    const shift = all.slice(0, index).reduce((sum, { edits: before }) => sum + addedLines(before), 0);
    return isInsertion(group)
      ? insertionHunk(text, group, line, shift)
      : replacementHunk(text, group, line, shift);
  });
  return hunks.length ? `--- ${isNew ? '/dev/null' : `a/${file}`}\n+++ b/${file}\n${hunks.join('')}` : '';
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
const isInsertion = (edits: readonly Edit[]): boolean =>
  edits.every(({ start, end, replacement }) => start === end && replacement.includes('\n'));
const addedLines = (edits: readonly Edit[]): number =>
  edits.reduce((sum, { replacement }) => sum + lineBreaks(replacement), 0);

/** Whole lines of ours: shown as they are. */
function insertionHunk(text: string, edits: readonly Edit[], line: number, shift: number): string {
  const added = edits.flatMap(({ replacement }) =>
    replacement.split(/\r?\n/).filter((one) => one.trim() !== ''),
  );
  const [first] = edits;
  const after = first && first.start > 0 && text[first.start - 1] !== '\n' ? line : line - 1;
  return `@@ -${after},0 +${after + 1 + shift}${added.length === 1 ? '' : `,${added.length}`} @@\n${added.map((one) => `+${one}\n`).join('')}`;
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
