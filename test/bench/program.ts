import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCode } from '../../scripts/maintain/code.ts';

export interface Program {
  /** The bundle as users have it, made from the source as it is now. */
  readonly path: string;
  /** An empty project, so that nothing around the checkout counts. */
  readonly cwd: string;
  readonly remove: () => void;
}

export async function bundled(): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const { files } = await bundleCode(fileURLToPath(new URL('../../', import.meta.url)));
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  const cwd = mkdtempSync(join(tmpdir(), 'bench-project-'));
  const remove = () => {
    for (const one of [folder, cwd]) rmSync(one, { recursive: true, force: true });
  };
  return { path: join(folder, 'docker-build.mjs'), cwd, remove };
}
