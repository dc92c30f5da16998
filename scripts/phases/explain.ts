/** The long text of a subject or of an error code: a reference file of the skill, or the section of one. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { closest, distance } from 'fastest-levenshtein';
import { CODES, Failure, type Outcome } from '../errors.ts';
import type { ExplainData } from '../results.ts';

export const TOPICS = [
  'digests',
  'podman-rootless',
  'registries',
  'config-files',
  'exit-codes',
  'ray-serve',
] as const;

/** From the bundle (`skills/docker-build/scripts/lib/`), and from the source (`scripts/phases/`). */
const FOLDERS = ['../../references/', '../../plugins/docker-build/skills/docker-build/references/'];

interface ExplainInput {
  /** A subject, an error or warning code in any case, or nothing: then what there is. */
  readonly topic: string | undefined;
}

/** @throws Failure TOPIC_UNKNOWN with the nearest topic */
export async function explain({ topic }: ExplainInput): Promise<Outcome<ExplainData>> {
  if (topic === undefined) return { data: { topic: 'topics', text: await contents() }, warnings: [] };
  const subject = TOPICS.find((known) => known === topic.toLowerCase());
  if (subject) return { data: { topic: subject, text: await reference(subject) }, warnings: [] };
  const code = topic.toUpperCase().replaceAll('-', '_');
  const text = sectionOf(await reference('exit-codes'), code);
  if (text) return { data: { topic: code, text }, warnings: [] };
  throw unknown(topic);
}

async function contents(): Promise<string> {
  const heads = await Promise.all(
    TOPICS.map(async (topic) => `${topic.padEnd(16)} ${title(await reference(topic))}`),
  );
  return `${heads.join('\n')}\n\nand every code that an error or warning is told with, as in: docker-build explain DENIED\n`;
}

const title = (text: string): string => /^# (.+)$/m.exec(text)?.[1] ?? '';

/** The part under the heading of that name, down to the next heading of its depth or above; null if there is none. */
export function sectionOf(text: string, heading: string): string | null {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '').trim() === heading);
  const depth = /^#+/.exec(lines[start] ?? '')?.[0].length;
  if (depth === undefined) return null;
  const length = lines
    .slice(start + 1)
    .findIndex((line) => (/^#+(?= )/.exec(line)?.[0].length ?? 9) <= depth);
  const end = length < 0 ? lines.length : start + 1 + length;
  return `${lines.slice(start, end).join('\n').trimEnd()}\n`;
}

async function reference(topic: string): Promise<string> {
  for (const folder of FOLDERS) {
    const path = fileURLToPath(new URL(`${folder}${topic}.md`, import.meta.url));
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  throw new Failure('FILE_UNREADABLE', `references/${topic}.md of the skill is not there`, {
    hint: 'the skill folder was copied in part: install it again',
  });
}

function unknown(topic: string): Failure {
  const known = [...TOPICS, ...Object.keys(CODES)];
  const asked = /^[A-Z_]+$/.test(topic) ? topic : topic.toLowerCase();
  const nearest = closest(asked, known);
  const near = distance(asked, nearest) <= Math.max(2, topic.length / 2) ? nearest : null;
  return new Failure('TOPIC_UNKNOWN', `there is no topic ${JSON.stringify(topic)}`, {
    hint: near ? `did you mean ${near}?` : `topics: ${TOPICS.join(', ')}, and every error code`,
    next: near ? `docker-build explain ${near}` : 'docker-build explain',
  });
}
