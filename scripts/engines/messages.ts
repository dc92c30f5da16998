/**
 * What podman, docker and the programs under them print when something is wrong, and what we say of it.
 * The first entry that fits wins: the more particular stands before the more general.
 *
 * In the texts `{engine}`, `{image}`, `{registry}` and `{repository}` are filled in, `{1}` is what the
 * pattern's first group caught.
 */
import type { ErrorCode } from '../errors.ts';
import type { EngineName } from './engine.ts';
import { ROOTLESS } from './messages-rootless.ts';
import type { Stage } from './translate.ts';

export interface Message {
  /** Only of this engine. */
  readonly engine?: EngineName;
  readonly stages: readonly Stage[];
  /**
   * Looked for in all that was printed while building, not only in the error at the end: what a RUN step prints
   * is in there, too, so only for words that no ordinary program says.
   */
  readonly anywhere?: true;
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly next?: string;
  /** As the engine prints it: the table's own test. */
  readonly example: string;
}

const ALWAYS: readonly Stage[] = ['ask', 'build', 'push'];

export const MESSAGES: readonly Message[] = [
  ...ROOTLESS,

  // the engine itself
  {
    engine: 'docker',
    stages: ALWAYS,
    pattern:
      /permission denied while trying to connect to the docker (?:daemon|API)|dial unix \S+: connect: permission denied/i,
    code: 'ENGINE_UNREACHABLE',
    message: 'this user may not talk to the docker daemon',
    hint: 'its socket belongs to the group docker; add the user to it and log in again',
    next: 'docker-build doctor',
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
    next: 'docker-build doctor',
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
    next: 'docker-build doctor',
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
    next: 'docker-build doctor',
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
    next: 'docker-build doctor',
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

  // the build
  {
    stages: ['build'],
    anywhere: true,
    pattern: /exec format error/i,
    code: 'EMULATION_MISSING',
    message: 'a RUN step started a program of another architecture, and this machine has no emulation for it',
    hint: 'register qemu for the platform, or build it on a machine of that kind',
    next: 'docker-build doctor',
    example: 'exec /bin/sh: exec format error',
  },
  {
    stages: ['build'],
    anywhere: true,
    pattern:
      /(?:exec: "([^"]+)": (?:stat [^\n]*: no such file or directory|executable file not found)|fork\/exec (\S+): no such file or directory)/,
    code: 'BUILD_FAILED',
    message: 'a RUN step starts a program that is not in the image: {0}',
    example:
      'runc run failed: unable to start container process: exec: "/bin/nothing": stat /bin/nothing: no such file or directory: unknown',
  },
  {
    stages: ['build'],
    pattern:
      /(?:dockerfile parse error(?: on)? line \d+: [^\n]*|unknown instruction:? "?\w*"?|no contents in [^\n]*|the Dockerfile cannot be empty|no (?:build stage|FROM statement)[^\n]*|file with no instructions[^\n]*)/i,
    code: 'BUILD_FAILED',
    message: 'the Dockerfile cannot be read: {0}',
    example:
      'failed to solve with frontend dockerfile.v0: failed to create LLB definition: dockerfile parse error line 2: unknown instruction: COPPY',
  },
  {
    stages: ['build'],
    pattern:
      /target stage "?([^"\n]+?)"? could not be found|the target "([^"\n]+)" was not found in the provided Dockerfile|failed to reach build target ([^\n]+?) in Dockerfile/i,
    code: 'BUILD_FAILED',
    message: 'the Dockerfile has no such stage as --target names: {0}',
    example: 'failed to solve: target stage "prod" could not be found',
  },
  {
    stages: ['build'],
    pattern:
      /secret \S+ not found|no secret with id \S+ found|no secret found for [^\n]*|could not stat [^\n]*secret|(?:secret|id) "?[^"\n]*"?: no such file/i,
    code: 'SECRET_MISSING',
    message: 'a RUN step asks for a secret that the build was not given: {0}',
    hint: 'name it with --secret id=NAME,src=FILE',
    example: 'failed to solve: secret token: not found',
  },
  {
    stages: ['build'],
    pattern: /toomanyrequests[^\n]*|429 Too Many Requests[^\n]*/i,
    code: 'RATE_LIMITED',
    message: 'the registry of a base image allows no more pulls for now: {0}',
    hint: 'wait, or log in there: a login has a higher limit',
    example: 'toomanyrequests: You have reached your pull rate limit.',
  },
  {
    stages: ['build'],
    pattern:
      /(?:pull access denied for [^\n]*|manifest unknown[^\n]*|manifest for \S+ not found[^\n]*|name unknown[^\n]*|short-name "[^"]*" did not resolve[^\n]*|(?:initializing source|reading manifest|pinging container registry|unable to copy from source) [^\n]*|failed to resolve (?:source )?(?:metadata for|reference) [^\n]*|failed to load metadata for [^\n]*|pulling from host [^\n]*|failed to create LLB definition: (?!dockerfile|the Dockerfile|target)[^\n]*|no match for platform[^\n]*|no image found in image index for architecture [^\n]*)/i,
    code: 'BASE_IMAGE_UNAVAILABLE',
    message: 'a base image cannot be had: {0}',
    hint: 'check its name and tag, the login for its registry and whether it exists for the platform',
    example: "pull access denied for company/base, repository does not exist or may require 'docker login'",
  },
  {
    stages: ['build'],
    anywhere: true,
    pattern:
      /(?:OCI runtime error: [^\n]*|OCI runtime (?:create|exec) failed[^\n]*|(?:crun|runc): [^\n]*(?:cgroup|mount|seccomp|permission|not permitted)[^\n]*|runc run failed: [^\n]*)/i,
    code: 'RUNTIME_REFUSED',
    message: 'the container runtime refused to start a RUN step: {0}',
    hint: 'with podman, BUILDAH_ISOLATION=chroot in the environment goes without it',
    next: 'docker-build doctor',
    example:
      'error running container: from /usr/bin/crun creating container for [/bin/sh -c true]: crun: the requested cgroup controller `pids` is not available',
  },

  // the push
  {
    stages: ['push'],
    pattern: /toomanyrequests[^\n]*|429 Too Many Requests/i,
    code: 'RATE_LIMITED',
    message: '{registry} takes no more requests for now',
    hint: 'wait, and run it again: what is there already is not sent twice',
    example: 'toomanyrequests: rate exceeded',
  },
  {
    stages: ['push'],
    pattern: /http: server gave HTTP response to HTTPS client/i,
    code: 'UNREACHABLE',
    message: '{registry} speaks http, and {engine} asked for https',
    hint: 'podman: --tls-verify=false; docker: "insecure-registries": ["{registry}"] in /etc/docker/daemon.json, then restart the daemon',
    next: 'docker-build explain registries',
    example:
      'Error: pinging container registry 10.0.0.5:5000: Get "https://10.0.0.5:5000/v2/": http: server gave HTTP response to HTTPS client',
  },
  {
    stages: ['push'],
    pattern:
      /x509: [^\n]*|tls: failed to verify certificate[^\n]*|certificate (?:signed by unknown authority|has expired)[^\n]*/i,
    code: 'TLS_UNTRUSTED',
    message: '{engine} does not trust the certificate of {registry}: {0}',
    hint: 'put its CA into /etc/containers/certs.d/{registry}/ca.crt for podman, /etc/docker/certs.d/{registry}/ca.crt for docker',
    next: 'docker-build explain registries',
    example:
      'Error: pinging container registry 127.0.0.1:5001: Get "https://127.0.0.1:5001/v2/": x509: certificate signed by unknown authority',
  },
  {
    stages: ['push'],
    pattern:
      /name unknown[^\n]*|repository (?:name )?(?:with name '[^']*' )?(?:does not exist|not known to registry|not found)[^\n]*|NAME_UNKNOWN[^\n]*/i,
    code: 'REPOSITORY_UNKNOWN',
    message: '{registry} has no repository for {image}',
    hint: 'some registries want it made first, such as ECR: aws ecr create-repository',
    next: 'docker-build explain registries',
    example:
      "name unknown: The repository with name 'team/app' does not exist in the registry with id '123456789012'",
  },
  {
    stages: ['push'],
    pattern:
      /denied[^\n]*|unauthorized[^\n]*|authentication required[^\n]*|no basic auth credentials|invalid username\/password[^\n]*|insufficient_scope[^\n]*|403 Forbidden[^\n]*|401 Unauthorized[^\n]*/i,
    code: 'DENIED',
    message: '{registry} refused the push of {image}: {0}',
    hint: 'log in with an account or token that may write packages there',
    next: '{engine} login {registry}',
    example:
      'Error: writing blob: initiating layer upload to /v2/team/app/blobs/uploads/ in ghcr.io: unauthorized: authentication required',
  },
  {
    stages: ['push'],
    pattern:
      /(?:dial tcp[^\n]*|lookup \S+[^\n]*no such host|connection refused[^\n]*|i\/o timeout[^\n]*|TLS handshake timeout[^\n]*|network is unreachable[^\n]*|50[0234] (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)[^\n]*)/i,
    code: 'UNREACHABLE',
    message: '{engine} could not reach {registry}: {0}',
    next: 'docker-build doctor',
    example:
      'Error: pinging container registry 127.0.0.1:1: Get "https://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
  },
];
