/**
 * The digest is right in every situation on every engine, with the registry's own bytes as the judge. Where all
 * engines are demanded, the run writes its table to docs/ENGINES.md.
 */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseReference, pinned } from '../../scripts/oci/reference.ts';
import { enginesForTests } from '../support/engines.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';
import { naiveRules } from './naive-rules.ts';
import { type Row, scores, table } from './report.ts';
import { situations } from './situations.ts';

const engines = enginesForTests();
const rows: Row[] = [];

describe.each(engines)('%s', (name) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await openWorkbench(name);
  });
  afterAll(() => bench.stop());

  it.each(situations.map((situation, n) => ({ ...situation, n })))(
    '$name',
    async ({ name: situation, make, n }) => {
      const question = await make(bench, `${bench.registry.host}/team/app${n}`);
      const { image, truth, asked, warnings = [], matchesLocalImage, built, refused = false } = question;
      const expected = truth && pinned(parseReference(image).repository, truth);
      const outcome = await bench.digest(image, asked);
      const naive: Record<string, boolean> = {};
      for (const [rule, ask] of Object.entries(naiveRules))
        naive[rule] = (await ask(bench.real, image)) === expected;
      await question.after?.();
      rows.push({ engine: name, situation, ours: outcome.data.reference === expected, naive, refused });

      expect(outcome.data.reference).toBe(expected);
      expect(outcome.failure?.code).toBe(truth ? undefined : 'NO_DIGEST');
      expect(outcome.warnings.map(({ code }) => code)).toEqual(warnings);
      if (built !== undefined) expect(built).toBe(truth);
      if (matchesLocalImage !== undefined) expect(outcome.data.matchesLocalImage).toBe(matchesLocalImage);
    },
  );
});

afterAll(() => {
  console.log(scores(rows, engines));
  // part of a table is none
  const whole = rows.length === engines.length * situations.length;
  if (whole && process.env.DOCKER_BUILD_ENGINES_DEMANDED === '1') {
    writeFileSync(new URL('../../docs/ENGINES.md', import.meta.url), table(rows, engines));
  }
});
