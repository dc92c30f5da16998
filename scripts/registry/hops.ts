/** Redirects: registries send a reader of blobs to a storage of another host, which must not see our login. */
import { discard } from './body.ts';
import { guarded, shown } from './refusal.ts';
import type { Answer, Wire, WireRequest } from './wire.ts';

const MOST = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Sends the request and follows where it is sent. `authorization` goes to the first scheme, host and port only.
 * @throws Failure for a way from https to http, a loop, a Location that cannot be read
 */
export async function follow(wire: Wire, request: WireRequest, authorization?: string): Promise<Answer> {
  const { origin } = request.url;
  let url = request.url;
  for (let hop = 0; hop <= MOST; hop++) {
    const own = authorization !== undefined && url.origin === origin;
    const headers = { ...request.headers, ...(own ? { authorization } : {}) };
    const answer = await wire.send({ ...request, url, headers });
    const location = REDIRECTS.has(answer.status) ? answer.headers.location : undefined;
    if (location === undefined || !(request.method === 'GET' || request.method === 'HEAD')) return answer;
    discard(answer);
    url = next(url, location);
  }
  throw guarded('UNREACHABLE', `${shown(request.url)} redirects more than ${MOST} times`);
}

function next(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href)) {
    throw guarded('UNREACHABLE', `${shown(from)} redirects to something that is no URL`);
  }
  const to = new URL(location, from);
  if (to.protocol !== 'https:' && !(to.protocol === 'http:' && from.protocol === 'http:')) {
    throw guarded('UNREACHABLE', `${shown(from)} redirects to ${to.protocol}//${to.host}: not followed`);
  }
  to.username = '';
  to.password = '';
  return to;
}
