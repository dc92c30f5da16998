/** What is wrong with a push. */
import type { Message } from './message.ts';

export const PUSH: readonly Message[] = [
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
    next: '{login}',
    example:
      'Error: writing blob: initiating layer upload to /v2/team/app/blobs/uploads/ in ghcr.io: unauthorized: authentication required',
  },
  {
    stages: ['push'],
    pattern:
      /(?:dial tcp[^\n]*|lookup \S+[^\n]*no such host|connection refused[^\n]*|i\/o timeout[^\n]*|TLS handshake timeout[^\n]*|network is unreachable[^\n]*|50[0234] (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)[^\n]*)/i,
    code: 'UNREACHABLE',
    message: '{engine} could not reach {registry}: {0}',
    next: 'docker-build doctor --engine {engine}',
    example:
      'Error: pinging container registry 127.0.0.1:1: Get "https://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
  },
];
