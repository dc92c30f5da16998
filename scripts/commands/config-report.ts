import { configReportText } from '../cli/text/config-report.ts';
import type { OnlinePorts } from '../config/online.ts';
import { Failure, type Outcome } from '../errors.ts';
import type { Reference } from '../oci/reference.ts';
import { configReport as phase } from '../phases/config-report.ts';
import { readReference } from '../project.ts';
import type { ConfigReportData } from '../results.ts';
import type { CommandRun } from './index.ts';
import type { Toolbox } from './toolbox.ts';

export const configReport: CommandRun = async (argument, tools) => {
  const { options } = tools;
  const modes = (['check', 'apply', 'undo'] as const).filter((mode) => options[mode]);
  if (modes.length > 1) {
    throw new Failure('USAGE', `--${modes[0]} and --${modes[1]} exclude each other`, {
      next: 'docker-build config-report --help',
    });
  }
  const outcome = await report(tools, {
    reference: argument === undefined ? null : readReference(argument),
    mode: modes[0] ?? 'report',
    allowUnverified: options.allowUnverified ?? false,
  });
  return { ...outcome, reference: outcome.data.reference, text: () => configReportText(outcome.data) };
};

interface Asked {
  readonly reference: Reference | null;
  readonly mode: 'report' | 'check' | 'apply' | 'undo';
  readonly allowUnverified: boolean;
  /** Whether or not it was asked for on the command line. */
  readonly diff?: boolean;
}

export async function report(tools: Toolbox, asked: Asked): Promise<Outcome<ConfigReportData>> {
  const { project, options, ports } = tools;
  return phase(
    {
      project,
      only: options.only ?? [],
      online: options.online ?? false,
      diff: options.diff ?? false,
      ...asked,
      ...(options.dryRun ? dry(asked) : { dryRun: false }),
    },
    {
      ...ports,
      prove: (reference) => tools.verify(reference),
      digestOf: digestAt(tools),
    },
  );
}

/** Shown instead of written, and nobody is asked. */
const dry = ({ mode }: Asked) => ({
  mode: mode === 'apply' ? ('report' as const) : mode,
  diff: true,
  online: false,
  dryRun: true,
});

/** What the registry serves for a tag or digest; null if nothing. */
export const digestAt =
  ({ registry }: Toolbox): OnlinePorts['digestOf'] =>
  async ({ repository, tag, digest }) =>
    (await registry().manifest(repository, digest ?? tag ?? 'latest'))?.descriptor.digest ?? null;
