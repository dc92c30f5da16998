/** What `--secret` names is there, before a build finds out in its last step. */
import { isAbsolute, join } from 'node:path';
import { Failure } from '../errors.ts';
import { type Checker, fail, pass, type Surroundings, skip } from './check.ts';

const ID = 'project.secrets';

export const buildSecrets: Checker = {
  ids: [ID],
  fast: true,
  async ask(at) {
    const { secrets = [] } = at.intent;
    if (secrets.length === 0) return [skip(ID, 'no --secret is given')];
    const found = await Promise.all(secrets.map((spec) => lacking(at, spec)));
    const missing = found.filter((why) => why !== null);
    if (missing.length === 0) return [pass(ID, 'all that --secret names is there')];
    const summary = missing.join('; ');
    return [fail(ID, summary, { failure: new Failure('SECRET_MISSING', summary) })];
  },
};

/** What is missing of `id=NAME[,type=env|file][,src=FILE][,env=VAR]`; null if nothing is. */
async function lacking({ machine, project }: Surroundings, spec: string): Promise<string | null> {
  const words = new Map<string, string>();
  for (const [, key = '', value = ''] of spec.matchAll(/([^=,]+)=([^,]*)/g)) words.set(key, value);
  const id = words.get('id');
  const source = words.get('src') ?? words.get('source');
  const variable = words.get('env') ?? (words.get('type') === 'env' ? (source ?? id) : undefined);
  if (variable) {
    return machine.env[variable] === undefined ? `secret ${id}: the variable ${variable} is not set` : null;
  }
  const path = source ?? id;
  if (!path) return null;
  // without a source it is the variable of that name, else the file
  if (!source && machine.env[path] !== undefined) return null;
  const absolute = isAbsolute(path) ? path : join(process.cwd(), path);
  const there = (await machine.facts(absolute)) ?? (await machine.facts(join(project.dir, path)));
  return there ? null : `secret ${id}: ${path} is not there`;
}
