/** Whether the registry answers and would let us push: asked by beginning an upload, before anything is built. */
import { Failure } from '../errors.ts';
import { formatRepository, isLoopback, type Repository } from '../oci/reference.ts';
import { loginCommand } from '../registry/login-command.ts';
import { type Checker, type Finding, fail, pass, type Surroundings, skip, skipAll, warn } from './check.ts';

const REACH = 'registry.reach';
const PUSH = 'registry.push';
const CLOCK = 'registry.clock';
const IDS = [REACH, PUSH, CLOCK];

export const registry: Checker = {
  ids: IDS,
  fast: true,
  async ask(at) {
    const repository = at.intent.image?.repository;
    if (!repository) return skipAll(IDS, 'no image is named by docker-build.yaml, .env or a release before');
    if (!at.probe) return skipAll(IDS, 'nothing is probed in a dry run');
    const name = formatRepository(repository);
    try {
      await at.registry.probePush(repository);
      return [
        pass(REACH, `${repository.registry} answers`),
        pass(PUSH, `a push to ${name} is allowed`),
        pass(CLOCK, 'no answer depended on the clock'),
      ];
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return [...refused(error, repository, at), clock(error)];
    }
  },
  late(at, why) {
    const repository = at.intent.image?.repository;
    if (!repository) return skipAll(IDS, why);
    const { registry: host } = repository;
    const failure = new Failure('UNREACHABLE', `${host} takes connections and does not answer: ${why}`, {
      hint: 'The fault is its own, or of a proxy before it; try later.',
      next: `curl -i ${isLoopback(host) ? 'http' : 'https'}://${host}/v2/`,
    });
    return [...refused(failure, repository, at), skip(CLOCK, why)];
  },
};

function refused(failure: Failure, repository: Repository, at: Surroundings): Finding[] {
  const details = { evidence: failure.message, topic: 'registries', failure } as const;
  const { registry } = repository;
  switch (failure.code) {
    case 'DENIED':
    case 'CREDENTIALS_UNUSABLE':
    case 'REPOSITORY_UNKNOWN':
    case 'REGISTRY_BLOCKED':
      return [
        pass(REACH, `${registry} answers`),
        fail(PUSH, `${registry} does not let us push to ${repository.path}`, {
          ...details,
          fix: login(failure, registry, at),
        }),
      ];
    case 'RATE_LIMITED':
      return [warn(REACH, `${registry} asks us to wait`, details), skip(PUSH, `${registry} did not say`)];
    default:
      return [
        fail(REACH, `${registry} cannot be reached`, {
          ...details,
          fix: [failure.next ?? `curl -sSI https://${registry}/v2/`],
        }),
        skip(PUSH, `${registry} cannot be reached`),
      ];
  }
}

function login(failure: Failure, registry: string, { engineAsked }: Surroundings): string[] {
  if (failure.code === 'DENIED') return [loginCommand(engineAsked ?? 'podman', registry)];
  return failure.next ? [failure.next] : [];
}

/** A clock that is off looks like a bad certificate, or like a login that is refused. */
function clock({ message, hint = '' }: Failure): Finding {
  const dated = /CERT_(?:HAS_EXPIRED|NOT_YET_VALID)/.test(message);
  const said = `${message} ${hint}`.split(/(?<=[.;])\s/).find((sentence) => /\bclock\b/i.test(sentence));
  if (!dated && !said) return pass(CLOCK, 'the refusal has nothing to do with the clock');
  return warn(CLOCK, 'the clock of this machine may be wrong', {
    evidence: said ?? message,
    fix: ['date -u', 'timedatectl'],
    topic: 'registries',
  });
}
