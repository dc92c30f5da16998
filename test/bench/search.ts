/** `config-report --check` over a large tree, beside the fastest that only look for the text. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inTurns } from './measure.ts';
import type { Program } from './program.ts';
import { section, times } from './table.ts';

const FILES = 20_000;
const NAMING = 200;
const ROUNDS = 7;
const GOAL = 5;
const REFERENCE = `ghcr.io/acme/app@sha256:${'a'.repeat(64)}`;

export async function search({ path }: Program): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'search-'));
  try {
    plant(dir);
    const env = { ...process.env, XDG_STATE_HOME: join(dir, '.git', 'state') };
    const program = process.execPath;
    const report = [path, 'config-report', REFERENCE];
    const found = JSON.parse(
      execFileSync(program, [...report, '--json'], { cwd: dir, env, encoding: 'utf8', maxBuffer: 1e8 }),
    );
    const all = found.data.targets.filter(({ status }: { status: string }) => status === 'match').length;
    const { rg, git, ours } = await inTurns(
      {
        rg: { program: 'rg', args: ['-lF', 'ghcr.io/acme/app', '.'], cwd: dir },
        git: { program: 'git', args: ['grep', '-IlF', '--untracked', 'ghcr.io/acme/app'], cwd: dir },
        ours: { program, args: [...report, '--check'], cwd: dir, env },
      },
      ROUNDS,
    );
    const ratio = (ours ?? 0) / (rg ?? 1);
    return section(
      'Search',
      `A tree of ${FILES} files, ${NAMING} of which name the image; medians of ${ROUNDS} rounds in turn.`,
      [
        { what: '`rg -lF`', ms: rg ?? 0 },
        { what: '`git grep -lF --untracked`', ms: git ?? 0 },
        {
          what: '`docker-build config-report --check`',
          ms: ours ?? 0,
          ratio: `${times(ratio)} rg`,
          goal: `at most ${GOAL}×`,
          met: ratio <= GOAL,
        },
        { what: 'places that it found', ms: all, goal: `${NAMING}`, met: all === NAMING },
      ],
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Source, data and settings, committed. */
function plant(dir: string): void {
  const kinds = ['ts', 'py', 'yaml', 'json', 'txt'];
  for (let at = 0; at < FILES; at++) {
    const folder = join(dir, `part${at % 20}`, `area${Math.floor(at / 20) % 20}`);
    if (at < 400) mkdirSync(folder, { recursive: true });
    const names = at % (FILES / NAMING) === 0;
    const text = names
      ? `apiVersion: v1\nkind: Pod\nspec: {containers: [{image: ${REFERENCE}}]}\n`
      : 'const value = somethingElse(alpha, beta, gamma)\n'.repeat(20 + (at % 60));
    writeFileSync(join(folder, `file${at}.${names ? 'yaml' : kinds[at % kinds.length]}`), text);
  }
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...words], {
      cwd: dir,
    });
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'bench');
}
