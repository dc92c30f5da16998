/** Where YAML files name an image: Ray Serve, KubeRay, Kubernetes, compose, Helm, kustomize, CI and any other. */
import type { Warning } from '../errors.ts';
import type { Found, Place, Reading, Role } from './format.ts';
import { referenceIn } from './judge.ts';
import { markerAfter } from './marker.ts';
import { isImageKey, isRay, isRayImage, isServeFile, rayWarnings } from './ray.ts';
import { splitValues } from './split-values.ts';
import { formatPath, readYaml, type YamlContent, type YamlPath, type YamlScalar } from './yaml.ts';

/** What a document is, and so who reads it. */
type Kind = 'ray-serve' | 'kubernetes' | 'kustomize' | 'compose' | 'ci' | 'json' | 'yaml';

/** Whose digests are never written unasked. */
const REPORTED: ReadonlySet<Kind> = new Set(['compose', 'ci', 'json']);

interface Scope extends Reading {
  readonly kind: Kind;
  readonly document: YamlContent;
  /** Of a document inside a string: where the string stands, in the text and in the paths. */
  readonly offset: number;
  readonly prefix: string;
  readonly base: YamlPath;
}

export const isDataConfig = (file: string): boolean => /^data\/config\/[^/]+\.yaml$/.test(file);

/** @throws Unparsable */
export async function readYamlPlaces(reading: Reading): Promise<Found> {
  const documents = await readYaml(reading.text);
  const found = await Promise.all(
    documents.map((document) =>
      inDocument({
        ...reading,
        document,
        kind: kindOf(reading.file, document),
        offset: 0,
        prefix: '',
        base: [],
      }),
    ),
  );
  return merged(found);
}

const merged = (found: readonly Found[]): Found => ({
  places: found.flatMap(({ places }) => places),
  warnings: found.flatMap(({ warnings }) => warnings),
});

async function inDocument(scope: Scope): Promise<Found> {
  const { document, kind, file } = scope;
  const nested = await Promise.all(document.scalars.map((scalar) => inString(scalar, scope)));
  const split = splitValues(scope, kind === 'kustomize', REPORTED.has(kind) ? 'mention' : 'pin');
  const own = document.scalars.flatMap((scalar, index) =>
    nested[index] || split.taken.has(scalar) ? [] : scalarPlaces(scalar, scope),
  );
  const warnings: Warning[] =
    kind === 'ray-serve' ? rayWarnings(file, document, scope.base, scope.prefix) : [];
  return merged([
    { places: [...own, ...split.places], warnings },
    ...nested.filter((found) => found !== null),
  ]);
}

const holdsRay = ({ path }: YamlScalar): boolean =>
  /^(?:serveConfigV2|runtimeEnvYAML)$/.test(String(path.at(-1)));

/** KubeRay's `serveConfigV2` and `runtimeEnvYAML` are strings that hold YAML. Null for any other, and where they do not. */
async function inString(scalar: YamlScalar, scope: Scope): Promise<Found | null> {
  const key = scalar.path.at(-1);
  if (scalar.style !== 'block' || !holdsRay(scalar)) return null;
  const { start, end } = scalar.span;
  // a block scalar's body, indented as it stands, is YAML as well: no offset has to be translated
  const text = scope.text.slice(start, end);
  const documents = await readYaml(text).catch(() => null);
  if (!documents) return null;
  const base = key === 'runtimeEnvYAML' ? ['runtime_env'] : [];
  const prefix = `${scope.prefix}${formatPath(scalar.path)}.`;
  const found = await Promise.all(
    documents.map((document) =>
      inDocument({ ...scope, text, document, kind: 'ray-serve', offset: scope.offset + start, prefix, base }),
    ),
  );
  return merged(found);
}

function scalarPlaces(scalar: YamlScalar, scope: Scope): Place[] {
  const { path, value } = scalar;
  const { find, text, base } = scope;
  const raw = text.slice(scalar.span.start, scalar.span.end);
  const tokens = find(raw);
  const key = isImageKey(path, base);
  const whole = value.trim();
  if ((key || isRayImage(path, base)) && (tokens.length !== 1 || tokens[0]?.value !== whole)) {
    const config = isDataConfig(scope.file);
    const pinned = (tokens.length > 0 || key) && scope.kind !== 'json';
    const role: Role = config ? 'config' : pinned ? 'pin' : 'mention';
    return [placeAt(scalar, scope, whole, spanOfWhole(scalar, raw, whole), role)];
  }
  if (tokens.length === 0 && scalar.style !== 'block' && whole && markerAfter(text, scalar.span.end)) {
    return [placeAt(scalar, scope, whole, scalar.span, 'own')];
  }
  // a token that is folded or escaped in the text cannot be replaced where it stands
  const said = find(value).map((token) => token.value);
  if (said.length !== tokens.length || said.some((token, at) => token !== tokens[at]?.value)) {
    return said.map((token) => ({
      ...placeAt(scalar, scope, token, scalar.span, roleOf(scalar, scope)),
      ambiguous: true,
    }));
  }
  return tokens.map(({ value: token, start, end }) => {
    const span = { start: scalar.span.start + start, end: scalar.span.start + end };
    const place = placeAt(scalar, scope, token, span, roleOf(scalar, scope));
    return isCut(token, raw.slice(end)) ? { ...place, ambiguous: true } : place;
  });
}

/** A digest that goes on in the next line, in YAML inside a string. */
const isCut = (token: string, after: string): boolean =>
  after.startsWith('\\') && !referenceIn(token)?.digest;

/** Where the value stands in a scalar whose white space around it does not count. */
function spanOfWhole({ span, style }: YamlScalar, raw: string, whole: string) {
  if (style !== 'block') return span;
  const at = raw.indexOf(whole);
  return at < 0 ? span : { start: span.start + at, end: span.start + at + whole.length };
}

function roleOf({ path }: YamlScalar, { kind, file, base }: Scope): Role {
  if (kind === 'json') return 'mention';
  if (isDataConfig(file) && (isImageKey(path, base) || isRayImage(path, base))) return 'config';
  return kind === 'ray-serve' || kind === 'kubernetes' || kind === 'kustomize' || isRay(path, base)
    ? 'pin'
    : 'mention';
}

function placeAt(scalar: YamlScalar, scope: Scope, value: string, span: Place['span'], role: Role): Place {
  const { kind, offset, prefix, base, file } = scope;
  const ray = holdsRay(scalar) || kind === 'ray-serve' || isRay(scalar.path, base) || isDataConfig(file);
  const snippet = snippetFor(scalar, value, kind);
  const empty = scalar.style === 'plain' && span.start === span.end;
  return {
    format: ray && kind === 'yaml' ? 'ray-serve' : kind,
    path: `${prefix}${formatPath(scalar.path)}`,
    value,
    span: { start: offset + span.start, end: offset + span.end },
    role,
    ...(isImageKey(scalar.path, base) || isRayImage(scalar.path, base) ? { namesOwn: true } : {}),
    keepsTag: !ray,
    ...(scalar.ambiguous ? { ambiguous: true } : {}),
    ...(empty ? { written: (reference: string) => ` ${reference}` } : {}),
    snippet,
  };
}

/** The line to copy; of a longer text only the reference, since the rest is not shown. */
function snippetFor({ path, value: whole }: YamlScalar, value: string, kind: Kind): Place['snippet'] {
  const key = path.at(-1);
  if (value !== whole.trim() || key === undefined) return (reference) => reference;
  if (typeof key === 'number') return (reference) => `${kind === 'json' ? '' : '- '}"${reference}"`;
  return (reference) => (kind === 'json' ? `"${key}": "${reference}"` : `${key}: "${reference}"`);
}

const CI =
  /^(?:\.github\/|\.gitea\/|\.forgejo\/|\.circleci\/|\.woodpecker|\.gitlab-ci|\.drone|azure-pipelines|bitbucket-pipelines|cloudbuild|action\.ya?ml$)|(?:^|\/)action\.ya?ml$/;

function kindOf(file: string, document: YamlContent): Kind {
  const name = file.slice(file.lastIndexOf('/') + 1);
  if (CI.test(file)) return 'ci';
  if (file.endsWith('.json')) return 'json';
  const top = document.mappings.find(({ path }) => path.length === 0)?.keys ?? [];
  if (/^kustomization(?:\.ya?ml)?$/i.test(name)) return 'kustomize';
  if (top.includes('apiVersion') && top.includes('kind')) return 'kubernetes';
  if (isDataConfig(file) || isServeFile(document)) return 'ray-serve';
  return top.includes('services') ? 'compose' : 'yaml';
}
