import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCode } from '../../scripts/maintain/code.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const skill = 'plugins/docker-build/skills/docker-build';

/**
 * The skill's folder as it would be installed, with the program as the source is now: for users and places that cannot
 * reach this checkout. The path of its launcher.
 */
export async function installSkill(folder: string): Promise<string> {
  cpSync(join(root, skill), folder, { recursive: true, filter: (path) => !path.endsWith('/scripts/lib') });
  const lib = join(folder, 'scripts/lib');
  mkdirSync(lib);
  const { files } = await bundleCode(root);
  for (const [name, text] of files) writeFileSync(join(lib, name), text);
  return join(folder, 'scripts/docker-build');
}
