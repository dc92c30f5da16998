import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeContext } from '../support/context.ts';
import { realEngine } from '../support/engines.ts';
import { startRegistry } from '../support/registry.ts';
import { inTurns } from './measure.ts';
import type { Program } from './program.ts';
import { section, times } from './table.ts';

/** All checks on a machine where all is well, beside the one command of the engine that they cannot do without. */
export async function doctor({ path }: Program): Promise<string> {
  const registry = await startRegistry();
  const engine = realEngine('podman4');
  const context = makeContext();
  try {
    await engine.start();
    const env = { ...engine.env, CONTAINER_TOOL: 'podman' };
    writeFileSync(join(context.folder, 'docker-build.yaml'), `image: ${registry.host}/bench/doctor:1\n`);
    const took = await inTurns(
      {
        info: { program: 'podman', args: ['info'], env, cwd: context.folder },
        doctor: { program: process.execPath, args: [path, 'doctor'], env, cwd: context.folder },
      },
      11,
    );
    const { info = 0, doctor = 0 } = took;
    return section(
      'Doctor',
      'A machine with podman and a registry on loopback; medians of 11 rounds in turn.',
      [
        { what: '`podman info`', ms: info },
        {
          what: '`docker-build doctor`',
          ms: doctor,
          ratio: `${times(doctor / info)} podman info`,
          goal: 'under 1000 ms',
          met: doctor < 1000,
        },
      ],
    );
  } finally {
    context.remove();
    await Promise.all([registry.stop(), engine.stop()]);
  }
}
