import { inTurns } from './measure.ts';
import type { Program } from './program.ts';
import { section, times } from './table.ts';

/** What the program costs before it does anything. */
export async function start({ path, cwd }: Program): Promise<string> {
  const node = (...args: string[]) => ({ program: process.execPath, args, cwd });
  const took = await inTurns(
    { bare: node('-e', '0'), version: node(path, '--version'), help: node(path, '--help') },
    21,
  );
  const { bare = 0, version = 0, help = 0 } = took;
  return section('Start', 'Medians of 21 rounds in turn.', [
    { what: '`node -e 0`', ms: bare },
    {
      what: '`docker-build --version`',
      ms: version,
      ratio: `${times(version / bare)} bare node`,
      goal: 'at most 1.3×',
      met: version / bare <= 1.3,
    },
    { what: '`docker-build --help`', ms: help, ratio: `${times(help / bare)} bare node` },
  ]);
}
