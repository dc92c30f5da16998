/**
 * Makes all that is generated and committed: the version in its files, the program in the plugin, its notices, the schemas.
 *
 *   npm run bundle               writes what differs
 *   npm run bundle -- --check    writes nothing; exit 1 and the names of what differs
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCode } from './code.ts';
import { thirdPartyNotices } from './notices.ts';
import { outputSchema, settingsSchema } from './schema.ts';
import { versionedFiles } from './versions.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SKILL = 'plugins/docker-build/skills/docker-build';
/** Holds nothing but what is generated. */
const LIB = `${SKILL}/scripts/lib`;

/** Path from the root → text; null: there must be no such file. */
type Files = ReadonlyMap<string, string | null>;

const check = process.argv.includes('--check');
const versions = await differing(await versionedFiles(ROOT));
// the program names its version: it is written before the program is read
if (!check) await write(versions);
const rest = await differing(await generated());
if (!check) await write(rest);

const paths = [...versions.keys(), ...rest.keys()];
for (const path of paths) console.log(`${check ? 'differs from a fresh build' : 'written'}: ${path}`);
if (check && paths.length > 0) {
  console.log('next: npm run bundle');
  process.exitCode = 1;
}

async function generated(): Promise<Files> {
  const { files, inside } = await bundleCode(ROOT);
  const there = await readdir(join(ROOT, LIB)).catch(() => []);
  return new Map<string, string | null>([
    ...there.map((name) => [`${LIB}/${name}`, null] as const),
    ...[...files].map(([name, text]) => [`${LIB}/${name}`, text] as const),
    [`${LIB}/THIRD_PARTY_NOTICES.txt`, await thirdPartyNotices(ROOT, inside)],
    [`${SKILL}/references/schema.json`, outputSchema()],
    [`${SKILL}/references/docker-build.schema.json`, settingsSchema()],
  ]);
}

async function differing(files: Files): Promise<Files> {
  const compared = [...files].map(async ([path, text]) => {
    const current = await readFile(join(ROOT, path), 'utf8').catch(() => null);
    return current === text ? [] : [[path, text] as const];
  });
  return new Map((await Promise.all(compared)).flat());
}

async function write(files: Files): Promise<void> {
  for (const [path, text] of files) {
    const file = join(ROOT, path);
    if (text === null) await rm(file);
    else {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }
}
