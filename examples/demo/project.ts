/** The copy of `examples/ray-serve/` that is released, and what the release changed in it. */
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diffLines } from 'diff';

const example = fileURLToPath(new URL('../ray-serve', import.meta.url));
/** The registry that the example names. */
const NAMED = 'ghcr.io';

export interface Change {
  readonly file: string;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

export interface DemoProject {
  readonly folder: string;
  readonly image: string;
  readonly changes: () => Change[];
  /** What the release has left in the state file. */
  readonly reference: () => string;
}

export function copyProject(folder: string, host: string): DemoProject {
  cpSync(example, folder, { recursive: true });
  const before = new Map(filesOf(folder).map((file) => [file, named(join(folder, file), host)]));
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  return {
    folder,
    image: `${host}/acme/ray-serve:1.0`,
    changes: () => [...before].flatMap(([file, old]) => changed(file, old, read(file))),
    reference: () => JSON.parse(read('.last-deploy-state.json')).container_image_uri,
  };
}

function named(path: string, host: string): string {
  const text = readFileSync(path, 'utf8').replaceAll(`${NAMED}/`, `${host}/`);
  writeFileSync(path, text);
  return text;
}

function changed(file: string, old: string, text: string): Change[] {
  if (old === text) return [];
  const parts = diffLines(old, text);
  const lines = (kind: 'added' | 'removed') =>
    parts.filter((part) => part[kind]).flatMap(({ value }) => value.trimEnd().split('\n'));
  return [{ file, removed: lines('removed'), added: lines('added') }];
}

const filesOf = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
