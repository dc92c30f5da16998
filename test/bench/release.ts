/** A whole release against the same build and push by hand. */
import { join } from 'node:path';
import { type Context, makeContext } from '../support/context.ts';
import { realEngine } from '../support/engines.ts';
import { startRegistry } from '../support/registry.ts';
import { inTurns } from './measure.ts';
import type { Program } from './program.ts';
import { section } from './table.ts';

const BUILD_SECONDS = 5;
const LONG_BUILD_MS = 30_000;

export async function release({ path }: Program): Promise<string> {
  const registry = await startRegistry();
  const engine = realEngine('podman4');
  const context = makeContext({ lines: [`RUN ["/bin/busybox", "sleep", "${BUILD_SECONDS}"]`] });
  try {
    await engine.start();
    const image = (name: string) => `${registry.host}/bench/${name}:1`;
    const took = await inTurns(
      {
        hand: { ...byHand(join(engine.folder, 'bin', 'podman'), image('hand'), context), env: engine.env },
        release: {
          program: process.execPath,
          args: [path, 'release', '-t', image('release'), '--no-cache', context.folder],
          env: engine.env,
          cwd: context.folder,
        },
      },
      3,
    );
    const { hand = 0, release = 0 } = took;
    const overhead = release - hand;
    const share = overhead / LONG_BUILD_MS;
    return section(
      'Release',
      `A build whose only step sleeps ${BUILD_SECONDS} s, without a cache; medians of 3 rounds in turn.`,
      [
        { what: '`podman build` and `podman push` by hand', ms: hand },
        { what: '`docker-build release`, proof and state included', ms: release },
        {
          what: 'what it adds',
          ms: overhead,
          ratio: `${(share * 100).toFixed(1)} % of a build of 30 s`,
          goal: 'under 5 %',
          met: share < 0.05,
        },
      ],
    );
  } finally {
    context.remove();
    await engine.stop();
    await registry.stop();
  }
}

function byHand(podman: string, image: string, { folder }: Context) {
  const script = '"$0" build --no-cache -q -t "$1" "$2" && "$0" push -q --tls-verify=false "$1"';
  return { program: '/bin/sh', args: ['-c', script, podman, image, folder] };
}
