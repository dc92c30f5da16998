import type { DeploymentState } from '../../results.ts';

/** The block that scripts cut out of the output: markers and `KEY=value` lines, nothing else in it. */
export const deploymentStateText = (state: DeploymentState): string =>
  [
    '=== DEPLOYMENT STATE ===',
    ...Object.entries(state).map(([key, value]) => `${key}=${value}`),
    '========================',
  ].join('\n');
