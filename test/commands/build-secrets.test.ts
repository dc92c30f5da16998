import { createFixture } from 'fs-fixture';
import { expect, it } from 'vitest';
import { hideSecrets } from '../../scripts/commands/build-secrets.ts';
import { createSecrets } from '../../scripts/io/secrets.ts';

it('what --secret names is masked: a variable, a file, each of its longer lines', async () => {
  await using folder = await createFixture({
    npmrc: '//r.test/:_authToken=abcdefgh\nsecond-line-of-it\nx=1\n',
  });
  const secrets = createSecrets();
  const env = { TOKEN: 'variable-value', plain: 'by-its-id' };
  const specs = ['id=a,env=TOKEN', 'id=plain', `id=b,src=${folder.getPath('npmrc')}`, 'id=c,src=/not/there'];
  await hideSecrets(specs, secrets, env);
  const printed = 'variable-value by-its-id second-line-of-it //r.test/:_authToken=abcdefgh x=1 other';
  expect(secrets.mask(printed)).toBe('*** *** *** *** x=1 other');
});
