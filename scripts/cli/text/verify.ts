import type { MissingEntry, VerifyData, VerifyManyData } from '../../results.ts';
import { counted } from './counted.ts';
import { table } from './table.ts';

/** One line for what holds, one for each thing that does not. */
export function verifyText({
  reference,
  status,
  level,
  checked,
  missing,
  platforms,
  attempts,
  elapsedMs,
}: VerifyData): string {
  const read = `${counted(checked.manifests, 'manifest')}, ${counted(checked.blobs, 'blob')}, ${counted(checked.bytes, 'byte')} hashed`;
  const tries = attempts > 1 ? `, ${attempts} attempts` : '';
  return [
    `${status ?? 'not asked'}  ${reference}`,
    `  level ${level}: ${read} in ${elapsedMs} ms${tries}`,
    ...(platforms.length ? [`  platforms: ${platforms.map(({ platform }) => platform).join(', ')}`] : []),
    ...missing.map(missingText),
  ].join('\n');
}

const missingText = ({ role, digest, platform, httpStatus }: MissingEntry): string =>
  [
    `  missing ${role}`,
    ...(digest ? [digest] : []),
    ...(platform ? [`for ${platform}`] : []),
    ...(httpStatus === null ? [] : [`(HTTP ${httpStatus})`]),
  ].join(' ');

/** Below each line that is not verified stands why. `failures`: in the order of the references. */
export function verifyManyText(
  { counts, references, elapsedMs }: VerifyManyData,
  failures: readonly ({ readonly message: string } | undefined)[],
): string {
  const sums = Object.entries(counts).map(([status, count]) => `${count} ${status}`);
  const lines = table(references.map(({ status, reference }) => [status ?? 'not asked', reference]));
  return [
    ...lines.split('\n').flatMap((line, at) => {
      const why = failures[at]?.message;
      return [line, ...(why ? [`  ${why}`] : []), ...(references[at]?.missing ?? []).map(missingText)];
    }),
    `${counted(references.length, 'reference')}: ${sums.join(', ')} in ${elapsedMs} ms`,
  ].join('\n');
}
