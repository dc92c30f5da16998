/** Errors of node:net, node:dns and node:tls, told by their codes. */
import { Failure } from '../errors.ts';
import { type Problem, shown, TRIES } from './refusal.ts';

/** Plain answers to the codes of node:net, node:dns and node:tls. */
const NETWORK: Readonly<Record<string, { why: string; hint: string; tries: number }>> = {
  ENOTFOUND: {
    why: 'no such host name (DNS)',
    hint: 'Is the name spelled right, and does this machine have a network?',
    tries: TRIES.absent,
  },
  EAI_AGAIN: {
    why: 'the name server does not answer (DNS)',
    hint: 'Look at /etc/resolv.conf and the network.',
    tries: TRIES.network,
  },
  ECONNREFUSED: {
    why: 'nothing listens there (connection refused)',
    hint: 'Is the registry running, and is the port right?',
    tries: TRIES.absent,
  },
  EHOSTUNREACH: {
    why: 'no route to the host',
    hint: 'Look at the network, a VPN, a firewall.',
    tries: TRIES.absent,
  },
  ENETUNREACH: {
    why: 'no route to the network',
    hint: 'Look at the network, a VPN, a firewall.',
    tries: TRIES.absent,
  },
  ETIMEDOUT: {
    why: 'no answer in time',
    hint: 'A firewall may swallow the packets, or a proxy is needed (HTTPS_PROXY).',
    tries: TRIES.network,
  },
  EPROTO: {
    why: 'no TLS is spoken there',
    hint: 'A registry that speaks plain http needs --tls-verify=false.',
    tries: TRIES.final,
  },
};

const TLS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an authority that is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an authority that is not known here',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by an authority that is not known here',
  CERT_SIGNATURE_FAILURE: 'the signature of its certificate is wrong',
  CERT_REVOKED: 'its certificate was revoked',
  CERT_UNTRUSTED: 'its certificate is not trusted',
  HOSTNAME_MISMATCH: 'its certificate is for another name',
};

/** The other side does not take the certificate that we showed, or wants one (the alerts of TLS). */
const REFUSES_OURS = /^ERR_SSL_.*ALERT_(?:.*CERTIFICATE|UNKNOWN_CA)/;
/** Our own certificate or its key cannot be used. */
const UNUSABLE_OURS = /^ERR_OSSL_(?:X509|PEM|ASN1|EVP|RSA|EC)_/;

/** An error of the network or of TLS, told by its code; undefined if it is neither. `via`: the proxy in use. */
export function network(error: unknown, method: string, url: URL, via: URL | undefined): Problem | undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || error instanceof TypeError) return undefined;
  const asked = `${method} ${shown(url)}${via ? ` through the proxy ${via.host}` : ''}`;
  const distrust = TLS[code];
  if (distrust !== undefined) return { failure: untrusted(code, distrust, url, error), tries: TRIES.final };
  if (REFUSES_OURS.test(code)) {
    return {
      failure: unwanted(code, 'does not take our certificate, or wants one', url, error),
      tries: TRIES.final,
    };
  }
  if (UNUSABLE_OURS.test(code)) {
    return {
      failure: unwanted(code, 'cannot be asked: a certificate or key for it is broken', url, error),
      tries: TRIES.final,
    };
  }
  const known = NETWORK[code];
  const why = known?.why ?? `the connection broke (${code})`;
  const proxied = via && (code === 'ECONNREFUSED' || code === 'ENOTFOUND');
  const failure = new Failure('UNREACHABLE', `${url.host} cannot be reached: ${asked}: ${why}`, {
    hint: proxied
      ? `It is the proxy that does not answer: look at HTTPS_PROXY, HTTP_PROXY and NO_PROXY.`
      : (known?.hint ?? 'The registry, or a proxy before it, ends connections early; try later.'),
    next: `curl -i ${url.origin}/v2/`,
    cause: error,
  });
  return { failure, tries: known?.tries ?? TRIES.network };
}

const unwanted = (code: string, how: string, { host }: URL, cause: unknown): Failure =>
  new Failure('UNREACHABLE', `${host} ${how} (${code})`, {
    hint: `Where the engines look for it: NAME.cert and NAME.key, which belong together, in /etc/containers/certs.d/${host} or /etc/docker/certs.d/${host}.`,
    cause,
  });

function untrusted(code: string, why: string, url: URL, cause: unknown): Failure {
  const dated = code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID';
  const named = code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH';
  const hint = dated
    ? 'Renew it, or set the clock of this machine right.'
    : named
      ? 'Use the name that the certificate is for.'
      : `Put the CA's certificate where the engines look for it: /etc/containers/certs.d/${url.host}/ca.crt and /etc/docker/certs.d/${url.host}/ca.crt.`;
  return new Failure('TLS_UNTRUSTED', `${url.host} is not trusted: ${why} (${code})`, {
    hint,
    next: `openssl s_client -connect ${url.hostname}:${url.port || 443} -servername ${url.hostname}`,
    cause,
  });
}
