import { describe, expect, it } from 'vitest';
import { MESSAGES } from '../../../scripts/engines/messages.ts';
import { translate } from '../../../scripts/engines/translate.ts';

const IMAGE = 'ghcr.io/team/app:1';

describe('what engines print', () => {
  it.each(MESSAGES.map((entry) => [entry.code, entry.example, entry] as const))(
    '%s: %s',
    (code, example, entry) => {
      for (const stage of entry.stages) {
        const failure = translate(example, { engine: entry.engine ?? 'podman', stage, image: IMAGE });
        expect(failure.code).toBe(code);
        expect(`${failure.message} ${failure.hint} ${failure.next}`).not.toMatch(/\{\w+\}/);
      }
    },
  );

  it('keeps what a step prints apart from what the engine says', () => {
    const output =
      'curl: 401 Unauthorized\ndial tcp 1.2.3.4:80: connection refused\nError: building at STEP "RUN x": exit status 1\n';
    expect(translate(output, { engine: 'podman', stage: 'build', image: IMAGE })).toMatchObject({
      code: 'BUILD_FAILED',
      message: `podman could not build ${IMAGE}: building at STEP "RUN x": exit status 1`,
    });
  });

  it('takes the last error for what ended it', () => {
    const output =
      'level=warning msg="Failed, retrying: connection refused\\""\nError: dial tcp 127.0.0.1:1: connect: connection refused';
    expect(translate(output, { engine: 'podman', stage: 'push', image: IMAGE }).message).toBe(
      'podman could not reach ghcr.io: dial tcp 127.0.0.1:1: connect: connection refused',
    );
  });

  it.each([
    ['build', 'BUILD_FAILED'],
    ['push', 'PUSH_FAILED'],
    ['ask', 'ENGINE_UNREACHABLE'],
  ] as const)('has a code for what it does not know while it is to %s', (stage, code) => {
    const failure = translate('', { engine: 'docker', stage, image: stage === 'ask' ? '' : IMAGE });
    expect(failure.code).toBe(code);
  });
});
