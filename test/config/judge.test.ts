import { describe, expect, it } from 'vitest';
import { statusOf } from '../../scripts/config/judge.ts';
import { tokenFinder } from '../../scripts/config/tokens.ts';
import { parseReference } from '../../scripts/oci/reference.ts';
import type { TargetStatus } from '../../scripts/results.ts';
import { IMAGE, NEW, OLD } from './project.ts';

const { repository } = parseReference(IMAGE);

describe('a value', () => {
  const cases: [value: string | null, status: TargetStatus][] = [
    [`${IMAGE}@${NEW}`, 'match'],
    [`GHCR.IO/acme/agents@${NEW}`, 'match'],
    [`${IMAGE}@${OLD}`, 'stale'],
    [`${IMAGE}:1.4@${NEW}`, 'stale'],
    [null, 'missing'],
    ['', 'missing'],
    [`${IMAGE}@sha256:your-digest-here`, 'placeholder'],
    [`${IMAGE}@sha256:<digest>`, 'placeholder'],
    [`${IMAGE}@sha256:...`, 'placeholder'],
    ['ghcr.io/your-org/your-image@sha256:abc', 'placeholder'],
    ['CHANGEME', 'placeholder'],
    ['your-image-here', 'placeholder'],
    ['your-digest-here', 'placeholder'],
    ['<image>', 'placeholder'],
    ['${CONTAINER_IMAGE_URI}', 'variable'],
    ['ghcr.io/acme/agents@${DIGEST}', 'variable'],
    ['$IMAGE', 'variable'],
    ['{{ .Values.image }}', 'variable'],
    [`${IMAGE}:latest`, 'mutable-tag'],
    [IMAGE, 'mutable-tag'],
    [`${IMAGE}@sha256:12ab`, 'short-digest'],
    [`${IMAGE}@${NEW}0`, 'short-digest'],
    [`${IMAGE}@12ab34`, 'short-digest'],
    [`ghcr.io/acme/worker@${NEW}`, 'other-repository'],
    ['ghcr.io/acme/worker:1', 'other-repository'],
    ['ghcr.io/acme/worker@sha256:your-digest-here', 'other-repository'],
    [`acme/agents@${NEW}`, 'other-repository'],
    ['redis:7', 'other-repository'],
  ];
  it.each(cases)('%s is %s', (value, status) => {
    expect(statusOf(value, { repository, digest: NEW }, false)).toBe(status);
  });

  it('may keep a tag where whoever reads it takes one', () => {
    expect(statusOf(`${IMAGE}:1@${NEW}`, { repository, digest: NEW }, true)).toBe('match');
    expect(statusOf(`${IMAGE}:1@${OLD}`, { repository, digest: NEW }, true)).toBe('stale');
  });
});

describe('the finder', () => {
  const cases: [text: string, found: string[]][] = [
    [`image: ${IMAGE}@${OLD}`, [`${IMAGE}@${OLD}`]],
    [`"${IMAGE}:1.4"`, [`${IMAGE}:1.4`]],
    [`--image=${IMAGE}:1.4@${OLD},x`, [`${IMAGE}:1.4@${OLD}`]],
    [`see ${IMAGE}:1.4.`, [`${IMAGE}:1.4`]],
    [`(${IMAGE}@${OLD})`, [`${IMAGE}@${OLD}`]],
    [`docker://${IMAGE}@${OLD}`, [`${IMAGE}@${OLD}`]],
    [`Ghcr.IO/acme/agents@${OLD}`, [`Ghcr.IO/acme/agents@${OLD}`]],
    [`${IMAGE}@sha256:<digest> ${IMAGE}@sha256:...`, [`${IMAGE}@sha256:<digest>`, `${IMAGE}@sha256:...`]],
    [`${IMAGE}:\${{ github.sha }}-x`, [`${IMAGE}:\${{ github.sha }}-x`]],
    [`\${X:-${IMAGE}:1}`, [`${IMAGE}:1`]],
    [`https://${IMAGE}`, []],
    [`${IMAGE}-extra@${OLD}`, []],
    [`${IMAGE}/sub@${OLD}`, []],
    [`my.${IMAGE}@${OLD} x/${IMAGE} a-${IMAGE}`, []],
    [`acme/agents@${OLD}`, []],
  ];
  it.each(cases)('%s', (text, found) => {
    expect(tokenFinder(repository)(text).map(({ value }) => value)).toEqual(found);
  });

  it.each([
    ['me/app', ['me/app:1', 'docker.io/me/app:1', 'index.docker.io/me/app:1']],
    ['docker.io/library/redis', ['docker.io/redis:7', 'docker.io/library/redis:7']],
    ['localhost:5000/app', ['localhost:5000/app:1']],
  ])('knows the spellings of %s', (name, spellings) => {
    const find = tokenFinder(parseReference(name).repository);
    for (const text of spellings) expect(find(` ${text} `).map(({ value }) => value)).toEqual([text]);
    expect(find('quay.io/me/app:1 other.io/redis:7 myapp:1 127.0.0.1:5000/app:1')).toEqual([]);
  });

  it('without a repository finds what has a digest', () => {
    const find = tokenFinder(null);
    expect(
      find(`a: me/app@${OLD} b: x.io:5000/a/b:1@sha256:<d> c: me/app:1 d@e`).map(({ value }) => value),
    ).toEqual([`me/app@${OLD}`, 'x.io:5000/a/b:1@sha256:<d>']);
  });
});
