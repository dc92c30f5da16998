import { chmod, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../oci/digest.ts';

/**
 * Where what concerns a project but does not belong into it is kept (logs, undo, history):
 * `${XDG_STATE_HOME:-~/.local/state}/docker-build/<hash of the project's path>`. Made when first needed, 0700.
 */
export function privateFolder(projectDir: string, env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_STATE_HOME?.startsWith('/')
    ? env.XDG_STATE_HOME
    : join(env.HOME || homedir(), '.local', 'state');
  return join(base, 'docker-build', sha256().update(projectDir).digest('hex').slice(0, 16));
}

export async function makePrivate(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  return folder;
}
