/** `docker-build.yaml`: optional, everything in it optional. Its JSON Schema is generated from the schema here. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { Failure } from './errors.ts';

const text = v.pipe(v.string(), v.nonEmpty());

/** A place to keep pinned: a file, and in it a key of a dotenv file or a path such as `spec.image` or `items[0].image`. */
const targetSetting = v.strictObject({ file: text, path: v.optional(text), key: v.optional(text) });

export const settingsFile = v.strictObject({
  image: v.optional(text),
  context: v.optional(text),
  file: v.optional(text),
  platforms: v.optional(v.array(text)),
  buildArgs: v.optional(v.record(text, v.union([v.string(), v.number(), v.boolean()]))),
  engine: v.optional(v.picklist(['podman', 'docker'])),
  targets: v.optional(v.array(targetSetting)),
  sources: v.optional(v.unknown()),
  stateFile: v.optional(text),
});

export type SettingsFile = v.InferOutput<typeof settingsFile>;
export type TargetSetting = v.InferOutput<typeof targetSetting>;

export const SETTINGS_NAME = 'docker-build.yaml';

/** @throws Failure SETTINGS_INVALID with the key that is wrong */
export async function readSettingsFile(dir: string): Promise<SettingsFile> {
  const path = join(dir, SETTINGS_NAME);
  const source = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new Failure('FILE_UNREADABLE', `${path} cannot be read: ${error.message}`, { cause: error });
  });
  if (source === null) return {};
  const { parse } = await import('yaml');
  let json: unknown;
  try {
    json = parse(source) ?? {};
  } catch (error) {
    throw new Failure('SETTINGS_INVALID', `${path} is not YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  const result = v.safeParse(settingsFile, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Failure(
    'SETTINGS_INVALID',
    `${path}: ${v.getDotPath(issue) ?? 'the document'}: ${issue.message}`,
    {
      hint: `known keys: ${Object.keys(settingsFile.entries).join(', ')}`,
    },
  );
}
