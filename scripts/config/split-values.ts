/** References whose repository and digest stand under separate keys: Helm values and kustomize's `images`. */
import type { Place, Reading } from './format.ts';
import { repositoryIn } from './judge.ts';
import { formatPath, type YamlContent, type YamlMapping, type YamlScalar } from './yaml.ts';

interface Scope extends Reading {
  readonly document: YamlContent;
  readonly offset: number;
  readonly prefix: string;
}

/** `{repository, tag, digest}`, with `registry` beside them or not. */
export function splitPlaces(scope: Scope): Place[] {
  return scope.document.mappings.flatMap((mapping) => {
    if (
      !mapping.keys.includes('repository') ||
      !(mapping.keys.includes('digest') || mapping.keys.includes('tag'))
    )
      return [];
    const at = (key: string) => child(scope, mapping, key);
    const [registry, repository] = [at('registry')?.value, at('repository')?.value];
    if (!repository) return [];
    return pinOf(scope, registry ? `${registry}/${repository}` : repository, 'helm', {
      name: at('repository'),
      tag: at('tag'),
      digest: at('digest'),
    });
  });
}

/** `images: [{name, newName, newTag, digest}]` */
export function kustomizePlaces(scope: Scope): Place[] {
  return scope.document.mappings.flatMap((mapping) => {
    if (mapping.path.length !== 2 || mapping.path[0] !== 'images') return [];
    const at = (key: string) => child(scope, mapping, key);
    const name = at('newName') ?? at('name');
    return name
      ? pinOf(scope, name.value, 'kustomize', { name, tag: at('newTag'), digest: at('digest') })
      : [];
  });
}

const child = ({ document }: Scope, { path }: YamlMapping, key: string): YamlScalar | undefined =>
  document.scalars.find(
    (scalar) =>
      scalar.path.length === path.length + 1 &&
      scalar.path.at(-1) === key &&
      path.every((part, index) => scalar.path[index] === part),
  );

interface Parts {
  readonly name: YamlScalar | undefined;
  readonly tag: YamlScalar | undefined;
  readonly digest: YamlScalar | undefined;
}

function pinOf(
  { find, offset, prefix }: Scope,
  repository: string,
  format: string,
  { name, tag, digest }: Parts,
): Place[] {
  const held = repositoryIn(repository);
  // a place of this repository only: asked with a digest, as the finder without a repository wants one
  const probe = `${repository}@sha256:${'0'.repeat(64)}`;
  if (!name || !held || find(probe)[0]?.value !== probe) return [];
  const digestAfterTag = !digest?.value && tag?.value.includes('@');
  const place = digest?.value || !tag ? digest : tag;
  if (!place) return [];
  const base = {
    format,
    span: { start: offset + place.span.start, end: offset + place.span.end },
    keepsTag: true,
  };
  const path = `${prefix}${formatPath(place.path)}`;
  const key = String(place.path.at(-1));
  const digestIn = (reference: string) => reference.slice(reference.indexOf('@') + 1);
  if (place === digest) {
    return [
      {
        ...base,
        path,
        value: digest.value ? `${repository}@${digest.value}` : repository,
        role: 'pin',
        written: digestIn,
        snippet: (reference) => `${key}: "${digestIn(reference)}"`,
        ...(place.ambiguous ? { ambiguous: true } : {}),
      },
    ];
  }
  const written = (reference: string) => `${tag?.value.split('@')[0]}@${digestIn(reference)}`;
  return [
    {
      ...base,
      path,
      value: `${repository}:${tag?.value}`,
      role: digestAfterTag ? 'pin' : 'mention',
      written,
      snippet: (reference) => `${key}: "${written(reference)}"`,
      ...(place.ambiguous ? { ambiguous: true } : {}),
    },
  ];
}
