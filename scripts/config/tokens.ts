/** A reference is a token that looks the same in any text: this finds those of one repository. */
import type { Repository } from '../oci/reference.ts';

export interface Token {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

export type FindTokens = (text: string) => Token[];

/** What templates and people put where a tag or digest goes. */
const BLANK = String.raw`\$\{\{[^}\n]*\}\}|\$\{[^}\n]*\}|\{\{[^}\n]*\}\}|\$\([^)\n]*\)|<[^<>\n]*>|\$\w+`;
const TAG = String.raw`:(?:${BLANK}|[\w.%*…-])+`;
const AFTER_AT = String.raw`@(?:${BLANK}|[\w.%*…:+-])+`;
/** Not in the middle of a longer name, of a URL or of an address. */
const BEFORE = String.raw`(?<![\w.@]|(?<!:)-|(?<!\b(?:docker|oci|docker-image|containers-storage):\/)\/)`;
const AFTER_NAME = String.raw`(?![._-]*[A-Za-z0-9]|\/)`;

const ANY_NAME = String.raw`(?:[A-Za-z0-9][\w.-]*(?::\d+)?\/)+[a-z0-9][\w.-]*`;

/** All references of the repository; of any repository, but only with a digest, where it is null. */
export function tokenFinder(repository: Repository | null): FindTokens {
  const pattern = repository
    ? `${BEFORE}(?:${nameOf(repository)})${AFTER_NAME}(?:${TAG})?(?:${AFTER_AT})?`
    : `${BEFORE}${ANY_NAME}(?:${TAG})?${AFTER_AT}`;
  const regex = new RegExp(pattern, 'g');
  return (text) =>
    [...text.matchAll(regex)].map(({ 0: found, index }) => {
      const value = found.replace(/(?<!\.)[.:]$/, '');
      return { value, start: index, end: index + value.length };
    });
}

/** As people spell it: hosts know no case, Docker Hub may be left out. */
function nameOf({ registry, path }: Repository): string {
  const host = escaped(registry).replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
  if (registry !== 'docker.io') return `${host}\\/${escaped(path)}`;
  const official = path.replace(/^library\//, '');
  return official === path
    ? `(?:(?:index\\.)?${host}\\/)?${escaped(path)}`
    : `(?:index\\.)?${host}\\/(?:library\\/)?${escaped(official)}`;
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
