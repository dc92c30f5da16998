/** Another implementation of a registry (go-containerregistry's, in memory), from the Debian root of the engines. */
import { existsSync, mkdtempSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keep } from './engines/keeper.ts';
import { programOf, trixie } from './engines/kinds.ts';
import { startRegistry } from './registry.ts';

const PROGRAM = '/usr/local/bin/registry';

export interface SecondRegistry {
  readonly host: string;
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** The registries that tests are to run against: the second one where it is there, or where all is demanded. */
export const registriesForTests = () =>
  existsSync(join(trixie, PROGRAM)) || process.env.DOCKER_BUILD_ENGINES_DEMANDED === '1'
    ? ([
        ['distribution', startRegistry],
        ['go-containerregistry', startSecondRegistry],
      ] as const)
    : ([['distribution', startRegistry]] as const);

async function startSecondRegistry(): Promise<SecondRegistry> {
  if (!existsSync(join(trixie, PROGRAM))) {
    throw new Error(`no ${PROGRAM} in ${trixie}; as root on Debian 12: npm run engines:install`);
  }
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'second-registry-'));
  const kind = { engine: 'podman', client: PROGRAM, root: trixie, version: /./ } as const;
  const keeper = keep(folder, [...programOf(kind, PROGRAM), '-port', String(port)]);
  const url = `http://127.0.0.1:${port}`;
  await keeper.until(() =>
    fetch(`${url}/v2/`).then(
      ({ ok }) => ok || undefined,
      () => undefined,
    ),
  );
  return { host: `127.0.0.1:${port}`, url, stop: () => keeper.stop() };
}

/** It cannot choose one itself and say which. */
async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
