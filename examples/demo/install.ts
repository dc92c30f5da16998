/** Brings an engine and a registry to a Debian or Ubuntu that has none. */
import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../scripts/errors.ts';
import { commandLine, run } from '../../scripts/io/run.ts';

const script = fileURLToPath(new URL('install.sh', import.meta.url));

/** Says what it will install and does so: as root at once, else where a terminal says yes. @throws Failure DOCTOR_FAILED */
export async function install(packages: readonly string[], say: (text: string) => void): Promise<void> {
  const names = packages.join(', ');
  const root = process.getuid?.() === 0;
  const [program = 'sh', ...args] = [...(root ? [] : ['sudo']), 'sh', script, ...packages];
  const command = commandLine({ program, args });
  if ((await run({ program: 'apt-get', args: ['--version'] })).notFound) {
    throw new Failure(
      'DOCTOR_FAILED',
      `the demo needs podman or docker, and a registry; missing here: ${names}`,
      {
        next: 'install them with the package manager of this machine, then: npm run demo',
      },
    );
  }
  if (!root && !(await agreed(`${names} will be installed by ${command}. Go on?`))) {
    throw new Failure('DOCTOR_FAILED', `the demo needs ${names}`, { next: command });
  }
  say(`installing ${names} with apt-get (no service is started)`);
  const { status } = spawnSync(program, args, { stdio: ['inherit', 2, 2] });
  if (status !== 0) throw new Failure('DOCTOR_FAILED', `${names} could not be installed`, { next: command });
}

async function agreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
