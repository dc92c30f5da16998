/** Room where images live, and where layers are put together on their way. */
import { Failure } from '../errors.ts';
import { type Checker, fail, pass, skip, warn } from './check.ts';

const ID = 'disk';
const LEAST = 200e6;
const EASY = 2e9;

export const disk: Checker = {
  ids: [ID],
  fast: true,
  async ask(at) {
    const { info } = await at.engine();
    if (!info?.root || info.remote) return [skip(ID, 'images do not live on this machine')];
    const { freeBytes, env } = at.machine;
    const places = [info.root, ...(info.name === 'podman' ? [env.TMPDIR ?? '/var/tmp'] : [])];
    const free = await Promise.all(places.map(async (path) => ({ path, bytes: await freeBytes(path) })));
    const known = free.flatMap(({ path, bytes }) => (bytes === null ? [] : [{ path, bytes }]));
    const [tightest] = known.sort((a, b) => a.bytes - b.bytes);
    if (!tightest) return [skip(ID, `${info.root} does not say how much room it has`)];
    const summary = `${gigabytes(tightest.bytes)} free in ${tightest.path}`;
    if (tightest.bytes >= EASY) return [pass(ID, summary)];
    const details = {
      evidence: `${info.store} store in ${info.root}`,
      fix: prune(info.name),
      topic: 'exit-codes',
    } as const;
    if (tightest.bytes >= LEAST) return [warn(ID, summary, details)];
    const failure = new Failure('NO_SPACE', summary, { ...(details.fix[0] ? { next: details.fix[0] } : {}) });
    return [fail(ID, summary, { ...details, failure })];
  },
};

/** Only what nothing names: no image that somebody tagged. */
const prune = (engine: 'podman' | 'docker'): string[] =>
  engine === 'podman'
    ? ['podman image prune --force']
    : ['docker image prune --force', 'docker builder prune --force'];

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`;
