/** References whose repository and digest stand under separate keys: Helm values and kustomize's `images`. */
import type { Place, Reading, Role } from './format.ts';
import { repositoryIn } from './judge.ts';
import { formatPath, type YamlContent, type YamlMapping, type YamlScalar } from './yaml.ts';

interface Scope extends Reading {
  readonly document: YamlContent;
  readonly offset: number;
  readonly prefix: string;
}

/** Places, and the scalars that are part of them. */
export interface SplitPlaces {
  readonly places: readonly Place[];
  readonly taken: ReadonlySet<YamlScalar>;
}

/** `pin`: the role of a digest in such a document. */
export function splitValues(scope: Scope, kustomize: boolean, pin: Role): SplitPlaces {
  const parts = scope.document.mappings.flatMap((mapping) =>
    kustomize ? kustomizeImage(scope, mapping) : helmImage(scope, mapping),
  );
  const found = parts.flatMap((one) => {
    const place = pinOf(scope, one, pin);
    return place ? [{ place, one }] : [];
  });
  return {
    places: found.map(({ place }) => place),
    taken: new Set(
      found.flatMap(({ one }) => [one.name, one.tag, one.digest].filter((scalar) => scalar !== undefined)),
    ),
  };
}

/** `{repository, tag, digest}`, with `registry` beside them or not. */
function helmImage(scope: Scope, mapping: YamlMapping): Parts[] {
  const { keys } = mapping;
  if (!keys.includes('repository') || !(keys.includes('digest') || keys.includes('tag'))) return [];
  const at = (key: string) => child(scope, mapping, key);
  const name = at('repository');
  const registry = at('registry')?.value;
  if (!name?.value) return [];
  const repository = registry ? `${registry}/${name.value}` : name.value;
  return [{ format: 'helm', repository, name, tag: at('tag'), digest: at('digest') }];
}

/** `images: [{name, newName, newTag, digest}]` */
function kustomizeImage(scope: Scope, mapping: YamlMapping): Parts[] {
  if (mapping.path.length !== 2 || mapping.path[0] !== 'images') return [];
  const at = (key: string) => child(scope, mapping, key);
  const name = at('newName') ?? at('name');
  return name
    ? [{ format: 'kustomize', repository: name.value, name, tag: at('newTag'), digest: at('digest') }]
    : [];
}

const child = ({ document }: Scope, { path }: YamlMapping, key: string): YamlScalar | undefined =>
  document.scalars.find(
    (scalar) =>
      scalar.path.length === path.length + 1 &&
      scalar.path.at(-1) === key &&
      path.every((part, index) => scalar.path[index] === part),
  );

interface Parts {
  readonly format: string;
  readonly repository: string;
  readonly name: YamlScalar;
  readonly tag: YamlScalar | undefined;
  readonly digest: YamlScalar | undefined;
}

/** The digest where there is a key for it and no tag instead, else the tag, in which a digest may stand as well. */
function pinOf(
  { find, offset, prefix }: Scope,
  { format, repository, tag, digest }: Parts,
  pin: Role,
): Place | undefined {
  const held = digest?.value || !tag?.value ? (digest ?? tag) : tag;
  if (!held || !isFound(find, repository)) return undefined;
  const digestIn = (reference: string) => reference.slice(reference.indexOf('@') + 1);
  const isDigest = held === digest;
  const written = (reference: string) =>
    isDigest ? digestIn(reference) : `${held.value.split('@')[0]}@${digestIn(reference)}`;
  const empty = held.span.start === held.span.end && held.style === 'plain';
  // a digest alone is no tag
  const noRoom = held.value === '' && !isDigest;
  return {
    format,
    path: `${prefix}${formatPath(held.path)}`,
    value: held.value === '' ? repository : `${repository}${isDigest ? '@' : ':'}${held.value}`,
    span: { start: offset + held.span.start, end: offset + held.span.end },
    role: isDigest || held.value.includes('@') ? pin : 'mention',
    keepsTag: true,
    written: (reference) => `${empty ? ' ' : ''}${written(reference)}`,
    snippet: (reference) =>
      noRoom ? `digest: "${digestIn(reference)}"` : `${held.path.at(-1)}: "${written(reference)}"`,
    ...(held.ambiguous ? { ambiguous: true } : {}),
    ...(noRoom ? { noRoom } : {}),
  };
}

/** Whether it is the repository that is looked for; without one, the finder wants a digest. */
function isFound(find: Reading['find'], repository: string): boolean {
  const whole = `${repository}@sha256:${'0'.repeat(64)}`;
  return repositoryIn(repository) !== null && find(whole)[0]?.value === whole;
}
