import { referenceIn } from '../../config/judge.ts';
import { releasedBefore } from '../../config/released.ts';
import type { ConfigReportData, RollbackData, StatusData, Target } from '../../results.ts';
import { table } from './table.ts';

/** A row for each place, then what to write, with file and line. */
export function configReportText({ reference, targets, state, applied, diff }: ConfigReportData): string {
  const lines = [reference ?? 'no reference is expected: nothing was released and no file names one'];
  if (targets.length) lines.push('', table(targets.map(row)));
  if (state.file) lines.push('', `state  ${state.status}  ${state.file}`);
  if (diff) lines.push('', diff.trimEnd());
  if (applied) lines.push('', 'written');
  else lines.push(...snippets(targets));
  return lines.join('\n');
}

/** What does not match, indented. */
export const targetsText = (targets: readonly Target[]): string[] =>
  targets.length ? [table(targets.map((target) => ['', ...row(target)]))] : [];

const row = ({ status, file, line, path }: Target): string[] => [
  status,
  `${file}${line === null ? '' : `:${line}`}`,
  path,
];

function snippets(targets: readonly Target[]): string[] {
  const open = targets.filter(({ status, snippet }) => status !== 'match' && snippet);
  if (open.length === 0) return [];
  return [
    '',
    'to write, literally:',
    ...open.flatMap(({ file, line, path, snippet }) => [
      `# ${file}${line === null ? '' : `:${line}`}  ${path}`,
      `${snippet}`,
    ]),
  ];
}

export function statusText({ releases, agree, state, targets }: StatusData): string {
  const steps = stepsBack(releases, state.containerImageUri);
  const rows = releases.map(({ timestamp, verified, codeCommit, reference }) => [
    steps.get(reference) ?? '',
    timestamp,
    verified ? 'verified' : 'unverified',
    codeCommit?.slice(0, 12) ?? '-',
    reference,
  ]);
  return [
    releases.length ? table(rows) : 'nothing was released from here yet',
    `state ${state.status}: ${state.containerImageUri ?? 'no state file'}`,
    agree ? 'state file and files agree' : 'state file and files differ:',
    ...targetsText(targets),
  ].join('\n');
}

/** What each release is called by: `rollback N` leads there, `now` is the one in force. */
function stepsBack(releases: StatusData['releases'], current: string | null): ReadonlyMap<string, string> {
  const now = current ?? releases[0]?.reference ?? null;
  const reference = referenceIn(now);
  const earlier = reference ? releasedBefore([...releases].reverse(), reference) : [];
  return new Map([
    [now ?? '', 'now'],
    ...earlier.map(({ reference }, at): [string, string] => [reference, `rollback ${at + 1}`]),
  ]);
}

/** `pins`: it was asked to write, and nothing was in the way. */
export function rollbackText(
  { from, to, verify, targets, applied, diff }: RollbackData,
  pins: boolean,
): string {
  return [
    `from  ${from ?? 'nothing'}`,
    `to    ${to ?? 'nothing'}${verify ? `  ${verify.status}` : ''}`,
    ...targetsText(targets),
    ...(diff ? [diff.trimEnd()] : []),
    applied ? 'written' : pins ? 'every file says so already' : 'nothing was written; --apply pins it',
  ].join('\n');
}
