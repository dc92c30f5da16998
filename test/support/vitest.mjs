import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs these files through vitest and counts. What is no failed test but no success either (a file that does not load, a
 * hook or an unhandled error, a crash, no report, no files) counts as failed: a run never looks better than it was.
 */
export function runVitest(files, env = {}) {
  if (files.length === 0) return count({ testResults: [] }, null);
  const folder = mkdtempSync(join(tmpdir(), 'vitest-report-'));
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  try {
    const { status } = spawnSync(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...files],
      {
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...process.env, ...env },
      },
    );
    return count(read(report), status);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { testResults: [] };
  }
}

/** `status`: vitest's exit status, null after a signal. */
function count({ testResults }, status) {
  const tests = testResults.flatMap((file) => file.assertionResults);
  const having = (wanted) => tests.filter((test) => test.status === wanted).length;
  const brokenFiles = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const passed = having('passed');
  const failed = having('failed') + brokenFiles.length;
  const skipped = tests.length - passed - having('failed');
  const unsaid = failed === 0 && (status !== 0 || passed === 0) ? 1 : 0;
  return { passed, failed: failed + unsaid, skipped };
}
