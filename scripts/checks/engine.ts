/** Which engine would be used, and why; or what it takes to have one. */
import type { EngineInfo } from '../engines/engine.ts';
import type { Failure } from '../errors.ts';
import { formatPlatform } from '../oci/platform.ts';
import { type Checker, fail, pass, type Surroundings } from './check.ts';
import { engineFix } from './engine-fix.ts';

const ID = 'engine';

export const engine: Checker = {
  ids: [ID],
  fast: true,
  async ask(at) {
    const { info, failure } = await at.engine();
    if (info) return [pass(ID, describe(info), { evidence: reason(at, info) })];
    return [
      fail(ID, failure.message, {
        evidence: failure.hint ?? null,
        fix: await engineFix(at, failure as Failure),
        ...(at.engineAsked === 'docker' ? {} : { topic: 'podman-rootless' as const }),
        failure,
      }),
    ];
  },
};

function describe(info: EngineInfo): string {
  const words = [
    `${info.name} ${info.version}`,
    info.rootless ? 'rootless' : null,
    info.remote ? 'remote: its localhost is not ours' : null,
    `${info.store} store`,
    info.buildx ? `buildx ${info.buildx}` : null,
    formatPlatform(info.platform),
  ];
  return words.filter((word) => word !== null).join(', ');
}

/** Why this one: asked for, or the first of both that works. */
function reason({ engineAsked, machine }: Surroundings, { name }: EngineInfo): string {
  const other = name === 'podman' ? 'docker' : 'podman';
  const there = machine.which(other) ? `${other} is on PATH, too` : `${other} is not on PATH`;
  return engineAsked
    ? `${name} was asked for; ${there}`
    : `the first that works, podman before docker; ${there}`;
}
