/** `.env`: there, readable, kept from others, and complete for the registry that will be pushed to. */
import { join } from 'node:path';
import { shellWord } from '../io/shell-word.ts';
import { type Checker, fail, pass, type Surroundings, skip, warn } from './check.ts';
import { secretKeys } from './context.ts';

const ID = 'project.env';

/** What people leave standing from an example. */
const PLACEHOLDER = /^(?:<.*>|\$\{.*\}|your[-_ ].*|.*[-_]here|change[-_]?me|x{3,}|ghp_x+|todo)$/i;

export const envFile: Checker = {
  ids: [ID],
  fast: true,
  async ask(at) {
    const { project, machine } = at;
    const path = join(project.dir, '.env');
    const facts = await machine.facts(path);
    if (!facts) return [skip(ID, 'there is no .env; nothing needs one')];
    if (!project.dotenv) {
      return [
        fail(ID, `${path} cannot be read`, { fix: [`chmod u+r ${shellWord(path)}`], topic: 'config-files' }),
      ];
    }
    const unfilled = Object.entries(project.dotenv).flatMap(([key, value]) =>
      // the image is what a release fills in
      PLACEHOLDER.test(value) && key !== 'CONTAINER_IMAGE_URI' ? [key] : [],
    );
    if (unfilled.length) {
      return [
        warn(ID, `${unfilled.join(', ')} in .env ${unfilled.length > 1 ? 'are' : 'is'} still a placeholder`, {
          evidence: path,
          topic: 'config-files',
        }),
      ];
    }
    const lacking = await missingForLogin(at);
    if (lacking) return [warn(ID, lacking, { evidence: path, topic: 'registries' })];
    const secret = secretKeys(project.dotenv);
    if (secret.length && machine.system !== 'win32' && facts.mode & 0o044) {
      return [
        warn(ID, `everybody on this machine can read ${secret.join(', ')} in .env`, {
          evidence: `mode ${facts.mode.toString(8)} of ${path}`,
          fix: [`chmod 600 ${shellWord(path)}`],
          topic: 'config-files',
        }),
      ];
    }
    return [pass(ID, '.env is readable, by its owner alone where it holds secrets')];
  },
};

/** A user name without a token is half a login, and the other way round the engine asks for a name. */
async function missingForLogin({ project, intent }: Surroundings): Promise<string | null> {
  if (intent.image?.repository.registry !== 'ghcr.io') return null;
  const { GITHUB_TOKEN: token, GITHUB_USERNAME: name } = project.env;
  if (name && !token) return 'GITHUB_USERNAME is set and GITHUB_TOKEN is not: only a stored login can push';
  if (token && !name) return 'GITHUB_TOKEN is set and GITHUB_USERNAME is not';
  return null;
}
