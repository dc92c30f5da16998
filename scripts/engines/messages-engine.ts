/** What is wrong with the engine, whatever it was asked to do. */
import { ALWAYS, type Message } from './message.ts';

export const ENGINE: readonly Message[] = [
  {
    engine: 'docker',
    stages: ALWAYS,
    pattern:
      /permission denied while trying to connect to the docker (?:daemon|API)|dial unix \S+: connect: permission denied/i,
    code: 'ENGINE_UNREACHABLE',
    message: 'this user may not talk to the docker daemon',
    hint: 'its socket belongs to the group docker; add the user to it and log in again',
    next: 'docker-build doctor --engine {engine}',
    example:
      'Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.24/info": dial unix /var/run/docker.sock: connect: permission denied',
  },
  {
    engine: 'docker',
    stages: ALWAYS,
    pattern:
      /(?:Cannot connect to the Docker daemon at|failed to connect to the docker API at|error during connect: .*?(?:ssh|tcp|http)s?:\/\/)\s*(\S*?)\.? /,
    code: 'ENGINE_UNREACHABLE',
    message: 'the docker daemon does not answer',
    hint: 'docker on PATH is only the client: start the daemon, or take podman with --engine podman',
    next: 'docker-build doctor --engine {engine}',
    example:
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
  },
  {
    engine: 'podman',
    stages: ALWAYS,
    pattern: /(?:cannot|unable to) connect to (?:the )?Podman/i,
    code: 'ENGINE_UNREACHABLE',
    message: 'podman cannot reach its service',
    hint: 'CONTAINER_HOST, CONTAINER_CONNECTION or a podman machine leads to a service that does not answer',
    next: 'podman system connection list',
    example:
      'Cannot connect to Podman. Please verify your connection to the Linux system using `podman system connection list`, or try `podman machine init` and `podman machine start` to manage a new Linux VM',
  },
  {
    engine: 'podman',
    stages: ALWAYS,
    anywhere: true,
    pattern:
      /(?:potentially insufficient UIDs or GIDs available in user namespace|there might not be enough IDs available in the namespace|lchown .*invalid argument|chown .*: invalid argument)/i,
    code: 'SUBIDS_MISSING',
    message: 'podman runs rootless and has too few user and group ids for this image',
    hint: 'this user needs ranges in /etc/subuid and /etc/subgid, and then podman system migrate',
    next: 'docker-build doctor --engine {engine}',
    example:
      'Error: copying layers and metadata for container: potentially insufficient UIDs or GIDs available in user namespace (requested 0:42 for /etc/shadow): Check /etc/subuid and /etc/subgid if configured locally and run podman-system-migrate: lchown /etc/shadow: invalid argument',
  },
  {
    engine: 'podman',
    stages: ALWAYS,
    anywhere: true,
    pattern: /new[ug]idmap: .*|cannot set up namespace using .*new[ug]idmap.*/i,
    code: 'SUBIDS_MISSING',
    message: 'podman cannot set up the user namespace of this user',
    hint: 'newuidmap and newgidmap must be installed, and their ranges stand in /etc/subuid and /etc/subgid',
    next: 'docker-build doctor --engine {engine}',
    example:
      'Error: cannot set up namespace using "/usr/bin/newuidmap": exit status 1: newuidmap: uid range [1-65537) -> [100000-165536) not allowed',
  },
  {
    stages: ALWAYS,
    anywhere: true,
    pattern:
      /cannot clone: (?:Operation not permitted|Invalid argument|No space left on device)|user namespaces are not enabled/i,
    code: 'USERNS_UNAVAILABLE',
    message: 'this machine lets this user have no user namespace, which {engine} needs without root',
    hint: 'look at kernel.unprivileged_userns_clone and user.max_user_namespaces',
    next: 'docker-build doctor --engine {engine}',
    example: 'cannot clone: Operation not permitted\nError: cannot re-exec process',
  },
  {
    stages: ALWAYS,
    anywhere: true,
    pattern: /no space left on device|disk quota exceeded/i,
    code: 'NO_SPACE',
    message: 'there is no space left where {engine} keeps its images, or in the temporary folder',
    hint: 'remove what is not needed, images that no container uses first',
    next: '{engine} image prune',
    example:
      'Error: writing blob: storing blob to file "/var/tmp/storage123/1": write /var/tmp/storage123/1: no space left on device',
  },
];
