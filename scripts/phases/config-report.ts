/** What each file must say and what it says now; checked, written, or taken back. */
import { apply } from '../config/apply.ts';
import { drift, nothingSaysWhich } from '../config/drift.ts';
import { checkOnline, type OnlinePorts } from '../config/online.ts';
import { expectedReference, released, releasedAs, stateReport } from '../config/released.ts';
import { diff, plan } from '../config/rewrite.ts';
import { type Survey, type SurveyInput, survey } from '../config/survey.ts';
import { type Undone, undo } from '../config/undo.ts';
import { Failure, type Outcome, type Warning } from '../errors.ts';
import type { Ports } from '../io/ports.ts';
import { privateFolder } from '../io/private-folder.ts';
import type { Reference } from '../oci/reference.ts';
import { type Project, readReference } from '../project.ts';
import type { ConfigReportData, VerifyData } from '../results.ts';
import { readState } from '../state.ts';

export interface ConfigReportInput {
  readonly project: Project;
  /** What must stand everywhere; null: what the state file says, or what all places agree on. */
  readonly reference: Reference | null;
  readonly mode: 'report' | 'check' | 'apply' | 'undo';
  /** Patterns as in .gitignore; none: all files. */
  readonly only: readonly string[];
  readonly online: boolean;
  readonly allowUnverified: boolean;
  readonly diff: boolean;
  /** `undo` only says what it would take back. Whoever asks for another mode asks for a report instead. */
  readonly dryRun: boolean;
}

export interface ConfigReportPorts extends Ports, OnlinePorts {
  /** The proof that is asked for before anything is written. */
  readonly prove: (reference: Reference) => Promise<Outcome<VerifyData>>;
}

/**
 * Ends with the first that applies of: bad input (2), the registry (5), not deployable (7), drift (8).
 * @throws Failure for what is wrong before there is anything to report
 */
export async function configReport(
  input: ConfigReportInput,
  ports: ConfigReportPorts,
): Promise<Outcome<ConfigReportData>> {
  const { project, mode } = input;
  const undone = mode === 'undo' ? await takeBack(input, ports).catch(failureOf) : null;
  const state = await readState(project.stateFile);
  const reference = mode === 'undo' ? released(state) : expectedReference(input.reference, state);
  const asked: SurveyInput = { project, reference, only: input.only, signal: ports.signal };
  const found = await survey(asked);
  const planned = found.failure || undone ? [] : await plan(found.files).catch(failureOf);
  const shown =
    undone instanceof Failure || planned instanceof Failure ? '' : (undone?.diff ?? diff(planned));
  const warnings: Warning[] = [];
  const told = (now: Survey, applied: boolean, failure: Failure | null): Outcome<ConfigReportData> => ({
    data: {
      reference: now.wanted.reference,
      targets: [...now.targets],
      state: stateReport(project, state, now.wanted.reference),
      applied,
      ...(input.diff ? { diff: shown } : {}),
    },
    // a variable that was written over is none any more
    warnings: [...found.warnings.filter((warning) => isStill(warning, now)), ...warnings],
    ...(failure ? { failure } : {}),
  });

  if (undone) return told(found, false, undone instanceof Failure ? undone : null);
  if (found.failure) return told(found, false, found.failure);
  if (planned instanceof Failure) return told(found, false, planned);
  const wanted = found.wanted.reference;
  if (mode === 'apply' && wanted === null && drift(found)) return told(found, false, nothingSaysWhich());

  const online = input.online ? await checkOnline(found, releasedAs(state), ports) : null;
  warnings.push(...(online?.warnings ?? []));
  if (mode === 'apply' && wanted !== null && !input.allowUnverified) {
    const proof = await ports.prove(readReference(wanted));
    warnings.push(...proof.warnings);
    if (proof.failure) return told(found, false, proof.failure);
  }
  if (online?.failure) return told(found, false, online.failure);
  if (mode !== 'apply' || wanted === null) return told(found, false, mode === 'check' ? drift(found) : null);

  const again: SurveyInput = {
    ...asked,
    reference: readReference(wanted),
    files: found.files.map(({ source }) => source.file),
  };
  const written = await apply({
    dir: project.dir,
    folder: privateFolder(project.dir),
    planned,
    planAgain: async () => plan((await survey(again)).files),
    signal: ports.signal,
  }).catch(failureOf);
  if (written instanceof Failure) return told(found, false, written);
  for (const name of written) ports.progress(`[config-report] ${name} written`);
  const after = await survey(again);
  return told(after, written.length > 0, after.failure ?? drift(after));
}

const isStill = ({ code, message }: Warning, { warnings }: Survey): boolean =>
  code !== 'RAY_VARIABLE_LITERAL' || warnings.some((one) => one.message === message);

async function takeBack({ project, only, dryRun }: ConfigReportInput, ports: Ports): Promise<Undone> {
  const folder = privateFolder(project.dir);
  const undone = await undo({ dir: project.dir, folder, only, dryRun, signal: ports.signal });
  if (!dryRun) for (const name of undone.files) ports.progress(`[config-report] ${name} is as it was`);
  return undone;
}

/** What is known by then is told all the same. */
function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  throw error;
}
