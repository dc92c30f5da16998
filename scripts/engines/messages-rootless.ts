/** What rootless podman prints when the machine, or this session, does not give it what it needs. */
import { ALWAYS, type Message } from './message.ts';

const next = 'docker-build doctor --engine {engine}';

export const ROOTLESS: readonly Message[] = [
  {
    engine: 'podman',
    stages: ALWAYS,
    anywhere: true,
    pattern: /the specified mapping (\S+) in \\*"(\/etc\/sub[ug]id)\\*" includes the user UID/i,
    code: 'SUBIDS_MISSING',
    message: 'the range {1} in {2} holds the id of this user itself, which podman refuses',
    hint: 'give the user another range, and then podman system migrate',
    next,
    example:
      'level=error msg="invalid internal status, try resetting the pause process with \\"podman system migrate\\": invalid configuration: the specified mapping 1000:65536 in \\"/etc/subuid\\" includes the user UID"',
  },
  {
    engine: 'podman',
    stages: ALWAYS,
    anywhere: true,
    pattern: /exec: \\*"(new[ug]idmap)\\*": executable file not found in \$PATH/i,
    code: 'USERNS_UNAVAILABLE',
    message: '{1} is not on PATH, and rootless podman cannot map ids without it',
    hint: 'install the package uidmap (shadow-utils on Fedora)',
    next,
    example:
      'level=error msg="command required for rootless mode with multiple IDs: exec: \\"newuidmap\\": executable file not found in $PATH"',
  },
  {
    engine: 'podman',
    stages: ALWAYS,
    anywhere: true,
    pattern: /(new[ug]idmap): write to [ug]id_map failed: Operation not permitted/i,
    code: 'USERNS_UNAVAILABLE',
    message: '{1} may not write a mapping: it lost its set-uid bit, or this session may gain no privileges',
    hint: 'set-uid root, or the capabilities cap_setuid and cap_setgid',
    next,
    example:
      'level=error msg="running `/usr/bin/newuidmap 20584 0 1001 1 1 100000 65536`: newuidmap: write to uid_map failed: Operation not permitted\\n"',
  },
  {
    engine: 'podman',
    stages: ALWAYS,
    anywhere: true,
    pattern: /XDG_RUNTIME_DIR directory \\*"([^"\\]+)\\*" is not owned by the current user/i,
    code: 'ENGINE_UNREACHABLE',
    message: 'XDG_RUNTIME_DIR is {1}, which is not this user’s, and podman refuses it',
    hint: 'this is so after su without -: log in with su -, or set XDG_RUNTIME_DIR',
    next,
    example: 'level=error msg="XDG_RUNTIME_DIR directory \\"/run/user/0\\" is not owned by the current user"',
  },
  {
    engine: 'podman',
    stages: ['build'],
    anywhere: true,
    pattern: /cgroups in hybrid mode not supported/i,
    code: 'RUNTIME_REFUSED',
    message: 'crun refuses RUN steps on this host: its control groups are of both versions',
    hint: 'export BUILDAH_ISOLATION=chroot',
    next,
    example:
      'error running container: from /usr/bin/crun creating container for [/bin/sh -c true]: cgroups in hybrid mode not supported, drop all controllers from cgroupv2',
  },
];
