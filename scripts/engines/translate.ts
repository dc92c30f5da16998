/** What an engine printed when it failed, as one of our failures. */
import { type ErrorCode, Failure } from '../errors.ts';
import { parseReference } from '../oci/reference.ts';
import { loginCommand } from '../registry/login-command.ts';
import type { EngineName } from './engine.ts';
import { MESSAGES } from './messages.ts';

/** What the engine was doing. `ask`: answering a question about itself. */
export type Stage = 'ask' | 'build' | 'push';

export interface About {
  readonly engine: EngineName;
  readonly stage: Stage;
  /** The image that is built or pushed; empty if it is about none. */
  readonly image: string;
}

const OTHERWISE: Readonly<Record<Stage, ErrorCode>> = {
  ask: 'ENGINE_UNREACHABLE',
  build: 'BUILD_FAILED',
  push: 'PUSH_FAILED',
};

/** The first message of the table that fits, its words filled in; else the last line that says something. */
export function translate(output: string, about: About): Failure {
  const said = lastError(output);
  for (const entry of MESSAGES) {
    if (entry.engine && entry.engine !== about.engine) continue;
    if (!entry.stages.includes(about.stage)) continue;
    const match = entry.pattern.exec(
      about.stage === 'build' && !entry.anywhere ? said : `${said}\n${output}`,
    );
    if (!match) continue;
    const fill = filler(about, match);
    return new Failure(entry.code, fill(entry.message), {
      ...(entry.hint ? { hint: fill(entry.hint) } : {}),
      ...(entry.next ? { next: fill(entry.next) } : {}),
    });
  }
  const verb = { ask: 'does not answer', build: 'could not build', push: 'could not push' }[about.stage];
  return new Failure(
    OTHERWISE[about.stage],
    `${about.engine} ${verb}${about.image ? ` ${about.image}` : ''}${said ? `: ${said.replace(/^(?:error|fatal):\s*/i, '')}` : ''}`,
  );
}

const filler = (about: About, match: RegExpExecArray) => (text: string) =>
  text.replaceAll(/\{(engine|image|registry|repository|login|\d)\}/g, (_, word: string) => {
    if (/\d/.test(word)) return (match[Number(word)] ?? '').trim();
    if (word === 'engine' || word === 'image') return about[word];
    if (!about.image) return '';
    const { repository } = parseReference(about.image);
    if (word === 'login') return loginCommand(about.engine, repository.registry);
    return word === 'registry' ? repository.registry : `${repository.registry}/${repository.path}`;
  });

/** Where the engine says what ended it, after all that the steps of a build have printed. */
function lastError(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^-+$/.test(line));
  return lines.findLast((line) => /^(error|fatal)\b/i.test(line)) ?? lines.at(-1) ?? '';
}
