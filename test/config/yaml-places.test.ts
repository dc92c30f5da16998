import { describe, expect, it } from 'vitest';
import { AFTER, applied, BEFORE } from './generated.ts';
import { IMAGE, NEW, OLD } from './project.ts';

const app = (value: string) => `runtime_env:\n  env_vars:\n    CONTAINER_IMAGE_URI:${value}\n    B: 1\n`;
const flow = (value: string) => `runtime_env: {env_vars: {CONTAINER_IMAGE_URI:${value}, B: 1}}\n`;
const pod = (image: string) => `apiVersion: v1\nkind: Pod\nspec: {containers: [{image: ${image}}]}\n`;
const DATA = 'data/config/a.yaml';

describe('YAML is written at the value', () => {
  const cases: [name: string, file: string, before: string, after: string][] = [
    ['no value yet', DATA, app(''), app(` ${AFTER}`)],
    ['no value, but a comment', DATA, app('   # later'), app(` ${AFTER}   # later`)],
    ['no value in flow style', DATA, flow(' '), flow(` ${AFTER} `)],
    ['an empty text', DATA, app(' ""'), app(` "${AFTER}"`)],
    ['a tagged value with an anchor', DATA, app(` &a !!str ${BEFORE}`), app(` &a !!str ${AFTER}`)],
    ['a folded block', DATA, app(`  >-\n      ${BEFORE}`), app(`  >-\n      ${AFTER}`)],
    [
      'a literal block with an indicator',
      DATA,
      app(`  |2-\n        ${BEFORE}`),
      app(`  |2-\n        ${AFTER}`),
    ],
    [
      'a quoted text over two lines',
      DATA,
      app(` "ghcr.io/acme/agents@sha256:your-\\\n     digest-here"`),
      app(` "${AFTER}"`),
    ],
    ['a variable', DATA, app(` "\${CONTAINER_IMAGE_URI}"`), app(` "${AFTER}"`)],
    [
      'a plain key in quotes',
      DATA,
      `"runtime_env": {'env_vars': {"CONTAINER_IMAGE_URI": x@y}}`,
      `"runtime_env": {'env_vars': {"CONTAINER_IMAGE_URI": ${AFTER}}}`,
    ],
    ['a short digest', DATA, app(` ${IMAGE}@sha256:12ab`), app(` ${AFTER}`)],
    [
      'several documents',
      'a.yaml',
      `${pod(BEFORE)}---\n${pod(`"${BEFORE}"`)}...\n`,
      `${pod(AFTER)}---\n${pod(`"${AFTER}"`)}...\n`,
    ],
    ['a tag beside the digest', 'a.yaml', pod(`${IMAGE}:1@${OLD}`), pod(`${IMAGE}:1@${NEW}`)],
    [
      'a script that names a mirror as well',
      'a.yaml',
      `apiVersion: v1\nkind: ConfigMap\ndata: {a: "pull ${BEFORE} || pull mirror.corp/${BEFORE}"}\n`,
      `apiVersion: v1\nkind: ConfigMap\ndata: {a: "pull ${AFTER} || pull mirror.corp/${BEFORE}"}\n`,
    ],
    [
      'a Kustomization without an ending',
      'k/Kustomization',
      `images:\n  - name: ${IMAGE}\n    digest: ${OLD}\n`,
      `images:\n  - name: ${IMAGE}\n    digest: ${NEW}\n`,
    ],
    [
      'a marker behind brackets',
      'compose.yaml',
      `services: {a: {image: "${BEFORE}"}} # docker-build\n`,
      `services: {a: {image: "${AFTER}"}} # docker-build\n`,
    ],
    [
      'a string of KubeRay with other line ends',
      'a.yaml',
      `apiVersion: ray.io/v1\r\nkind: RayService\r\nspec:\r\n  serveConfigV2: |\r\n\r\n    applications:\r\n      - runtime_env: {image_uri: '${BEFORE}'} # ü\r\n`,
      `apiVersion: ray.io/v1\r\nkind: RayService\r\nspec:\r\n  serveConfigV2: |\r\n\r\n    applications:\r\n      - runtime_env: {image_uri: '${AFTER}'} # ü\r\n`,
    ],
    [
      'a quoted string of KubeRay, where no tag stays',
      'a.yaml',
      `apiVersion: ray.io/v1\nkind: RayService\nspec:\n  serveConfigV2: "runtime_env:\\n  image_uri: ${IMAGE}:1.0@${OLD}\\n"\n`,
      `apiVersion: ray.io/v1\nkind: RayService\nspec:\n  serveConfigV2: "runtime_env:\\n  image_uri: ${AFTER}\\n"\n`,
    ],
    [
      'a string of KubeRay that is no YAML',
      'a.yaml',
      `apiVersion: ray.io/v1\nkind: RayService\nspec:\n  serveConfigV2: |\n    {{ x }}: [ ${BEFORE}\n`,
      `apiVersion: ray.io/v1\nkind: RayService\nspec:\n  serveConfigV2: |\n    {{ x }}: [ ${AFTER}\n`,
    ],
  ];
  it.each(cases)('%s', async (_name, file, before, after) => {
    expect(await applied(file, before, AFTER)).toBe(after);
  });

  it.each([
    ['a tag that was chosen', DATA, app(` ${IMAGE}:1.4`)],
    ['another repository', DATA, app(` ghcr.io/acme/other@${OLD}`)],
    ['a placeholder for another repository', DATA, app(' ghcr.io/acme/other@sha256:your-digest-here')],
    ['a comment', 'a.yaml', `${pod('busybox:1')}# image: ${BEFORE}\n`],
    ['JSON', 'pod.json', `{"apiVersion": "v1", "kind": "Pod", "image": "${BEFORE}"}`],
    ['compose', 'compose.yaml', `services: {a: {image: "${BEFORE}"}}\n`],
    ['a digest of its own in JSON', 'a.json', `{"image": {"repository": "${IMAGE}", "digest": "${OLD}"}}\n`],
    [
      'a digest of its own in compose',
      'compose.yaml',
      `services: {}\nx-image: {repository: ${IMAGE}, digest: "${OLD}"}\n`,
    ],
    [
      'a digest of its own in CI',
      '.github/workflows/a.yaml',
      `env: {repository: ${IMAGE}, digest: "${OLD}"}\n`,
    ],
    ['Cloud Foundry', 'manifest.yml', `applications:\n  - name: a\n    docker: {image: "${BEFORE}"}\n`],
    ['a variable in Kubernetes', 'a.yaml', pod(`"${IMAGE}@\${DIGEST}"`)],
    [
      'a digest that is cut in two inside a string',
      'a.yaml',
      `apiVersion: v1\nkind: ConfigMap\ndata: {a: "x ${IMAGE}@sha256:1111\\\n  1111 y"}\n`,
    ],
  ])('%s stays', async (_name, file, text) => {
    expect(await applied(file, text, AFTER)).toBe(text);
  });

  it('keeps the name as it is spelled where any spelling is read', async () => {
    expect(await applied('a.yaml', pod(`me/app:1@${OLD}`), `docker.io/me/app@${NEW}`)).toBe(
      pod(`me/app:1@${NEW}`),
    );
    expect(await applied(DATA, app(` me/app@${OLD}`), `docker.io/me/app@${NEW}`)).toBe(
      app(` docker.io/me/app@${NEW}`),
    );
  });
});
