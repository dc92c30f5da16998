/** From what was found to a status, and to a failure that says whose turn it is. */
import { type ErrorCode, Failure, type Warning } from '../errors.ts';
import { NOT_A_MANIFEST } from '../registry/registry.ts';
import type { MissingEntry, VerifyStatus } from '../results.ts';
import type { Findings } from './findings.ts';

/** Why a registry could not be asked to the end. Other codes are no answer to "can it be pulled". */
const STATUS_OF: Partial<Record<ErrorCode, VerifyStatus>> = {
  MISMATCH: 'mismatch',
  INCOMPLETE: 'incomplete',
  DENIED: 'denied',
  REPOSITORY_UNKNOWN: 'denied',
  CREDENTIALS_UNUSABLE: 'denied',
  REGISTRY_BLOCKED: 'denied',
  UNREACHABLE: 'unreachable',
  RATE_LIMITED: 'unreachable',
  TLS_UNTRUSTED: 'unreachable',
};

export interface Verdict {
  readonly status: VerifyStatus | null;
  readonly failure?: Failure;
}

export const verdictOfFailure = (failure: Failure): Verdict => ({
  status: STATUS_OF[failure.code] ?? null,
  failure,
});

/**
 * @param name the reference, as the user may type it
 * @param ownPush what is not there was pushed by us just now
 * @param code the registry's own word for a 404
 */
export function verdictOfFindings(name: string, found: Findings, ownPush: boolean, code: string): Verdict {
  const { missing, wrong, unseen } = found;
  if (missing.length === 0 && wrong.length === 0 && unseen.length === 0) return { status: 'verified' };
  const odd = wrong.length > 0 || unseen.length > 0;
  const lag = ownPush && !odd && missing.every((entry) => entry.httpStatus === 404);
  if (lag) return { status: 'pending', failure: pending(name, found) };
  if (found.digest === null) return { status: 'missing', failure: absent(name, code) };
  if (wrong.length > 0) return { status: 'incomplete', failure: wrongPlatform(name, found) };
  if (missing.length === 0) return { status: 'incomplete', failure: nested(name, unseen) };
  return { status: 'incomplete', failure: incomplete(name, found) };
}

const pending = (name: string, { missing }: Findings) =>
  new Failure('PENDING', `the registry does not show ${name} yet: ${list(missing)}`, {
    hint: 'It took the push; some registries need a while. Nothing has to be built or pushed again.',
    next: `docker-build verify ${name} --wait 120`,
  });

function absent(name: string, code: string): Failure {
  const repository = name.replace(/[@:][^/]*$/, '');
  if (code === NOT_A_MANIFEST) {
    return new Failure('MISSING', `${name} is no manifest: it is a config or layer`, {
      hint: 'What engines call the image id is the digest of its config, and can be neither pulled nor deployed.',
      next: `docker-build digest ${repository}:latest`,
    });
  }
  return new Failure(
    'MISSING',
    code === 'NAME_UNKNOWN'
      ? `${name} is not there: the registry knows no repository ${repository}`
      : `${name} is not there: the registry answered 404${code ? ` ${code}` : ''}`,
    {
      hint: 'It was never pushed to this repository, or it was deleted. If somebody pushed it just now: --wait 60.',
      next: `docker-build digest ${name.includes('@') ? `${repository}:latest` : name}`,
    },
  );
}

function wrongPlatform(name: string, { wrong, missing }: Findings): Failure {
  const asked = missing.flatMap(({ role, platform }) => (role === 'platform' && platform ? [platform] : []));
  return new Failure(
    'WRONG_PLATFORM',
    `${name} is not for the platforms it should be for: ${wrong.join('; ')}`,
    asked.length > 0
      ? { hint: 'It was not built for that.', next: `docker-build release --platform ${asked.join(',')}` }
      : {
          hint: 'A layer cache that is shared between platforms does this: build with --no-cache.',
          next: 'docker-build release --no-cache',
        },
  );
}

const nested = (name: string, unseen: readonly string[]) =>
  new Failure(
    'INCOMPLETE',
    `${name} is an index of indexes, nested so deep that what is in ${unseen.join(', ')} was not looked at`,
    {
      hint: 'Engines do not look that deep either: push one index that names the images themselves.',
      next: 'docker-build release',
    },
  );

function incomplete(name: string, { missing, platforms }: Findings): Failure {
  const onlyPlatforms = missing.every(({ role }) => role === 'platform');
  return new Failure('INCOMPLETE', `${name} cannot be pulled whole: ${list(missing)}`, {
    hint: onlyPlatforms
      ? `There is ${platforms.map(({ platform }) => platform).join(', ') || 'no platform at all'}.`
      : 'Hosts that have these parts already will not notice; any other will fail. Push the image again.',
    next: onlyPlatforms
      ? `docker-build release --platform ${[...new Set([...platforms, ...missing].map(({ platform }) => platform))].join(',')}`
      : 'docker-build release',
  });
}

/** The first few, so that an error stays an error and no inventory: `missing[]` has them all. */
function list(missing: readonly MissingEntry[]): string {
  const some = missing.slice(0, 4).map(({ role, digest, platform, httpStatus }) => {
    const what = role === 'platform' ? `platform ${platform}` : `${role} ${digest ?? ''}`.trim();
    const where = platform && role !== 'platform' ? ` of ${platform}` : '';
    const how =
      httpStatus === 200
        ? 'has the wrong size'
        : httpStatus === null
          ? 'is not in it'
          : `was answered with ${httpStatus}`;
    return `${what}${where} ${how}`;
  });
  return missing.length > some.length
    ? `${some.join(', ')}, and ${missing.length - some.length} more`
    : some.join(', ');
}

/** What is odd and does not keep anybody from pulling. */
export function oddities(name: string, found: Findings, status: VerifyStatus | null): Warning[] {
  const warnings: Warning[] = [];
  for (const { digest, why } of found.lostAttestations) {
    warnings.push({
      code: 'ATTESTATION_MISSING',
      message: `the attestation ${digest} of ${name} ${why === null ? 'is not in the registry' : `could not be read: ${why}`}`,
      hint: 'No host needs it to pull; who checks provenance will miss it.',
    });
  }
  if (found.headerDigest !== null) {
    warnings.push({
      code: 'DIGEST_HEADER_WRONG',
      message: `the registry says Docker-Content-Digest ${found.headerDigest} of bytes that hash to ${found.digest}`,
      hint: 'The bytes are right; a client that believes the header would deploy the wrong digest.',
    });
  }
  if (status === 'verified' && found.platforms.length === 0) {
    warnings.push({
      code: 'NOT_AN_IMAGE',
      message: `${name} holds no image for any platform: it is an artifact`,
      hint: 'It can be pulled, and not be run.',
    });
  }
  return warnings;
}
