/** The licences of what is inside the bundle, whole, as those licences ask for. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const TEXT_FILE = /^(licen[cs]e|copying|notice|3rd-party-licen[cs]es)/i;
/** Where a package keeps the licences of what it carries itself, beside its root. */
const FOLDERS = ['', 'build'];
const RULE = '='.repeat(80);

/** `modules`: files of packages, as paths from `root`. One section a package, by name. */
export async function thirdPartyNotices(root: string, modules: readonly string[]): Promise<string> {
  const folders = [...new Set(modules.map(packageFolder))].sort();
  const sections = await Promise.all(folders.map((folder) => section(join(root, folder))));
  return [`docker-build carries code of these packages.\n`, ...sections].join(`\n${RULE}\n\n`);
}

/** `a/node_modules/b/node_modules/@c/d/e.js` → `a/node_modules/b/node_modules/@c/d` */
function packageFolder(module: string): string {
  const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1];
  if (!found) throw new Error(`${module} belongs to no package`);
  return found;
}

async function section(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const texts = (await Promise.all(FOLDERS.map((part) => licenceTexts(join(folder, part))))).flat();
  if (!license || texts.length === 0) throw new Error(`${name} ships no licence`);
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
}

async function licenceTexts(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const texts = names
    .filter((name) => TEXT_FILE.test(name))
    .sort()
    .map((name) => readFile(join(folder, name), 'utf8'));
  return (await Promise.all(texts)).map((text) => text.replaceAll('\r\n', '\n').trim());
}
