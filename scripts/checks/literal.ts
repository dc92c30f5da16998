/** Whether the files that name the image say it literally: what expands no variable deploys their names. */
import { survey } from '../config/survey.ts';
import { Failure } from '../errors.ts';
import type { Target } from '../results.ts';
import { type Checker, fail, pass, skip, warn } from './check.ts';

const ID = 'project.config-literal';

/** What looks pinned and is not. */
const NOT_LITERAL: ReadonlySet<Target['status']> = new Set(['variable', 'short-digest', 'duplicate']);

export const literal: Checker = {
  ids: [ID],
  fast: false,
  async ask({ project, signal }) {
    const topic = 'config-files';
    try {
      const { targets } = await survey({ project, reference: null, only: [], signal });
      const wrong = targets.filter(({ status }) => NOT_LITERAL.has(status));
      const evidence = wrong
        .map(({ file, line, path, status }) => `${file}:${line ?? 1} ${path}: ${status}`)
        .join('; ');
      if (wrong.length) {
        const fix = ['docker-build config-report --diff'];
        return [warn(ID, `${wrong.length} places do not name the image literally`, { evidence, fix, topic })];
      }
      return targets.length
        ? [pass(ID, `${targets.length} places name the image, all literally`)]
        : [skip(ID, 'no file names the image')];
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return [fail(ID, error.message, { evidence: error.hint ?? null, topic, failure: error })];
    }
  },
};
