import { cp, lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Outcome } from '../../scripts/errors.ts';
import { createSecrets } from '../../scripts/io/secrets.ts';
import type { Digest } from '../../scripts/oci/digest.ts';
import { parseReference, type Reference } from '../../scripts/oci/reference.ts';
import {
  type ConfigReportInput,
  type ConfigReportPorts,
  configReport,
} from '../../scripts/phases/config-report.ts';
import { openProject } from '../../scripts/project.ts';
import type { ConfigReportData, VerifyData } from '../../scripts/results.ts';

export const OLD = `sha256:${'1'.repeat(64)}` as Digest;
export const NEW = `sha256:${'2'.repeat(64)}` as Digest;
export const OTHER = `sha256:${'c'.repeat(64)}` as Digest;
export const IMAGE = 'ghcr.io/acme/agents';

type Asked = Partial<Omit<ConfigReportInput, 'project' | 'reference'>> & { reference?: string | null };

/** A project in a folder of its own, and the phase over it. State and undo are kept beside it. */
export interface TestProject {
  readonly dir: string;
  readonly folder: string;
  /** Progress lines of all runs. */
  readonly lines: string[];
  /** Of `IMAGE@NEW`, without a proof, unless it is said otherwise. */
  readonly run: (asked?: Asked, ports?: Partial<ConfigReportPorts>) => Promise<Outcome<ConfigReportData>>;
  /** Every file by its path, as bytes in latin1; state and undo are no part of it. */
  readonly files: () => Promise<Record<string, string>>;
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  readonly remove: () => Promise<void>;
}

export async function makeProject(files: Readonly<Record<string, string>> | string): Promise<TestProject> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'config-')));
  const dir = join(folder, 'project');
  process.env.XDG_STATE_HOME = join(folder, 'state');
  await mkdir(dir);
  const write = async (texts: Readonly<Record<string, string>>) => {
    for (const [file, text] of Object.entries(texts)) {
      await mkdir(dirname(join(dir, file)), { recursive: true });
      await writeFile(join(dir, file), Buffer.from(text));
    }
  };
  if (typeof files === 'string') await cp(files, dir, { recursive: true });
  else await write(files);
  const lines: string[] = [];
  return {
    dir,
    folder,
    lines,
    write,
    run: async ({ reference = `${IMAGE}@${NEW}`, ...asked } = {}, ports = {}) =>
      configReport(
        {
          project: await openProject(dir, {}),
          reference: reference === null ? null : parseReference(reference),
          mode: 'report',
          only: [],
          online: false,
          allowUnverified: true,
          diff: false,
          dryRun: false,
          ...asked,
        },
        { ...testPorts(lines), ...ports },
      ),
    files: () => filesIn(dir),
    remove: () => rm(folder, { recursive: true }),
  };
}

export const testPorts = (lines: string[] = []): ConfigReportPorts => ({
  progress: (line) => void lines.push(line),
  signal: new AbortController().signal,
  now: () => new Date('2026-01-31T12:00:00.000Z'),
  log: { path: null, write: () => {}, stream: () => process.stderr, close: () => {} },
  secrets: createSecrets(),
  prove: async (reference) => proofOf(reference),
  digestOf: async ({ digest }) => digest ?? NEW,
});

export const proofOf = (
  { repository, digest }: Reference,
  status: VerifyData['status'] = 'verified',
): Outcome<VerifyData> => ({
  data: {
    reference: `${repository.registry}/${repository.path}@${digest}`,
    status,
    level: 'blobs',
    checked: { manifests: 1, blobs: 1, bytes: 1 },
    missing: [],
    platforms: [],
    attempts: 1,
    elapsedMs: 1,
  },
  warnings: [],
});

export async function filesIn(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of await readdir(dir, { recursive: true })) {
    const path = join(dir, name);
    if ((await lstat(path)).isFile()) found[name] = (await readFile(path)).toString('latin1');
  }
  return found;
}

/** `status file:line path` of each target. */
export const told = ({ data }: Outcome<ConfigReportData>): string[] =>
  data.targets.map(({ status, file, line, path }) => `${status} ${file}:${line} ${path}`);
