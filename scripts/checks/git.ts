/** What the commit is that a release will be said to come from; and that git does not keep the secrets. */
import { Failure } from '../errors.ts';
import { shellWord } from '../io/shell-word.ts';
import { type Checker, fail, pass, type Surroundings, skip, warn } from './check.ts';
import { secretKeys } from './context.ts';

const ID = 'project.git';

export const git: Checker = {
  ids: [ID],
  fast: false,
  async ask(at) {
    const { project } = at;
    const [head, status, tracked] = await Promise.all([
      ask(at, 'rev-parse', '--short', 'HEAD'),
      ask(at, 'status', '--porcelain', '--untracked-files=normal'),
      ask(at, 'ls-files', '.env'),
    ]);
    const dir = shellWord(project.dir);
    if (head === null) {
      if (!project.image?.includes('{git}')) return [skip(ID, 'no commit here: a release will name none')];
      const summary = `${project.image} asks for the short commit, and there is none here`;
      return [
        fail(ID, summary, {
          fix: [`git -C ${dir} log -1`],
          failure: new Failure('GIT_UNAVAILABLE', summary),
        }),
      ];
    }
    if (tracked && secretKeys(project.dotenv ?? {}).length) {
      return [
        warn(ID, 'git keeps .env, with secrets in it, for everybody who has the repository', {
          evidence: 'git ls-files .env',
          fix: [`git -C ${dir} rm --cached .env`, `echo .env >> ${shellWord(`${project.dir}/.gitignore`)}`],
          topic: 'config-files',
        }),
      ];
    }
    const changes = status?.split('\n').filter((line) => line !== '') ?? [];
    if (changes.length) {
      return [
        warn(
          ID,
          `${changes.length} changes are not committed: a release would name ${head}, which does not hold them`,
          {
            evidence: changes.slice(0, 5).join('; '),
            fix: [`git -C ${dir} status`],
          },
        ),
      ];
    }
    return [pass(ID, `all is committed, in ${head}`)];
  },
};

async function ask({ machine, project }: Surroundings, ...args: string[]): Promise<string | null> {
  const { exitCode, stdout } = await machine.run(
    { program: 'git', args: ['-C', project.dir, ...args] },
    5_000,
  );
  return exitCode === 0 ? stdout.trimEnd() : null;
}
