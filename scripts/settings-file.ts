/** `docker-build.yaml`: optional, and everything in it is. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from './errors.ts';
import type { SettingsFile } from './settings-schema.ts';

const NAME = 'docker-build.yaml';

/** @throws Failure SETTINGS_INVALID with the key that is wrong */
export async function readSettingsFile(dir: string): Promise<SettingsFile> {
  const path = join(dir, NAME);
  const source = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new Failure('FILE_UNREADABLE', `${path} cannot be read: ${error.message}`, { cause: error });
  });
  if (source === null) return {};
  // most projects have no such file: its parsers are loaded only for those that do
  const [{ parse }, { checkSettings, KNOWN_KEYS }] = await Promise.all([
    import('yaml'),
    import('./settings-schema.ts'),
  ]);
  let json: unknown;
  try {
    json = parse(source) ?? {};
  } catch (error) {
    throw new Failure('SETTINGS_INVALID', `${path} is not YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  const checked = checkSettings(json);
  if (!('wrong' in checked)) return checked;
  throw new Failure('SETTINGS_INVALID', `${path}: ${checked.wrong}`, {
    hint: `known keys: ${KNOWN_KEYS.join(', ')}`,
  });
}
