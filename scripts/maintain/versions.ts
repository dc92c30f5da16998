/** One version, that of package.json, in every file that must name it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const NAMING = [
  'scripts/version.ts',
  'plugins/docker-build/.claude-plugin/plugin.json',
  '.claude-plugin/marketplace.json',
] as const;

/** In TypeScript and JSON alike: the word version, and after it a version in quotes. */
const NAMED = /(version"?:?\s*[:=]\s*)(["'])\d+\.\d+\.\d+[^"']*\2/gi;

/** These files, by their path, as they must be; only the version may differ from what they are. */
export async function versionedFiles(root: string): Promise<Map<string, string>> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const files = NAMING.map(async (path) => {
    const text = await readFile(join(root, path), 'utf8');
    if (text.match(NAMED)?.length !== 1) throw new Error(`${path} must name the version once`);
    return [path, text.replace(NAMED, `$1$2${version}$2`)] as const;
  });
  return new Map(await Promise.all(files));
}
