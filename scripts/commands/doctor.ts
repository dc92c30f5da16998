import { doctorText } from '../cli/text/doctor.ts';
import { checkup } from './checkup.ts';
import type { CommandRun } from './index.ts';

export const doctor: CommandRun = async (_argument, tools) => {
  const outcome = await checkup(tools, null);
  return { ...outcome, reference: null, text: () => doctorText(outcome.data) };
};
