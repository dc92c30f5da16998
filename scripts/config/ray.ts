/** Ray Serve's `runtime_env`: where it names an image, and what Ray makes of its neighbours. */
import type { Warning } from '../errors.ts';
import { IMAGE_KEY } from './format.ts';
import { referenceIn } from './judge.ts';
import type { YamlContent, YamlPath } from './yaml.ts';
import { formatPath } from './yaml.ts';

const ENV = 'runtime_env';
/** Ray's own list of what may stand beside `image_uri`; it refuses the rest. */
const BESIDE_IMAGE = new Set(['image_uri', 'config', 'env_vars']);

/** The part of a path inside `runtime_env`; undefined if it is not in one. `base` is what the text itself stands for. */
function insideEnv(path: YamlPath, base: YamlPath): YamlPath | undefined {
  const whole = [...base, ...path];
  const at = whole.lastIndexOf(ENV);
  return at < 0 ? undefined : whole.slice(at + 1);
}

/** The key that this program keeps. */
export function isImageKey(path: YamlPath, base: YamlPath = []): boolean {
  const [env, key, ...more] = insideEnv(path, base) ?? [];
  return env === 'env_vars' && key === IMAGE_KEY && more.length === 0;
}

/** `image_uri`, or the deprecated `container.image`. */
export function isRayImage(path: YamlPath, base: YamlPath = []): boolean {
  const inside = (insideEnv(path, base) ?? []).join('.');
  return inside === 'image_uri' || inside === 'container.image';
}

export const isRay = (path: YamlPath, base: YamlPath = []): boolean => insideEnv(path, base) !== undefined;

/** Ray Serve's own file, whatever its name. Others have `applications` as well. */
export const isServeFile = ({ mappings }: YamlContent): boolean =>
  mappings.some(
    ({ path, keys }) =>
      (path.length === 0 || (path.length === 2 && path[0] === 'applications')) &&
      (keys.includes(ENV) || keys.includes('import_path')),
  );

/** What Ray will not do with this file though it looks as if. Keys are named, values never shown. */
export function rayWarnings(
  file: string,
  { scalars, mappings, aliases }: YamlContent,
  base: YamlPath,
  prefix: string,
): Warning[] {
  const name = (path: YamlPath) => `${prefix}${formatPath(path)}`;
  const warnings: Warning[] = [];
  for (const { path, value } of scalars) {
    const [env, key, ...more] = insideEnv(path, base) ?? [];
    if (!/\$\{|\$[A-Za-z_]/.test(value)) continue;
    if ((env !== 'env_vars' || key === undefined || more.length > 0) && !isRayImage(path, base)) continue;
    warnings.push({
      code: 'RAY_VARIABLE_LITERAL',
      message: `${file}: ${name(path)} holds a variable, and Ray Serve YAML expands no \${VARIABLES}: it stays as it is written`,
      hint: 'write the value itself',
    });
  }
  for (const { path, value } of aliases) {
    if (!isImageKey(path, base) && !isRayImage(path, base)) continue;
    // a digest is judged, and written, at the anchor
    if (referenceIn(value)?.digest) continue;
    warnings.push({
      code: 'RAY_ALIAS_NOT_FOLLOWED',
      message: `${file}: ${name(path)} takes its value from an anchor, and that one holds no digest to be kept up to date`,
      hint: 'write the value itself here',
    });
  }
  for (const { path, keys } of mappings) {
    const inside = insideEnv(path, base);
    if (inside?.length === 0 && keys.includes('image_uri')) {
      const refused = keys.filter((key) => !BESIDE_IMAGE.has(key));
      if (refused.length) {
        warnings.push({
          code: 'RAY_KEYS_BESIDE_IMAGE',
          message: `${file}: ${name([...path, refused[0] ?? ''])}: Ray refuses ${refused.join(', ')} beside image_uri`,
          hint: 'beside image_uri only config and env_vars may stand; the rest belongs into the image',
        });
      }
    }
    const misplaced = ['image_uri', 'container'].filter((key) => keys.includes(key));
    if (
      misplaced.length &&
      inside === undefined &&
      (path.length === 0 ||
        ['applications', 'deployments', 'ray_actor_options'].some((key) => path.slice(-2).includes(key)))
    ) {
      warnings.push({
        code: 'RAY_KEY_MISPLACED',
        message: `${file}: ${name([...path, misplaced[0] ?? ''])} is not in a runtime_env: Ray ignores or refuses it there`,
        hint: 'put it under runtime_env',
      });
    }
  }
  return warnings;
}
