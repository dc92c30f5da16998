/** Credential helpers: `docker-credential-NAME get`, the server's name on stdin, JSON on stdout. */
import type { Login } from './auth-files.ts';

/** The helper did not do its work; the message quotes neither its output nor a value. */
export class BrokenHelper extends Error {
  override name = 'BrokenHelper';
}

/** A name that cannot lead to another program than the one meant. */
const NAME = /^[A-Za-z0-9._-]+$/;

export const helperProgram = (name: string): string => `docker-credential-${name}`;

/** The login that the helper keeps for `server`; null if it has none. @throws BrokenHelper */
export async function askHelper(
  name: string,
  server: string,
  options: { readonly timeout: number; readonly signal?: AbortSignal; readonly env: NodeJS.ProcessEnv },
): Promise<Login | null> {
  if (!NAME.test(name)) throw new BrokenHelper(`${JSON.stringify(name)} is no name of a credential helper`);
  const program = helperProgram(name);
  const { run } = await import('../io/run.ts');
  const { timeout, signal, env } = options;
  const done = await run(
    { program, args: ['get'], input: server, env },
    { timeout, ...(signal ? { signal } : {}) },
  );
  if (done.notFound) throw new BrokenHelper(`${program} is not on PATH`);
  if (done.timedOut) throw new BrokenHelper(`${program} did not answer within ${timeout / 1000} s`);
  if (done.exitCode !== 0) {
    if (/credentials not found|no credentials/i.test(done.stdout + done.stderr)) return null;
    throw new BrokenHelper(
      `${program} failed (${done.exitCode === null ? 'killed' : `exit ${done.exitCode}`})`,
    );
  }
  return parseHelperAnswer(program, done.stdout);
}

function parseHelperAnswer(program: string, stdout: string): Login | null {
  let answer: { Username?: unknown; Secret?: unknown };
  try {
    answer = Object(JSON.parse(stdout));
  } catch {
    throw new BrokenHelper(`${program} printed something that is not JSON`);
  }
  const { Username: username, Secret: password } = answer;
  if (typeof username !== 'string' || typeof password !== 'string') {
    throw new BrokenHelper(`${program} printed JSON without Username and Secret`);
  }
  if (password === '') return null;
  return username === '<token>'
    ? { username: '', password: '', identityToken: password }
    : { username, password };
}
