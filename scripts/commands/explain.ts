import { explain as phase } from '../phases/explain.ts';
import type { CommandRun } from './index.ts';

export const explain: CommandRun = async (argument) => {
  const outcome = await phase({ topic: argument });
  return { ...outcome, reference: null, text: () => outcome.data.text };
};
