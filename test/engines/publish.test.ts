import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../scripts/oci/digest.ts';
import { native } from '../support/context.ts';
import { enginesForTests } from '../support/engines.ts';
import { startFaultyProxy } from '../support/faulty-proxy.ts';
import { buildRequest, openWorkbench, type Workbench } from '../support/workbench.ts';

describe.each(enginesForTests())('%s builds and pushes', (name) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await openWorkbench(name);
  });
  afterAll(() => bench.stop());

  it('the digest that its push reports is what the registry serves', async () => {
    const { engine, registry, client, context } = bench;
    const image = `${registry.host}/team/app:1`;
    const request = buildRequest(context().folder, { tags: [image] });
    const phases: string[] = [];
    const { built, pushed, timings } = await engine.publish(request, (phase) => phases.push(phase));
    expect(phases).toEqual(['build', 'push']);
    expect(built.imageId).toMatch(/^sha256:/);
    expect(timings.buildMs).toBeGreaterThan(0);
    const served = pushed && (await client.manifest(pushed.tag.repository, '1'));
    expect(served?.descriptor.digest).toBe(pushed?.digest);
    expect(served && digestOf(served.bytes)).toBe(pushed?.digest);
  });

  it('takes a secret, a build argument, a label and a stage, and keeps the secret to itself', async () => {
    const { engine, registry, context, log } = bench;
    const { folder } = context();
    const secret = 'correct-horse-battery';
    const sh = (script: string) => JSON.stringify(['/bin/busybox', 'sh', '-c', script]);
    writeFileSync(join(folder, 'token'), secret);
    writeFileSync(
      join(folder, 'Dockerfile'),
      `FROM scratch AS wanted
ARG WORD
ENV WORD=$WORD
COPY busybox-${native()} /bin/busybox
COPY token /expected
RUN --mount=type=secret,id=token ${sh('/bin/busybox cmp /expected /run/secrets/token')}
FROM wanted
ENV WORD=another
`,
    );
    const image = `${registry.host}/team/options:1`;
    const args = {
      buildArg: ['WORD=two words'],
      label: ['team=a'],
      secret: [`id=token,src=${join(folder, 'token')}`],
      target: 'wanted',
    };
    await engine.publish(buildRequest(folder, { tags: [image], args }), () => {});
    const local = await engine.inspect(image);
    expect(local?.config).toMatchObject({
      Env: expect.arrayContaining(['WORD=two words']),
      Labels: { team: 'a' },
    });
    expect(log()).not.toContain(secret);
  });

  it.each(['a,b', 'a"b', "it's two words"])('builds in a folder whose name is %j', async (name) => {
    const odd = join(bench.context().folder, name);
    mkdirSync(odd);
    writeFileSync(join(odd, 'file'), name);
    writeFileSync(join(odd, 'Dockerfile'), 'FROM scratch\nCOPY file /\n');
    const outcome = await bench.build(odd, { noPush: true, tags: ['127.0.0.1:1/team/odd:1'] });
    expect(outcome.failure).toBeUndefined();
    expect(outcome.data.imageId).toMatch(/^sha256:/);
  });

  it('what was built is told though its push was refused', async () => {
    const proxy = await startFaultyProxy({ behind: bench.registry.url });
    proxy.on(/^PUT .*\/manifests\//, ({ send }) => send({ status: 403 }));
    try {
      const outcome = await bench.build(bench.context().folder, { tags: [`${proxy.host}/team/refused:1`] });
      expect(outcome.failure?.code).toMatch(/^(DENIED|PUSH_FAILED)$/);
      expect(outcome.data.timings.buildMs).toBeGreaterThan(0);
      // BuildKit tells it only at the end of both
      if (name.startsWith('podman')) expect(outcome.data.imageId).toMatch(/^sha256:/);
    } finally {
      await proxy.stop();
    }
  });

  it('a registry that stumbles once costs no build', async () => {
    const proxy = await startFaultyProxy({ behind: bench.registry.url });
    proxy.on(/^PUT .*\/manifests\//, ({ nth, ask, send }) =>
      nth === 0 ? send({ status: 500 }) : ask().then(send),
    );
    try {
      const image = `${proxy.host}/team/stumbled:1`;
      const outcome = await bench.build(bench.context().folder, { tags: [image] });
      expect(outcome.failure).toBeUndefined();
      expect(outcome.data.digest).toMatch(/^sha256:/);
    } finally {
      await proxy.stop();
    }
  });
});
