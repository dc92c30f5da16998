/** Ratios taken in one run on one machine, written to docs/BENCHMARKS.md. Exit 1 if a goal is missed. */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { doctor } from './doctor.ts';
import { bundled } from './program.ts';
import { proof } from './proof.ts';
import { release } from './release.ts';
import { search } from './search.ts';
import { start } from './start.ts';

const HEAD = `# Benchmarks

Written by \`npm run bench\`. What counts are the ratios: all of them were taken in one run, in turn, on one machine
(Node ${process.version}, ${availableParallelism()} cores). A time is that of the whole process, from its start to its end.
`;

const program = await bundled();
try {
  const parts = [
    await start(program),
    await proof(program),
    await release(program),
    await doctor(program),
    await search(program),
  ];
  const text = [HEAD, ...parts].join('\n');
  writeFileSync(new URL('../../docs/BENCHMARKS.md', import.meta.url), text);
  console.log(text);
  if (text.includes('**no**')) process.exitCode = 1;
} finally {
  program.remove();
}
