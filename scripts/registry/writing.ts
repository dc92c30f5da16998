/** What is written to a registry: an index under a tag, and the beginning of an upload that nobody ends. */
import { Failure } from '../errors.ts';
import { digestOf } from '../oci/digest.ts';
import { formatRepository } from '../oci/reference.ts';
import { discard, readStart } from './body.ts';
import type { Exchange } from './exchange.ts';
import { readRegistryError } from './refusal.ts';
import type { Registry } from './registry.ts';

export function writing(exchange: Exchange): Pick<Registry, 'putManifest' | 'probePush'> {
  return {
    putManifest: async (repository, reference, bytes, mediaType) => {
      const headers = { 'content-type': mediaType };
      const ask = {
        method: 'PUT',
        repository,
        path: `manifests/${reference}`,
        push: true,
        headers,
        body: bytes,
      } as const;
      const refusal = await exchange({ ...ask, also: [400] }, async (answer) => {
        const body = await readStart(answer, 64 * 1024, 5_000);
        return answer.status < 300 ? null : { status: answer.status, said: readRegistryError(body) };
      });
      if (refusal === null) return digestOf(bytes);
      const { status, said } = refusal;
      throw new Failure(
        'PUSH_FAILED',
        `${formatRepository(repository)} did not take the manifest for ${reference}: ${status}${said ? ` ${said.code}: ${said.message}` : ''}`,
        { hint: 'What an index names must have been pushed to the same repository first.' },
      );
    },

    probePush: async (repository) => {
      const location = await exchange(
        { method: 'POST', repository, path: 'blobs/uploads/', push: true },
        async (answer) => {
          discard(answer);
          return answer.status === 404 ? null : { at: answer.headers.location, url: answer.url };
        },
      );
      if (location === null) {
        throw new Failure(
          'REPOSITORY_UNKNOWN',
          `${formatRepository(repository)} does not exist, and this registry does not create it at a push`,
          {
            hint: 'Create the repository first.',
            ...createCommand(repository.registry, repository.path),
          },
        );
      }
      // Best effort: GHCR answers 405, others 400, and an upload that is forgotten goes away by itself.
      if (!location.at || !URL.canParse(location.at, location.url.href)) return;
      const path = new URL(location.at, location.url);
      if (path.origin !== location.url.origin) return;
      await exchange(
        { method: 'DELETE', repository, path, push: true, also: [400, 401, 403, 405] },
        async (answer) => discard(answer),
      ).catch(() => {});
    },
  };
}

function createCommand(registry: string, path: string): { next?: string } {
  const region = /^\d+\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/.exec(registry)?.[1];
  return region ? { next: `aws ecr create-repository --region ${region} --repository-name ${path}` } : {};
}
