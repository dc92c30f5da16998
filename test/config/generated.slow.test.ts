import fc from 'fast-check';
import { describe, it } from 'vitest';
import { dotenvCase, holdsForDotenv, holdsForYaml, yamlCases } from './generated.ts';

/** 100,000 altogether. */
const CASES = 25_000;
const timeout = 1_800_000;

describe('all but the value is kept', () => {
  it.each(Object.entries(yamlCases))(`in ${CASES} generated files of %s`, { timeout }, (_kind, cases) =>
    fc.assert(fc.asyncProperty(cases, holdsForYaml), { numRuns: CASES }),
  );

  it(`in ${CASES} generated .env files`, { timeout }, () =>
    fc.assert(fc.asyncProperty(dotenvCase, holdsForDotenv), { numRuns: CASES }),
  );
});
