import fc from 'fast-check';
import { it } from 'vitest';
import { dotenvCase, holdsForDotenv, holdsForYaml, SLOW_CASES, yamlCases } from './generated.ts';

const timeout = 1_800_000;

it(`all but the value is kept in ${SLOW_CASES} generated files of Ray Serve`, { timeout }, () =>
  fc.assert(fc.asyncProperty(yamlCases['Ray Serve'], holdsForYaml), { numRuns: SLOW_CASES }),
);

it(`all but the value is kept in ${SLOW_CASES} generated .env files`, { timeout }, () =>
  fc.assert(fc.asyncProperty(dotenvCase, holdsForDotenv), { numRuns: SLOW_CASES }),
);
