import { expect, it } from 'vitest';
import { rayWarnings } from '../../scripts/config/ray.ts';
import { readYaml } from '../../scripts/config/yaml.ts';

it.each([
  ['an alias for the image', 'x: &img ${IMG}\nruntime_env:\n  image_uri: *img\n', 'runtime_env.image_uri'],
  [
    'an alias for the variable',
    'x: &img ${IMG}\nruntime_env:\n  env_vars: { CONTAINER_IMAGE_URI: *img }\n',
    'runtime_env.env_vars.CONTAINER_IMAGE_URI',
  ],
  [
    'merged variables',
    'x: &all { CONTAINER_IMAGE_URI: a }\nruntime_env:\n  env_vars:\n    <<: *all\n',
    'runtime_env.env_vars.CONTAINER_IMAGE_URI',
  ],
])('%s is told of, since it is not followed', async (_, text, path) => {
  const [document] = await readYaml(text);
  const warnings = document ? rayWarnings('data/config/app.yaml', document, [], '') : [];
  const told = warnings.find(({ code }) => code === 'RAY_ALIAS_NOT_FOLLOWED');
  expect(told?.message).toContain(`data/config/app.yaml: ${path} takes its value from an anchor`);
});

it("an alias for anything else is nobody else's business", async () => {
  const [document] = await readYaml('x: &n 2\nruntime_env:\n  env_vars: { A: *n }\nreplicas: *n\n');
  expect(document && rayWarnings('serve.yaml', document, [], '')).toEqual([]);
});
