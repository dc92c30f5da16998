/** Certificates of every kind that a registry may show, made with openssl. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** Its own certificate, PEM. */
  readonly ca: string;
  /** Signed by it. `names` as in `IP:127.0.0.1,DNS:localhost`; `days` below zero: expired. */
  readonly issue: (names?: string, days?: number) => Pair;
  readonly remove: () => void;
}

export function makeAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'authority-'));
  const at = (file: string) => join(folder, file);
  const openssl = (words: string) =>
    execFileSync('openssl', words.split(' '), { cwd: folder, stdio: 'pipe' });
  openssl('req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -out ca.pem -keyout ca.key');
  let serial = 1;
  return {
    ca: readFileSync(at('ca.pem'), 'utf8'),
    issue: (names = 'IP:127.0.0.1,DNS:localhost', days = 2) => {
      writeFileSync(at('names'), `subjectAltName=${names}\n`);
      openssl('req -newkey rsa:2048 -nodes -subj /CN=test -out request.pem -keyout key.pem');
      openssl(
        `x509 -req -in request.pem -CA ca.pem -CAkey ca.key -set_serial ${++serial} -days ${days} -extfile names -out cert.pem`,
      );
      return { cert: readFileSync(at('cert.pem'), 'utf8'), key: readFileSync(at('key.pem'), 'utf8') };
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
