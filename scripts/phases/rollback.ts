/** Back to an earlier release: proven first, shown as a diff, pinned and recorded with `apply`. */

import { released, releasedBefore } from '../config/released.ts';
import { Failure, type Outcome, type Warning } from '../errors.ts';
import type { Ports } from '../io/ports.ts';
import { formatRepository, parseReference, type Reference } from '../oci/reference.ts';
import { type Project, readReference } from '../project.ts';
import type { ConfigReportData, RollbackData, VerifyData } from '../results.ts';
import { type DeployState, type History, type ReleaseRecord, readState } from '../state.ts';
import { seconds } from './release.ts';

export interface RollbackInput {
  readonly project: Project;
  /** How many digests back, from 1. */
  readonly back: number;
  readonly apply: boolean;
  /** False in a dry run: the registry is not asked. */
  readonly probe: boolean;
}

export interface RollbackPorts extends Ports {
  readonly history: Pick<History, 'releases' | 'pushes'>;
  readonly prove: (reference: Reference) => Promise<Outcome<VerifyData>>;
  /** With a diff. Asked for what was proven here. */
  readonly configReport: (reference: Reference, apply: boolean) => Promise<Outcome<ConfigReportData>>;
  /** Writes the state file; the answer puts back what was there. */
  readonly saveState: (state: DeployState) => Promise<() => Promise<void>>;
  readonly record: (state: DeployState) => Promise<void>;
}

/**
 * Ends as a release does.
 * @throws Failure NO_SUCH_RELEASE
 */
export async function rollback(input: RollbackInput, ports: RollbackPorts): Promise<Outcome<RollbackData>> {
  const { from, to } = await chosen(input, ports);
  const reference = readReference(to.reference);
  const warnings: Warning[] = [];
  // of the files as they stand last
  let ofFiles: readonly Warning[] = [];
  let data: RollbackData = { from, to: to.reference, verify: null, targets: [], applied: false };
  const ended = (failure?: Failure): Outcome<RollbackData> => ({
    data,
    warnings: [...ofFiles, ...warnings],
    ...(failure ? { failure } : {}),
  });
  const reported = async (apply: boolean): Promise<Failure | undefined> => {
    const report = await ports.configReport(reference, apply);
    ofFiles = report.warnings;
    const { targets, applied, diff } = report.data;
    // what was changed is what was shown before
    data = { ...data, targets, applied, ...(diff && !data.diff ? { diff } : {}) };
    return report.failure;
  };

  const unreadable = await reported(false);
  if (unreadable || !input.probe) return ended(unreadable);
  const proof = await ports.prove(reference);
  const { status, level, checked, attempts, elapsedMs } = proof.data;
  data = { ...data, verify: { status, level, checked, attempts, elapsedMs } };
  warnings.push(...proof.warnings);
  if (proof.failure && (status !== 'pending' || input.apply)) return ended(proof.failure);
  if (proof.failure) warnings.push({ code: 'VERIFY_PENDING', message: proof.failure.message });
  if (!input.apply) return ended();

  const state = await stateOf(to, input, ports);
  try {
    // before the files, as in a release: a run that is killed in between is finished by config-report --apply
    const putBack = await ports.saveState(state);
    const failure = await reported(true).catch(async (error: unknown) => {
      await putBack();
      throw error;
    });
    if (failure && !data.applied) await putBack();
    else await ports.record(state);
    return ended(failure);
  } catch (error) {
    if (error instanceof Failure) return ended(error);
    throw error;
  }
}

/** The release that many digests before the one in force. */
async function chosen(
  { project, back }: RollbackInput,
  { history }: RollbackPorts,
): Promise<{ from: string | null; to: ReleaseRecord }> {
  const releases = await history.releases();
  const current = released(await readState(project.stateFile)) ?? referenceOf(releases.at(-1));
  const earlier = current ? releasedBefore(releases, current) : [];
  const to = earlier[back - 1];
  if (to) return { from: current ? `${formatRepository(current.repository)}@${current.digest}` : null, to };
  throw new Failure(
    'NO_SUCH_RELEASE',
    `there ${earlier.length === 1 ? 'is 1 earlier release' : `are ${earlier.length} earlier releases`} of this project, so none is ${back} back`,
    {
      hint: 'releases are remembered on the machine that made them; a digest from elsewhere is pinned with config-report REFERENCE --apply',
      next: 'docker-build status',
    },
  );
}

function referenceOf(release: ReleaseRecord | undefined): Reference | null {
  try {
    return release ? parseReference(release.reference) : null;
  } catch {
    return null;
  }
}

async function stateOf(
  to: ReleaseRecord,
  { project }: RollbackInput,
  { history, now }: RollbackPorts,
): Promise<DeployState> {
  const { repository, digest } = readReference(to.reference);
  const name = formatRepository(repository);
  const push = (await history.pushes()).findLast(
    (one) => one.digest === digest && one.image.startsWith(`${name}:`),
  );
  const before = (await readState(project.stateFile)).value;
  const pushedAt = push?.pushedAt ?? to.timestamp;
  return {
    timestamp: now().toISOString(),
    master_config_commit: before?.master_config_commit ?? null,
    project_config_commit: before?.project_config_commit ?? null,
    container_image_uri: to.reference,
    build_timestamp: seconds(new Date(pushedAt)),
    code_commit: to.codeCommit,
    image: push?.image ?? before?.image ?? name,
    image_id: push?.imageId ?? null,
    pushed_at: pushedAt,
    verified: true,
  };
}
