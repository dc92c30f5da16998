/** What goes wrong with a real engine, and what is said of it: once and the same, whichever engine it was. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildArgs } from '../../scripts/engines/engine.ts';
import type { ErrorCode } from '../../scripts/errors.ts';
import { enginesForTests } from '../support/engines.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

const BUSYBOX = 'FROM scratch\nCOPY busybox-amd64 /bin/busybox\n';

interface Case {
  readonly name: string;
  /** Default: a small image that builds. */
  readonly dockerfile?: string;
  /** Default: the registry of the workbench, which takes everything. */
  readonly host?: () => string;
  readonly args?: Partial<BuildArgs>;
  readonly platforms?: readonly string[];
  readonly code: ErrorCode;
  /** In the message. */
  readonly says: RegExp;
}

let guarded: Registry;
let secured: Registry;
beforeAll(async () => {
  [guarded, secured] = await Promise.all([
    startRegistry({ auth: { user: 'ada', password: 'not this one' } }),
    startRegistry({ tls: true }),
  ]);
});
afterAll(() => Promise.all([guarded.stop(), secured.stop()]));

const cases: readonly Case[] = [
  { name: 'no login', host: () => guarded.host, code: 'DENIED', says: /refused the push/ },
  { name: 'nobody at the door', host: () => '127.0.0.1:1', code: 'UNREACHABLE', says: /connection refused/ },
  { name: 'no such host', host: () => 'nowhere.invalid', code: 'UNREACHABLE', says: /nowhere\.invalid/ },
  {
    name: 'an instruction misspelt',
    dockerfile: 'FROM scratch\nCOPPY a b\n',
    code: 'BUILD_FAILED',
    says: /instruction:? "?COPPY/,
  },
  { name: 'an empty Dockerfile', dockerfile: '', code: 'BUILD_FAILED', says: /Dockerfile cannot be read/ },
  { name: 'no such stage', args: { target: 'prod' }, code: 'BUILD_FAILED', says: /stage .* prod|"prod"/ },
  {
    name: 'nothing to copy',
    dockerfile: 'FROM scratch\nCOPY nothing /\n',
    code: 'BUILD_FAILED',
    says: /"\/nothing"/,
  },
  {
    name: 'a step that fails',
    dockerfile: `${BUSYBOX}RUN ["/bin/busybox", "sh", "-c", "echo unauthorized; exit 7"]\n`,
    code: 'BUILD_FAILED',
    says: /7$/,
  },
  {
    name: 'a program that is not there',
    dockerfile: `${BUSYBOX}RUN ["/bin/nothing"]\n`,
    code: 'BUILD_FAILED',
    says: /not in the image.*\/bin\/nothing/,
  },
  {
    name: 'a secret that was not given',
    dockerfile: `${BUSYBOX}RUN --mount=type=secret,id=token,required=true ["/bin/busybox", "true"]\n`,
    code: 'SECRET_MISSING',
    says: /token/,
  },
  {
    name: 'a step for another platform',
    dockerfile: 'FROM scratch\nCOPY busybox-arm64 /bin/busybox\nRUN ["/bin/busybox", "true"]\n',
    platforms: ['linux/arm64'],
    code: 'EMULATION_MISSING',
    says: /no emulation/,
  },
];

describe.each(enginesForTests())('%s', (name) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await openWorkbench(name);
  });
  afterAll(() => bench.stop());

  it.each(cases)('$name', async ({ dockerfile, host, args, platforms, code, says }) => {
    const { folder } = bench.context({ architectures: ['amd64', 'arm64'] });
    writeFileSync(join(folder, 'Dockerfile'), dockerfile ?? 'FROM scratch\nCOPY marker /\n');
    const image = `${host?.() ?? bench.registry.host}/team/app:1`;
    const { failure, data } = await bench.build(folder, {
      tags: [image],
      ...(args ? { args } : {}),
      ...(platforms ? { platforms } : {}),
    });
    expect(failure?.message).toMatch(says);
    expect(failure?.code).toBe(code);
    expect(data).toMatchObject({ image, platforms: [] });
  });
});
