import { rollbackText } from '../cli/text/config-report.ts';
import { Failure } from '../errors.ts';
import { rollback as phase } from '../phases/rollback.ts';
import { keepState, releaseRecord, writeState } from '../state.ts';
import { report } from './config-report.ts';
import type { CommandRun } from './index.ts';

export const rollback: CommandRun = async (argument, tools) => {
  const { project, options, ports, history } = tools;
  const apply = (options.apply ?? false) && !options.dryRun;
  const outcome = await phase(
    {
      project,
      back: stepsBack(argument),
      apply,
      probe: !options.dryRun,
    },
    {
      ...ports,
      history,
      prove: (reference) => tools.verify(reference),
      configReport: (reference, apply) =>
        // proven by then
        report(tools, { reference, mode: apply ? 'apply' : 'report', allowUnverified: true, diff: true }),
      saveState: async (state) => {
        const putBack = await keepState(project.stateFile);
        await writeState(project.stateFile, state);
        return putBack;
      },
      record: (state) => history.append(releaseRecord(state)),
    },
  );
  return {
    ...outcome,
    reference: outcome.data.to,
    text: () => rollbackText(outcome.data, apply && !outcome.failure),
  };
};

/** @throws Failure USAGE */
function stepsBack(argument = '1'): number {
  if (/^[1-9]\d{0,3}$/.test(argument)) return Number(argument);
  throw new Failure('USAGE', `${JSON.stringify(argument)} is no number of releases to go back`, {
    next: 'docker-build rollback 1',
  });
}
