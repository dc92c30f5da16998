import type { BuildData, DeploymentState, ReleaseData } from '../../results.ts';
import { targetsText } from './config-report.ts';
import { counted } from './counted.ts';
import { deploymentStateText } from './deployment-state.ts';

const REPORTED: Record<NonNullable<BuildData['reportedBy']>, string> = {
  'digest-file': "the push's digest file",
  'metadata-file': "the push's metadata file",
  'push-output': 'the line that the push printed',
  registry: 'the registry, asked for the tag, since the push named none',
};

export function buildText(data: BuildData, state: DeploymentState | null): string {
  const lines = data.commands ? [...data.commands] : buildLines(data);
  if (state) lines.push('', deploymentStateText(state));
  return lines.join('\n');
}

function buildLines({ image, reference, reportedBy, platforms, timings, imageId }: BuildData): string[] {
  const lines: string[] = [];
  const { buildMs, pushMs } = timings;
  if (image && buildMs > 0) {
    lines.push(`built   ${image}${took(buildMs)}${imageId ? `, image id ${imageId.slice(7, 19)}` : ''}`);
  }
  if (reference) lines.push(`pushed  ${reference}${took(pushMs)}`);
  if (reportedBy) lines.push(`  digest from ${REPORTED[reportedBy]}`);
  if (platforms.length) lines.push(`  platforms: ${platforms.map(({ platform }) => platform).join(', ')}`);
  return lines;
}

export function releaseText(data: ReleaseData): string {
  const { verify, config, reference, deploymentState } = data;
  const lines = data.commands ? [...data.commands] : buildLines(data);
  if (verify) {
    const { manifests, blobs } = verify.checked;
    lines.push(
      `proof   ${verify.status}: ${counted(manifests, 'manifest')}, ${counted(blobs, 'blob')} in ${verify.elapsedMs} ms`,
    );
  }
  if (config && reference) {
    const matching = config.counts.match ?? 0;
    lines.push(
      `files   ${matching} name it${config.applied ? ' (written)' : ''}`,
      ...targetsText(config.targets),
    );
    if (!config.applied && config.targets.some(({ snippet }) => snippet)) {
      lines.push('  config-report prints the lines to write; with --apply it writes them');
    }
  }
  if (deploymentState) lines.push('', deploymentStateText(deploymentState));
  return lines.join('\n');
}

/** Nothing where it was not done by this run. */
const took = (ms: number): string =>
  ms === 0 ? '' : `  in ${ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`}`;
