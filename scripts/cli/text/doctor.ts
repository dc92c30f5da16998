import type { Check, DoctorData } from '../../results.ts';

/** What is wrong first, each with the commands that mend it; what is well in one line. */
export function doctorText({ checks }: DoctorData): string {
  const of = (status: Check['status']) => checks.filter((check) => check.status === status);
  const lines = [...of('fail'), ...of('warn')].flatMap(({ status, id, summary, evidence, fix, topic }) => [
    `${status}  ${id}: ${summary}`,
    ...(evidence ? [`      ${evidence}`] : []),
    ...fix.map((command) => `      $ ${command}`),
    ...(topic && status === 'fail' ? [`      more: docker-build explain ${topic}`] : []),
  ]);
  const passed = of('pass');
  if (passed.length) lines.push(`pass  ${passed.map(({ id }) => id).join(' ')}`);
  const skipped = of('skip');
  for (const { id, summary, fix } of skipped.filter((check) => check.fix.length)) {
    lines.push(`note  ${id}: ${summary}`, ...fix.map((command) => `      $ ${command}`));
  }
  const silent = skipped.filter((check) => check.fix.length === 0);
  if (silent.length) lines.push(`skip  ${silent.map(({ id }) => id).join(' ')}`);
  return lines.join('\n');
}
