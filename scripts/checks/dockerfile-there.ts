import { Failure } from '../errors.ts';
import { shellWord } from '../io/shell-word.ts';
import { type Checker, fail, pass } from './check.ts';

const ID = 'project.dockerfile';

export const dockerfileThere: Checker = {
  ids: [ID],
  fast: true,
  async ask({ machine, intent: { file, context } }) {
    if ((await machine.read(file)) !== null) return [pass(ID, `${file} is there`)];
    const [there, folder] = await Promise.all([machine.facts(file), machine.facts(context)]);
    const what = there ? `${file} cannot be read` : `there is no ${file}`;
    return [
      fail(ID, what, {
        evidence: folder?.kind === 'folder' ? null : `the build context ${context} is not there either`,
        fix: [
          there ? `chmod u+r ${shellWord(file)}` : `find ${shellWord(context)} -maxdepth 3 -name '*file'`,
        ],
        failure: new Failure('DOCKERFILE_MISSING', what, { hint: 'name it with --file' }),
      }),
    ];
  },
};
