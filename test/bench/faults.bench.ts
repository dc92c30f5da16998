/** Runs the fault tests once more and writes what each fault came to, and how long it took, to docs/FAULTS.md. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RECORDS, type Recorded } from '../support/records.ts';

const SECTIONS: Readonly<Record<string, string>> = {
  'phases/verify-faults.test.ts': 'Lag, loss, lies, refusals and broken connections',
  'registry/login.test.ts': 'Logins, tokens and credential helpers',
  'registry/redirects.test.ts': 'Redirects',
  'registry/tls.test.ts': 'Certificates and settings of the engines',
  'registry/proxy.test.ts': 'Proxies',
  'phases/verify-lag.slow.test.ts': 'Lag of 1, 5 and 30 s, waited for as the product waits',
};

const HEAD = `# Faults

Written by \`npm run bench\`: every row is a call of \`verify\` in a test against a real registry behind a proxy that makes
the fault. Outside the last section the tests wait milliseconds where the product waits seconds. The tests assert the
status, that no login reaches another host, and that no secret is printed; several calls of one test are several rows.
`;

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'faults-'));
const records = join(folder, 'records');
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', ...Object.keys(SECTIONS).map((file) => `test/${file}`)],
  {
    cwd: root,
    env: { ...process.env, [RECORDS]: records },
    stdio: ['ignore', 'inherit', 'inherit'],
  },
);
process.exitCode = status ?? 1;
if (status === 0) {
  const rows = readFileSync(records, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): Recorded => JSON.parse(line));
  const parts = Object.entries(SECTIONS).map(([file, title]) =>
    section(
      title,
      rows.filter((row) => row.file === file),
    ),
  );
  writeFileSync(join(root, 'docs/FAULTS.md'), [HEAD, ...parts].join('\n'));
}
rmSync(folder, { recursive: true });

function section(title: string, rows: readonly Recorded[]): string {
  const head = '| fault | status | code | exit | ms |\n| --- | --- | --- | ---: | ---: |';
  const lines = rows.map(
    ({ test, status, code, exit, ms }) =>
      `| ${[nameOf(test), status ?? '', code ?? '', exit, Math.round(ms)].join(' | ')} |`,
  );
  return `## ${title}\n\n${head}\n${lines.join('\n')}\n`;
}

/** Without the status that a table's test has in its name, and what would end a cell. */
function nameOf(test: string): string {
  const name = test.split(' > ').slice(-2).join(': ');
  return name
    .replace(/: '[a-z]+'$/, '')
    .replace(/^.*a real registry behind a proxy that makes it: /, '')
    .replace(/['|]/g, '');
}
