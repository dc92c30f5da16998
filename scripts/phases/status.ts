/** What was released when, and whether the state file, the files and the registry agree. */

import { drift } from '../config/drift.ts';
import { checkOnline, type OnlinePorts } from '../config/online.ts';
import { expectedReference, releasedAs, stateReport } from '../config/released.ts';
import { survey } from '../config/survey.ts';
import { Failure, type Outcome } from '../errors.ts';
import type { Ports } from '../io/ports.ts';
import type { Project } from '../project.ts';
import type { StateReport, StatusData } from '../results.ts';
import { type History, readState } from '../state.ts';

export interface StatusInput {
  readonly project: Project;
  readonly online: boolean;
}

export interface StatusPorts extends Ports, OnlinePorts {
  readonly history: Pick<History, 'releases'>;
}

/** Releases come newest first. Ends with DRIFT where they do not agree, with `online` also as the registry has it. */
export async function status(
  { project, online }: StatusInput,
  ports: StatusPorts,
): Promise<Outcome<StatusData>> {
  const [state, releases] = await Promise.all([readState(project.stateFile), ports.history.releases()]);
  const reference = expectedReference(null, state);
  const found = await survey({ project, reference, only: [], signal: ports.signal });
  const registry = online ? await checkOnline(found, releasedAs(state), ports) : null;
  const said = stateReport(project, state, found.wanted.reference);
  const failure =
    found.failure ?? registry?.failure ?? drift(found) ?? staleState(said, found.wanted.reference);
  return {
    data: {
      releases: releases
        .map(({ reference, timestamp, codeCommit, verified }) => ({
          reference,
          timestamp,
          codeCommit,
          verified,
        }))
        .reverse(),
      agree: failure === null,
      state: said,
      targets: found.targets.filter(({ status }) => status !== 'match'),
    },
    warnings: [...found.warnings, ...(registry?.warnings ?? [])],
    ...(failure ? { failure } : {}),
  };
}

/** The state file names what no file is to say: a tag, or nothing that can be pulled. */
const staleState = (
  { status, file, containerImageUri }: StateReport,
  expected: string | null,
): Failure | null =>
  status === 'stale'
    ? new Failure(
        'DRIFT',
        `the state file ${file} says ${containerImageUri}, ${expected ? `not ${expected}` : 'which names no digest'}`,
        {
          hint: 'the next release writes it; or write container_image_uri in it by hand',
          next: 'docker-build config-report',
        },
      )
    : null;
