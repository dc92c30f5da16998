/** The values of `--secret`, so that no RUN step that prints one puts it into the log or onto the terminal. */
import { open } from 'node:fs/promises';
import { readSecretSpec } from '../engines/secret-spec.ts';
import type { Secrets } from '../io/ports.ts';

/** Larger files are data: looking for each of their lines in all that is printed would take too long. */
const LARGEST = 64 * 1024;
/** Shorter lines are words that stand elsewhere, too. */
const SHORTEST_LINE = 12;

/** What cannot be read is left out: doctor and the engine tell it. */
export async function hideSecrets(
  specs: readonly string[],
  secrets: Secrets,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  for (const spec of specs) {
    const { file, variable, either } = readSecretSpec(spec);
    const name = variable ?? either;
    const value = name === undefined ? undefined : env[name];
    const path = file ?? (value === undefined ? either : undefined);
    const text = (path === undefined ? value : await start(path)) ?? '';
    secrets.add(text.trim());
    for (const line of text.split('\n').map((one) => one.trim())) {
      if (line.length >= SHORTEST_LINE) secrets.add(line);
    }
  }
}

async function start(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => null);
  if (!file) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LARGEST), 0, LARGEST, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
