/** What went wrong between us and a registry, in words that end the search. */
import { type ErrorCode, Failure } from '../errors.ts';
import type { Repository } from '../oci/reference.ts';
import { loginCommand } from './login-command.ts';
import type { Answer } from './wire.ts';

/** A failure, and whether asking again could help. */
export interface Problem {
  readonly failure: Failure;
  /** How often it is worth trying in all; 1 is final. */
  readonly tries: number;
  /** Milliseconds that the other side asked us to wait. */
  readonly after?: number | undefined;
}

/** distribution-spec "Error Codes": the first error of the body. */
export interface RegistryError {
  readonly code: string;
  readonly message: string;
}

export const TRIES = { answer: 10, network: 6, absent: 3, final: 1 } as const;

/** The URL as it may be shown: a query can hold a signature or a token. */
export const shown = (url: URL): string => `${url.origin}${url.pathname}${url.search ? '?…' : ''}`;

/** What the registry itself said, short. A token server says `details` or `error_description`. */
export function readRegistryError(body: string): RegistryError | undefined {
  try {
    const json = Object(JSON.parse(body));
    const first = Object(Array.isArray(json.errors) ? json.errors[0] : json);
    const code = [first.code, first.error].find((value) => typeof value === 'string') ?? '';
    const message = [first.message, first.error_description, first.details, first.detail].find(
      (value) => typeof value === 'string' && value !== '',
    );
    return code || message ? { code: oneLine(code, 60), message: oneLine(message ?? '', 300) } : undefined;
  } catch {
    return undefined;
  }
}

/** One line, without control characters that a terminal would obey. */
export const oneLine = (text: string, limit: number): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit)}…` : line;
};

const sentence = (method: string, url: URL, status: number, said: RegistryError | undefined): string =>
  `${method} ${shown(url)} was answered with ${status}${said ? ` ${[said.code, said.message].filter(Boolean).join(': ')}` : ''}`;

/** How a registry hides what it does not show, where it has a way of its own. */
function privacy({ registry, path }: Repository, push: boolean): string {
  if (registry === 'ghcr.io') {
    return push
      ? 'ghcr.io wants a token (classic) with write:packages, and the right to write to this package'
      : `ghcr.io says the same of a package that does not exist and of one that is private: the token needs read:packages, or make the package ${path} public`;
  }
  if (registry === 'docker.io') {
    return push
      ? 'Docker Hub wants an access token with Read & Write, of a user who may push to this namespace'
      : 'Docker Hub says the same of a repository that does not exist and of one that is private';
  }
  return push
    ? 'the login may read but not write here, or there is none'
    : 'the login may not read this repository, or it does not exist';
}

export interface Asked {
  readonly method: string;
  readonly repository: Repository;
  readonly push: boolean;
  /** Where the login came from that was sent; null: none was. */
  readonly source: string | null;
}

/** 401 and 403. A clock that is far off spoils tokens and certificates, so it is named. */
export function denied(
  asked: Asked,
  answer: Pick<Answer, 'status' | 'url' | 'headers'>,
  body: string,
  now: Date,
): Failure {
  const said = readRegistryError(body);
  const { repository, source } = asked;
  const who = source === null ? 'no login was sent' : `with the login of ${source}`;
  const skew = Date.parse(answer.headers.date ?? '') - now.getTime();
  const clock =
    Math.abs(skew) > 300_000
      ? ` This machine's clock is off by ${Math.round(Math.abs(skew) / 60_000)} minutes: set it first.`
      : '';
  const unknown = said?.code === 'NAME_UNKNOWN';
  return new Failure(
    unknown ? 'REPOSITORY_UNKNOWN' : 'DENIED',
    `${repository.registry} refused ${asked.push ? 'a push to' : 'to show'} ${repository.path}: ${sentence(asked.method, answer.url, answer.status, said)} (${who})`,
    {
      hint: `${privacy(repository, asked.push)}.${clock}`,
      next: loginCommand('podman', repository.registry),
    },
  );
}

/** Any other answer that is no success. */
export function refused(asked: Asked, answer: Answer, body: string, after: number | undefined): Failure {
  const { registry } = asked.repository;
  const what = sentence(asked.method, answer.url, answer.status, readRegistryError(body));
  const wait = after === undefined ? '' : ` It asks to wait ${Math.ceil(after / 1000)} s.`;
  if (answer.status === 429) {
    return new Failure('RATE_LIMITED', `${registry} allows no more requests for now: ${what}`, {
      hint: `Wait, or log in: most registries allow more to a user who is known.${wait}`,
      next: loginCommand('podman', registry),
    });
  }
  if (answer.status === 407) {
    return new Failure('UNREACHABLE', `the proxy wants a login: ${what}`, {
      hint: 'Put it into HTTPS_PROXY as http://user:password@host:port.',
    });
  }
  return new Failure('UNREACHABLE', `${registry} does not do its work: ${what}`, {
    hint:
      answer.status >= 500
        ? `The fault is the registry's or of a proxy before it; try later.${wait}`
        : 'Is this a registry?',
    next: `curl -i ${answer.url.origin}/v2/`,
  });
}

/** A `Failure` of the given code about a rule of ours that the other side broke. */
export const guarded = (code: ErrorCode, message: string): Failure =>
  new Failure(code, message, { hint: 'A broken proxy, or an attack: do not deploy before it is explained.' });
