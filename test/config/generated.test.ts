import fc from 'fast-check';
import { describe, it } from 'vitest';
import { dotenvCase, holdsForDotenv, holdsForYaml, yamlCases } from './generated.ts';

/** 2,000 altogether; 100,000 in the slow tests. */
const CASES = 500;

describe('all but the value is kept', () => {
  it.each(Object.entries(yamlCases))(
    `in ${CASES} generated files of %s`,
    { timeout: 60_000 },
    (_kind, cases) => fc.assert(fc.asyncProperty(cases, holdsForYaml), { numRuns: CASES }),
  );

  it(`in ${CASES} generated .env files`, () =>
    fc.assert(fc.asyncProperty(dotenvCase, holdsForDotenv), { numRuns: CASES }));
});
