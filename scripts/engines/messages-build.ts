/** What is wrong with a build. */
import type { Message } from './message.ts';

export const BUILD: readonly Message[] = [
  {
    stages: ['build'],
    anywhere: true,
    pattern: /exec format error/i,
    code: 'EMULATION_MISSING',
    message: 'a RUN step started a program of another architecture, and this machine has no emulation for it',
    hint: 'register qemu for the platform, or build it on a machine of that kind',
    next: 'docker-build doctor --engine {engine}',
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
    next: 'docker-build doctor --engine {engine}',
    example:
      'error running container: from /usr/bin/crun creating container for [/bin/sh -c true]: crun: the requested cgroup controller `pids` is not available',
  },
];
