import fc from 'fast-check';
import { it } from 'vitest';
import { holdsForYaml, SLOW_CASES, yamlCases } from './generated.ts';

const timeout = 1_800_000;

it.each(['Kubernetes', 'KubeRay'] as const)(
  `all but the value is kept in ${SLOW_CASES} generated files of %s`,
  { timeout },
  (kind) => fc.assert(fc.asyncProperty(yamlCases[kind], holdsForYaml), { numRuns: SLOW_CASES }),
);
