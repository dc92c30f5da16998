/** All phases in one go: doctor's fast checks, build and push, proof, state, files. */
import { Failure, type Outcome, type Warning } from '../errors.ts';
import type { Ports } from '../io/ports.ts';
import type { Digest } from '../oci/digest.ts';
import { parseReference, pinned } from '../oci/reference.ts';
import type {
  BuildData,
  ConfigReportData,
  DeploymentState,
  DoctorData,
  ReleaseData,
  TargetStatus,
  VerifyData,
} from '../results.ts';
import type { DeployState, PushRecord } from '../state.ts';
import { nothingBuilt } from './build.ts';

export interface ReleaseInput {
  readonly apply: boolean;
  readonly allowUnverified: boolean;
  /** The push to go on from; null: build. */
  readonly resume: PushRecord | null;
  readonly codeCommit: string | null;
  /** `registry/repository:tag` */
  readonly image: string;
  /** Answers what would be done, and does none of it. */
  readonly dryRun: boolean;
}

/** The other phases, already told what to work on, and where a release is remembered. */
export interface ReleasePorts extends Ports {
  /** Throws what would end the release after the push, as far as it can be seen before the build. */
  readonly foresee: () => Promise<void>;
  readonly doctor: () => Promise<Outcome<DoctorData>>;
  readonly build: () => Promise<Outcome<BuildData>>;
  readonly verify: (reference: string, pushedAt: string) => Promise<Outcome<VerifyData>>;
  readonly configReport: (reference: string, apply: boolean) => Promise<Outcome<ConfigReportData>>;
  readonly saveState: (state: DeployState) => Promise<void>;
}

export async function release(input: ReleaseInput, ports: ReleasePorts): Promise<Outcome<ReleaseData>> {
  const warnings: Warning[] = [];
  let data: ReleaseData = { ...nothingYet, image: input.image };
  /** Keeps what a phase said, whatever became of it; throws what made it fail. */
  const keep = <D>(outcome: Outcome<D>, into: (found: D) => Partial<ReleaseData>): D => {
    warnings.push(...outcome.warnings);
    data = { ...data, ...into(outcome.data) };
    if (outcome.failure) throw outcome.failure;
    return outcome.data;
  };

  try {
    await ports.foresee();
    if (!input.resume) keep(await ports.doctor(), () => ({}));
    const built = input.resume ? resumed(input.resume) : keep(await ports.build(), (found) => found);
    data = { ...data, ...built };
    const { reference, image } = built;
    if (!reference || !image) return { data, warnings };
    if (input.dryRun) {
      keep(await ports.configReport(reference, false), configured);
      return { data, warnings };
    }

    const pushedAt = input.resume ? new Date(input.resume.pushedAt) : ports.now();
    const proof = await ports.verify(reference, pushedAt.toISOString());
    const pending = proof.data.status === 'pending';
    if (!pending) keep(proof, proven);
    else {
      warnings.push(...proof.warnings);
      data = { ...data, ...proven(proof.data) };
    }
    if (data.platforms.length === 0) data = { ...data, platforms: proof.data.platforms };

    const stamp = ports.now().toISOString();
    await ports.saveState({
      timestamp: stamp,
      master_config_commit: null,
      project_config_commit: null,
      container_image_uri: reference,
      build_timestamp: seconds(pushedAt),
      code_commit: input.codeCommit,
      image,
      image_id: built.imageId,
      pushed_at: pushedAt.toISOString(),
      verified: !pending,
    });
    data = { ...data, deploymentState: block(reference, built.sizeBytes, pushedAt, pending) };

    if (pending) {
      const stillPending = waitFurther(reference, input, proof.failure);
      if (stillPending instanceof Failure) return { data, warnings, failure: stillPending };
      warnings.push(stillPending);
    }
    keep(await ports.configReport(reference, input.apply), configured);
    return { data, warnings };
  } catch (error) {
    if (error instanceof Failure) return { data, warnings, failure: error };
    throw error;
  }
}

const nothingYet: ReleaseData = { ...nothingBuilt, verify: null, config: null, deploymentState: null };

function resumed(push: PushRecord): BuildData {
  const { repository } = parseReference(push.image);
  const digest: Digest = push.digest;
  return {
    image: push.image,
    reference: pinned(repository, digest),
    digest,
    platforms: [],
    imageId: push.imageId,
    sizeBytes: push.sizeBytes,
    reportedBy: null,
    timings: nothingYet.timings,
  };
}

/** Pushed, but not all of it is served yet: a warning where nothing is written, the end where files wait for it. */
function waitFurther(reference: string, input: ReleaseInput, cause: Failure | undefined): Failure | Warning {
  const next = 'docker-build release --resume';
  const message = `${reference} is pushed, but the registry does not serve all of it yet`;
  if (input.apply && !input.allowUnverified) {
    return new Failure('PENDING', message, {
      hint: 'no file was written; the push is recorded',
      next,
      cause,
    });
  }
  return { code: 'VERIFY_PENDING', message, hint: next };
}

const proven = ({ status, level, checked, attempts, elapsedMs }: VerifyData): Partial<ReleaseData> => ({
  verify: { status, level, checked, attempts, elapsedMs },
});

function configured({ applied, targets }: ConfigReportData): Partial<ReleaseData> {
  const counts: Partial<Record<TargetStatus, number>> = {};
  for (const { status } of targets) counts[status] = (counts[status] ?? 0) + 1;
  return {
    config: {
      applied,
      counts: counts as Record<TargetStatus, number>,
      targets: targets.filter(({ status }) => status !== 'match'),
    },
  };
}

const block = (reference: string, bytes: number | null, at: Date, pending: boolean): DeploymentState => ({
  CONTAINER_IMAGE_URI: reference,
  IMAGE_SIZE: megabytes(bytes),
  BUILD_TIMESTAMP: seconds(at),
  BUILD_STATUS: pending ? 'unverified' : 'success',
});

/** `412MB`, below ten with one decimal; `unknown` where no local store knows. MB are 10⁶ bytes, as engines print them. */
export const megabytes = (bytes: number | null): string => {
  if (bytes === null) return 'unknown';
  const size = bytes / 1e6;
  return `${size < 10 ? Math.ceil(size * 10) / 10 : Math.round(size)}MB`;
};

/** `2026-01-31T12:00:00Z` */
export const seconds = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, 'Z');
