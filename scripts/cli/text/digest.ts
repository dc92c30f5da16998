import type { Candidate, DigestData } from '../../results.ts';

const ORIGIN: Record<Candidate['origin'], string> = {
  push: 'our last push',
  registry: 'the tag',
  'repo-digests': 'RepoDigests',
  argument: '--candidate',
};

/** The reference first, then why it and not the others. */
export function digestText(data: DigestData): string {
  const { reference, kind, mediaType, size, source, candidates, platforms, matchesLocalImage } = data;
  const lines = [reference ?? 'no digest to deploy'];
  if (kind) lines.push(`  ${kind}, ${mediaType}, ${size} bytes${source ? `, from ${source}` : ''}`);
  if (platforms.length > 1 || kind === 'index') {
    lines.push(...platforms.map(({ platform, digest }) => `  ${platform}  ${digest}`));
  }
  if (kind === 'index' && platforms[0]) {
    lines.push(
      `  deploy the index wherever hosts differ; for what cannot read one: --for-platform ${platforms[0].platform}`,
    );
  }
  if (matchesLocalImage !== null) {
    lines.push(
      matchesLocalImage
        ? '  it is the image in the local store'
        : '  the local image of that name is another one',
    );
  }
  for (const { digest, origin, inRegistry, chosen, reason } of candidates) {
    const where = inRegistry === false ? 'not in the registry: ' : '';
    lines.push(`  ${chosen ? 'chosen' : 'not   '}  ${digest}  ${ORIGIN[origin]}: ${where}${reason}`);
  }
  return lines.join('\n');
}
