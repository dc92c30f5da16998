import { describe, expect, test } from 'vitest';
import { context, secretKeys } from '../../scripts/checks/context.ts';
import { project, surroundings } from './surroundings.ts';

const DOTENV = { GITHUB_TOKEN: 'ghp_abcdef', PLAIN: 'x' };

const ask = async (
  dockerfile: string,
  files: Record<string, string> = {},
  dotenv: Record<string, string> = DOTENV,
) => {
  const at = surroundings(
    { files: { '/p/Dockerfile': dockerfile, '/p/.env': 'x', ...files } },
    { project: project({ dotenv }) },
  );
  const [secrets, state] = await context.ask(at);
  if (!secrets || !state) throw new Error('two answers were due');
  return { secrets, state };
};

describe('a .env that holds a token', () => {
  test.each([
    ['COPY . .', 'fail'],
    ['COPY ./ /app/', 'fail'],
    ['ADD . /app', 'fail'],
    ['COPY ["." , "/app"]', 'fail'],
    ['COPY --chown=1:1 .env /app/', 'fail'],
    ['COPY .e* /app/', 'fail'],
    ['COPY * /app/', 'fail'],
    ['COPY \\\n  # all of it\n  . \\\n  /app', 'fail'],
    ['ARG SRC=.\nCOPY $SRC /app', 'fail'],
    ['FROM a AS one\nCOPY . .\nFROM b\nCOPY --from=one /x /x', 'fail'],
    ['COPY --from=build . .', 'warn'],
    ['COPY app /app', 'warn'],
    ['COPY app.env /app', 'warn'],
    ['COPY --exclude=.env . .', 'warn'],
    ['# COPY . .', 'warn'],
    ['RUN <<EOF\nCOPY . .\nEOF', 'warn'],
    ['COPY <<EOF /x\nCOPY . .\nEOF', 'warn'],
    ['RUN true', 'warn'],
  ])('%j → %s', async (dockerfile, status) => {
    const { secrets } = await ask(`FROM scratch\n${dockerfile}\n`);
    expect(secrets.status).toBe(status);
    expect(secrets.fix).toEqual(["printf '%s\\n' .env >> /p/.dockerignore"]);
    expect(JSON.stringify(secrets)).not.toContain('ghp_abcdef');
  });

  test.each([
    ['.env', 'pass'],
    ['.env\r\n', 'pass'],
    ['**/.env', 'pass'],
    ['.*', 'pass'],
    ['*', 'pass'],
    ['.env\n!.env', 'fail'],
    ['sub/.env', 'fail'],
    ['.ENV', 'fail'],
    ['# .env', 'fail'],
    ['', 'fail'],
  ])('with .dockerignore %j → %s', async (text, status) => {
    const { secrets } = await ask('COPY . .', { '/p/.dockerignore': text });
    expect(secrets.status).toBe(status);
  });

  test('the fix begins a line of its own', async () => {
    const { secrets } = await ask('COPY . .', { '/p/.dockerignore': 'node_modules' });
    expect(secrets.fix).toEqual(["printf '\\n%s\\n' .env >> /p/.dockerignore"]);
  });

  test('podman reads .containerignore first', async () => {
    const files = { '/p/.containerignore': 'x\n', '/p/.dockerignore': '.env\n' };
    const { secrets } = await ask('COPY . .', files);
    expect(secrets).toMatchObject({ status: 'fail', fix: ["printf '%s\\n' .env >> /p/.containerignore"] });
  });

  test.each(['/p/Dockerfile.dockerignore', '/p/Dockerfile.containerignore'])(
    '%s stands before those',
    async (own) => {
      const { secrets } = await ask('COPY . .', { [own]: '.env\n', '/p/.containerignore': 'x\n' });
      expect(secrets.status).toBe('pass');
    },
  );

  test('without a secret in it, it is only a warning', async () => {
    expect((await ask('COPY . .', {}, { PORT: '80' })).secrets.status).toBe('warn');
  });

  test('no .env in the context: all is well', async () => {
    const at = surroundings({ files: { '/p/Dockerfile': 'COPY . .' } });
    expect((await context.ask(at))[0]).toMatchObject({ id: 'project.context-secrets', status: 'pass' });
  });

  test('a context beside the project holds none of it', async () => {
    const at = surroundings(
      { files: { '/p/Dockerfile': 'COPY . .' } },
      { project: project({ dotenv: DOTENV }) },
    );
    const findings = await context.ask({ ...at, intent: { ...at.intent, context: '/p/app' } });
    expect(findings.map(({ status }) => status)).toEqual(['pass', 'pass']);
  });

  test('a login of another program counts, too', async () => {
    const { secrets } = await ask('COPY . .', {
      '/p/.npmrc': '//x:_authToken=y',
      '/p/.dockerignore': '.env',
    });
    expect(secrets).toMatchObject({ status: 'warn', fix: ["printf '\\n%s\\n' .npmrc >> /p/.dockerignore"] });
  });
});

describe('the state file', () => {
  test.each([
    ['COPY . .', {}, 'warn', ['.last-deploy-state.json']],
    ['COPY app .', {}, 'pass', []],
    ['COPY app .', { '/p/.last-deploy-state.json': '{}' }, 'warn', ['.last-deploy-state.json']],
    ['COPY . .', { '/p/.dockerignore': '.last-deploy-state.json\n' }, 'pass', []],
    ['COPY . .', { '/p/.claude': '' }, 'warn', ['.claude', '.last-deploy-state.json']],
  ])('%s, %j → %s', async (dockerfile, files, status, kept) => {
    const { state } = await ask(dockerfile, files as Record<string, string>);
    expect(state.status).toBe(status);
    expect(state.fix).toEqual(kept.map((way) => `printf '%s\\n' ${way} >> /p/.dockerignore`));
  });

  test('inside .claude, one line covers both', async () => {
    const at = surroundings(
      { files: { '/p/Dockerfile': 'COPY . .', '/p/.claude': '' } },
      { project: project({ stateFile: '/p/.claude/.last-deploy-state.json' }) },
    );
    expect((await context.ask(at))[1]?.fix).toEqual(["printf '%s\\n' .claude >> /p/.dockerignore"]);
  });
});

test('keys that look like secrets', () => {
  const dotenv = {
    GITHUB_TOKEN: 'a',
    DB_PASSWORD: 'a',
    api_key: 'a',
    SIGNING_KEY: 'a',
    DATABASE_URL: 'postgres://u:p@host/db',
    EMPTY_TOKEN: '',
    GITHUB_USERNAME: 'a',
    KEYBOARD: 'a',
    URL: 'https://host/x',
  };
  expect(secretKeys(dotenv)).toEqual([
    'GITHUB_TOKEN',
    'DB_PASSWORD',
    'api_key',
    'SIGNING_KEY',
    'DATABASE_URL',
  ]);
});
