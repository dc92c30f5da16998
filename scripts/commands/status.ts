import { statusText } from '../cli/text/config-report.ts';
import { status as phase } from '../phases/status.ts';
import { digestAt } from './config-report.ts';
import type { CommandRun } from './index.ts';

export const status: CommandRun = async (_argument, tools) => {
  const { project, options, ports, history } = tools;
  const outcome = await phase(
    { project, online: (options.online ?? false) && !options.dryRun },
    { ...ports, history, digestOf: digestAt(tools) },
  );
  return {
    ...outcome,
    reference: outcome.data.state.containerImageUri,
    text: () => statusText(outcome.data),
  };
};
