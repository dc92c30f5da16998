/** Where a registry is: its address, and whether http or https is spoken there. */
import { isLoopback } from '../oci/reference.ts';
import { discard } from './body.ts';
import type { Wire } from './wire.ts';

export interface Endpoint {
  /** `https://registry-1.docker.io/` */
  readonly url: URL;
  readonly verifyTls: boolean;
  /** What a probe was told to log in with: it saves a request. */
  readonly wwwAuthenticate: string | undefined;
}

/**
 * Something that is no HTTP came back, or the connection was closed: perhaps the other protocol is spoken.
 * An alert is TLS, and says what is wrong with ours.
 */
const OTHER_PROTOCOL = /^(?:ECONNRESET|EPIPE|EPROTO|ERR_SSL_(?!.*ALERT)|HPE_)/;

/**
 * On this machine: http first, https if that is what is spoken there; elsewhere https. `tlsVerify` false takes any
 * certificate, and http where there is no https. A certificate that is refused never makes it http.
 * @throws network errors as they come
 */
export async function findEndpoint(
  wire: Wire,
  registry: string,
  verifyTls: boolean,
  signal: AbortSignal,
): Promise<Endpoint> {
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  const schemes = isLoopback(registry) ? ['http', 'https'] : ['https', 'http'];
  const urls = schemes.map((scheme) => new URL(`${scheme}://${host}/`));
  const [first, second] = urls as [URL, URL];
  if (!isLoopback(registry) && verifyTls) return { url: first, verifyTls, wwwAuthenticate: undefined };

  const probe = async (url: URL): Promise<Endpoint> => {
    const answer = await wire.send({ method: 'GET', url: new URL('/v2/', url), verifyTls, signal });
    discard(answer);
    // Go's servers answer 400 to http on a port where they speak TLS.
    if (answer.status === 400 && url === first && url.protocol === 'http:') throw codeError('EPROTO');
    return { url, verifyTls, wwwAuthenticate: answer.headers['www-authenticate'] };
  };
  try {
    return await probe(first);
  } catch (error) {
    const refusedTls = first.protocol === 'https:' && codeOf(error) === 'ECONNREFUSED';
    if (!OTHER_PROTOCOL.test(codeOf(error)) && !refusedTls) throw error;
    return await probe(second).catch((other) => {
      // Neither: then the first one was just having trouble.
      throw OTHER_PROTOCOL.test(codeOf(other)) ? error : other;
    });
  }
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code ?? '');
const codeError = (code: string) => Object.assign(new Error('no http is spoken there'), { code });
