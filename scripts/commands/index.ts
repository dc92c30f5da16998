/** Each command's wiring, loaded only when it is asked for. */
import type { CommandName } from '../cli/commands.ts';
import type { Shown } from '../cli/render.ts';
import type { Toolbox } from './toolbox.ts';

/** Puts a phase together with what it needs, runs it, and says how its result is shown. */
export type CommandRun = (argument: string | undefined, tools: Toolbox) => Promise<Shown>;

export const commands: Readonly<Record<CommandName, () => Promise<CommandRun>>> = {
  release: async () => (await import('./release.ts')).release,
  build: async () => (await import('./build.ts')).build,
  digest: async () => (await import('./digest.ts')).digest,
  verify: async () => (await import('./verify.ts')).verify,
  'config-report': async () => (await import('./config-report.ts')).configReport,
  doctor: async () => (await import('./doctor.ts')).doctor,
  status: async () => (await import('./status.ts')).status,
  rollback: async () => (await import('./rollback.ts')).rollback,
  explain: async () => (await import('./explain.ts')).explain,
};
