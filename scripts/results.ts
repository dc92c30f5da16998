/**
 * The `data` of each command's JSON. These schemas are the one source: the types
 * below are inferred from them (a type-only import costs nothing at start), and the shipped JSON Schema
 * is generated from them.
 */
import * as v from 'valibot';

const nullable = <S extends v.GenericSchema>(schema: S) => v.nullable(schema);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const digest = v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/));
const text = v.string();

export const platformEntry = v.strictObject({ platform: text, digest, configDigest: nullable(digest) });

export const candidate = v.strictObject({
  digest,
  origin: v.picklist(['push', 'registry', 'repo-digests', 'argument']),
  inRegistry: nullable(v.boolean()),
  chosen: v.boolean(),
  reason: text,
});

export const digestData = v.strictObject({
  image: nullable(text),
  reference: nullable(text),
  digest: nullable(digest),
  kind: nullable(v.picklist(['manifest', 'index'])),
  mediaType: nullable(text),
  size: nullable(count),
  platforms: v.array(platformEntry),
  source: nullable(v.picklist(['push', 'registry', 'repo-digests'])),
  candidates: v.array(candidate),
  matchesLocalImage: nullable(v.boolean()),
});

export const verifyStatus = v.picklist([
  'verified',
  'missing',
  'incomplete',
  'pending',
  'mismatch',
  'denied',
  'unreachable',
]);
export const verifyLevel = v.picklist(['manifest', 'blobs', 'bytes']);
/** How many of each were asked for; `bytes` is what was read and hashed. */
export const checked = v.strictObject({ manifests: count, blobs: count, bytes: count });
export const missingEntry = v.strictObject({
  digest: nullable(digest),
  role: v.picklist(['index', 'manifest', 'config', 'layer', 'platform']),
  platform: nullable(text),
  httpStatus: nullable(count),
});

export const verifyData = v.strictObject({
  reference: text,
  status: nullable(verifyStatus),
  level: verifyLevel,
  checked,
  missing: v.array(missingEntry),
  platforms: v.array(platformEntry),
  attempts: count,
  elapsedMs: count,
});

/** `verify --from` and `--all`: one entry a reference. */
export const verifyManyData = v.strictObject({
  counts: v.record(verifyStatus, count),
  references: v.array(verifyData),
  elapsedMs: count,
});

export const targetStatus = v.picklist([
  'match',
  'stale',
  'missing',
  'placeholder',
  'variable',
  'mutable-tag',
  'short-digest',
  'other-repository',
  'duplicate',
  'unreadable',
]);
export const target = v.strictObject({
  file: text,
  format: text,
  path: text,
  line: nullable(count),
  current: nullable(text),
  expected: nullable(text),
  status: targetStatus,
  snippet: nullable(text),
});
export const stateReport = v.strictObject({
  file: nullable(text),
  containerImageUri: nullable(text),
  status: v.picklist(['match', 'stale', 'absent', 'unreadable']),
});

export const configReportData = v.strictObject({
  reference: nullable(text),
  targets: v.array(target),
  state: stateReport,
  applied: v.boolean(),
  diff: v.optional(text),
});

export const check = v.strictObject({
  id: text,
  status: v.picklist(['pass', 'warn', 'fail', 'skip']),
  summary: text,
  evidence: nullable(text),
  fix: v.array(text),
  topic: nullable(text),
});
export const doctorData = v.strictObject({ checks: v.array(check) });

export const timings = v.strictObject({ buildMs: count, pushMs: count });
const built = {
  image: nullable(text),
  reference: nullable(text),
  digest: nullable(digest),
  platforms: v.array(platformEntry),
  imageId: nullable(text),
  sizeBytes: nullable(count),
  reportedBy: nullable(v.picklist(['digest-file', 'metadata-file', 'push-output', 'registry'])),
  timings,
};
export const buildData = v.strictObject({
  ...built,
  commands: v.optional(v.array(text)),
});

/** The keys of the `=== DEPLOYMENT STATE ===` block. */
export const deploymentState = v.strictObject({
  MASTER_CONFIG_COMMIT: v.optional(text),
  PROJECT_CONFIG_COMMIT: v.optional(text),
  CONTAINER_IMAGE_URI: text,
  IMAGE_SIZE: text,
  BUILD_TIMESTAMP: text,
  BUILD_STATUS: v.picklist(['success', 'unverified']),
});

export const releaseData = v.strictObject({
  ...built,
  commands: v.optional(v.array(text)),
  verify: nullable(
    v.strictObject({
      status: nullable(verifyStatus),
      level: verifyLevel,
      checked,
      attempts: count,
      elapsedMs: count,
    }),
  ),
  config: nullable(
    v.strictObject({
      applied: v.boolean(),
      counts: v.record(targetStatus, count),
      targets: v.array(target),
    }),
  ),
  deploymentState: nullable(deploymentState),
});

export const releaseEntry = v.strictObject({
  reference: text,
  timestamp: text,
  codeCommit: nullable(text),
  verified: v.boolean(),
});
export const statusData = v.strictObject({
  releases: v.array(releaseEntry),
  agree: v.boolean(),
  state: stateReport,
  targets: v.array(target),
});

export const rollbackData = v.strictObject({
  from: nullable(text),
  to: nullable(text),
  verify: releaseData.entries.verify,
  targets: v.array(target),
  applied: v.boolean(),
  diff: v.optional(text),
});

export const explainData = v.strictObject({ topic: text, text });

export type PlatformEntry = v.InferOutput<typeof platformEntry>;
export type Candidate = v.InferOutput<typeof candidate>;
export type DigestData = v.InferOutput<typeof digestData>;
export type VerifyStatus = v.InferOutput<typeof verifyStatus>;
export type VerifyLevel = v.InferOutput<typeof verifyLevel>;
export type MissingEntry = v.InferOutput<typeof missingEntry>;
export type VerifyData = v.InferOutput<typeof verifyData>;
export type VerifyManyData = v.InferOutput<typeof verifyManyData>;
export type TargetStatus = v.InferOutput<typeof targetStatus>;
export type Target = v.InferOutput<typeof target>;
export type StateReport = v.InferOutput<typeof stateReport>;
export type ConfigReportData = v.InferOutput<typeof configReportData>;
export type Check = v.InferOutput<typeof check>;
export type DoctorData = v.InferOutput<typeof doctorData>;
export type BuildData = v.InferOutput<typeof buildData>;
export type DeploymentState = v.InferOutput<typeof deploymentState>;
export type ReleaseData = v.InferOutput<typeof releaseData>;
export type StatusData = v.InferOutput<typeof statusData>;
export type RollbackData = v.InferOutput<typeof rollbackData>;
export type ExplainData = v.InferOutput<typeof explainData>;
