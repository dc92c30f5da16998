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
  if (skipped.length) lines.push(`skip  ${skipped.map(({ id }) => id).join(' ')}`);
  return lines.join('\n');
}
