/**
 * Who we are to a registry: answers its challenge with the logins there are, one after the other, and keeps
 * what it gave us. One for each repository and kind of access; they share what the registry is known to ask for.
 */
import { monotonic } from '../io/clock.ts';
import type { Secrets } from '../io/ports.ts';
import { type Challenge, chooseChallenge } from './challenge.ts';
import type { Credentials } from './credentials.ts';
import { checkRealm } from './realm.ts';
import { type AskTokenServer, basic, fetchToken, type Token, TokenRefused } from './tokens.ts';
import type { Answer } from './wire.ts';

/** What was sent with a request. */
export interface Authorization {
  readonly header: string | undefined;
  /** Where its login stands; null: anonymous. */
  readonly source: string | null;
  /** Which of the logins it was. */
  readonly turn: number;
  /** The registry had said what it wants. */
  readonly asked: boolean;
}

/** What a registry asks for, learnt from its first 401; shared by all its repositories. */
export interface Door {
  challenge: Challenge | undefined;
}

export interface SessionOptions {
  readonly registry: URL;
  readonly door: Door;
  /** distribution's words: `repository:PATH:pull` */
  readonly scope: string;
  /** In the order to be tried; asked for only once there is a challenge. */
  readonly logins: (signal?: AbortSignal) => Promise<readonly (Credentials | null)[]>;
  readonly ask: AskTokenServer;
  readonly secrets: Secrets;
}

export interface Session {
  /** What to send now; nothing as long as the registry has not asked. @throws TokenRefused by the last login */
  readonly authorization: (signal?: AbortSignal) => Promise<Authorization>;
  /**
   * After a 401 or 403 to `sent`: whether there is something else to send. A token is renewed once only, and not
   * at all if it was got since the request `began` (monotonic()).
   */
  readonly another: (answer: Answer, sent: Authorization, began: number) => Promise<boolean>;
}

export function createSession(options: SessionOptions): Session {
  const { door, registry, ask, secrets } = options;
  let turn = 0;
  let scope = options.scope;
  let token: { readonly turn: number; readonly made: number; readonly value: Promise<Token> } | undefined;

  const bearer = async (
    challenge: Challenge & { scheme: 'bearer' },
    login: Credentials | null,
    at: number,
  ) => {
    if (login?.login.registryToken) return `Bearer ${login.login.registryToken}`;
    if (token?.turn === at && (await token.value).until <= monotonic()) token = undefined;
    if (token?.turn !== at) {
      const realm = await checkRealm(challenge.realm, registry);
      // Checked again: others may have come here while the realm was looked at.
      if (token?.turn !== at) {
        const wanted = { realm, service: challenge.service, scope, login: login?.login ?? null };
        token = { turn: at, made: monotonic(), value: fetchToken(ask, wanted) };
        token.value.catch(() => {});
      }
    }
    const { header } = await token.value;
    secrets.add(header.slice('Bearer '.length));
    return header;
  };

  const authorization = async (signal?: AbortSignal): Promise<Authorization> => {
    const { challenge } = door;
    if (challenge === undefined) return { header: undefined, source: null, turn, asked: false };
    const logins = await options.logins(signal);
    const at = turn;
    const login = logins[at] ?? null;
    const source = login?.source ?? null;
    if (challenge.scheme === 'basic') {
      const header = login ? basic(login.login) : undefined;
      secrets.add(header?.slice('Basic '.length));
      return { header, source, turn: at, asked: true };
    }
    try {
      return { header: await bearer(challenge, login, at), source, turn: at, asked: true };
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      if (at + 1 >= logins.length) throw Object.assign(error, { source });
      turn = Math.max(turn, at + 1);
      return authorization(signal);
    }
  };

  /** Learns from the 401 what the registry wants. */
  const learn = (answer: Answer): boolean => {
    const challenge = chooseChallenge(answer.headers['www-authenticate']);
    if (challenge) door.challenge = challenge;
    // Some registries have scopes of their own making (public.ecr.aws: `aws`).
    if (challenge?.scheme === 'bearer' && challenge.scope && !challenge.scope.startsWith('repository:')) {
      scope = challenge.scope;
    }
    return challenge !== undefined;
  };

  return {
    authorization,
    another: async (answer, sent, began) => {
      const learnt = answer.status === 401 && learn(answer);
      if (!sent.asked) return learnt;
      if (answer.status === 401 && door.challenge?.scheme === 'bearer' && token?.turn === sent.turn) {
        const renewed = (await token.value.catch(() => null))?.header !== sent.header;
        if (renewed) return true;
        if (token.made < began) {
          token = undefined;
          return true;
        }
      }
      if (sent.turn + 1 >= (await options.logins()).length) return false;
      turn = Math.max(turn, sent.turn + 1);
      return true;
    },
  };
}
