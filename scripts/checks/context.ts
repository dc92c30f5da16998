/** What of the project's own files would go into the build context, and from there into the image. */
import { join, relative } from 'node:path';
import { type Checker, type Finding, fail, pass, type Surroundings, skip, warn } from './check.ts';
import { copyThatTakes, type Dockerfile, parseDockerfile } from './dockerfile.ts';
import { excludeCommand, type IgnoreFile, readIgnoreFile } from './ignore-file.ts';

const SECRETS = 'project.context-secrets';
const STATE = 'project.context-state';

/** Files that hold logins wherever they lie. */
const KEYS_AND_LOGINS = ['.netrc', '.npmrc', '.pypirc', '.git-credentials', '.aws', '.ssh', '.docker'];

const SECRET_KEY = /TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY|_KEY$|_PAT$/i;
const LOGIN_IN_URL = /:\/\/[^/\s:@]+:[^/\s@]+@/;

/** Names of the keys whose values must not leave this machine. */
export const secretKeys = (dotenv: Readonly<Record<string, string>>): string[] =>
  Object.entries(dotenv).flatMap(([key, value]) =>
    value !== '' && (SECRET_KEY.test(key) || LOGIN_IN_URL.test(value)) ? [key] : [],
  );

interface Seen {
  readonly at: Surroundings;
  readonly dockerfile: Dockerfile;
  readonly ignoreFile: IgnoreFile;
}

export const context: Checker = {
  ids: [SECRETS, STATE],
  fast: true,
  async ask(at) {
    const { machine, intent } = at;
    const { info } = await at.engine();
    const [source, ignoreFile] = await Promise.all([
      machine.read(intent.file),
      readIgnoreFile(machine, intent.context, intent.file, info?.name ?? at.engineAsked ?? null),
    ]);
    if (source === null)
      return [skip(SECRETS, 'there is no Dockerfile'), skip(STATE, 'there is no Dockerfile')];
    const seen = { at, dockerfile: parseDockerfile(source), ignoreFile };
    return [await secrets(seen), await state(seen)];
  },
};

/** The path as the ignore file has to name it; null where it is outside the context or kept out already. */
function inContext({ at, ignoreFile }: Seen, path: string): string | null {
  const way = relative(at.intent.context, path).replaceAll('\\', '/');
  return way === '' || way === '..' || way.startsWith('../') || ignoreFile.excludes(way) ? null : way;
}

const keepOut = ({ ignoreFile }: Seen, ways: readonly string[]): string[] => {
  const first = ways.slice(0, 1).map((way) => excludeCommand(ignoreFile, way));
  const ended = { ...ignoreFile, text: '\n' };
  return [...first, ...ways.slice(1).map((way) => excludeCommand(ended, way))];
};

async function secrets(seen: Seen): Promise<Finding> {
  const { at, dockerfile } = seen;
  const dotenvPath = at.project.dotenv ? join(at.project.dir, '.env') : null;
  const others = await Promise.all(
    KEYS_AND_LOGINS.map(async (name) => {
      const path = join(at.intent.context, name);
      return (await at.machine.facts(path)) ? path : null;
    }),
  );
  const ways = [dotenvPath, ...others].flatMap((path) => (path ? (inContext(seen, path) ?? []) : []));
  if (ways.length === 0) return pass(SECRETS, 'no .env and no file with logins lies in the build context');

  const dotenvWay = dotenvPath ? inContext(seen, dotenvPath) : null;
  const copy = dotenvWay ? copyThatTakes(dockerfile, dotenvWay) : undefined;
  const keys = secretKeys(at.project.dotenv ?? {});
  const details = { fix: keepOut(seen, ways), topic: 'config-files' } as const;
  if (copy && keys.length) {
    return fail(SECRETS, `the image would hold ${dotenvWay}, with ${keys.join(', ')} in it`, {
      ...details,
      evidence: `line ${copy.line} of ${at.intent.file} copies it, and ${seen.ignoreFile.path} does not keep it out`,
    });
  }
  return warn(SECRETS, `${ways.join(', ')} in the build context: keep it out of images and caches`, {
    ...details,
    evidence: `${seen.ignoreFile.path} ${seen.ignoreFile.text === null ? 'is not there' : 'does not keep it out'}`,
  });
}

/** Each release rewrites the state file: in a copied context, that makes every image a new one. */
async function state(seen: Seen): Promise<Finding> {
  const { at, dockerfile } = seen;
  const claude = join(at.project.dir, '.claude');
  const found = await Promise.all(
    [claude, at.project.stateFile].map(async (path) => {
      const way = inContext(seen, path);
      const counts = way && ((await at.machine.facts(path)) || copyThatTakes(dockerfile, way));
      return counts && (path !== claude || (await at.machine.facts(path))) ? way : null;
    }),
  );
  const ways = found.filter((way) => way !== null);
  const shortest = ways.filter((way) => !ways.some((other) => way.startsWith(`${other}/`)));
  if (shortest.length === 0)
    return pass(STATE, 'neither .claude nor the state file lies in the build context');
  return warn(
    STATE,
    `${shortest.join(', ')} in the build context: each release would change the next image`,
    {
      evidence: `${seen.ignoreFile.path} ${seen.ignoreFile.text === null ? 'is not there' : 'does not keep it out'}`,
      fix: keepOut(seen, shortest),
      topic: 'config-files',
    },
  );
}
