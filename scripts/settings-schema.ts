/** What may stand in `docker-build.yaml`. The published JSON Schema is generated from this. */
import * as v from 'valibot';

const text = v.pipe(v.string(), v.nonEmpty());

/** A place to keep pinned: a file, and in it a key of a dotenv file or a path such as `spec.image` or `items[0].image`. */
const targetSetting = v.strictObject({ file: text, path: v.optional(text), key: v.optional(text) });

export const settings = v.strictObject({
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

export type SettingsFile = v.InferOutput<typeof settings>;

/** The settings, or what is wrong with them. */
export function checkSettings(json: unknown): SettingsFile | { readonly wrong: string } {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return { wrong: 'the document is no mapping' };
  const result = v.safeParse(settings, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  return { wrong: `${v.getDotPath(issue) ?? 'the document'}: ${issue.message}` };
}

export const KNOWN_KEYS: readonly string[] = Object.keys(settings.entries);
