/** What `--secret` names is there, before a build finds out in its last step. */
import { isAbsolute, join } from 'node:path';
import { readSecretSpec } from '../engines/secret-spec.ts';
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

/** What is missing; null if nothing is. */
async function lacking({ machine, project }: Surroundings, spec: string): Promise<string | null> {
  const { id, variable, file, either } = readSecretSpec(spec);
  if (variable) {
    return machine.env[variable] === undefined ? `secret ${id}: the variable ${variable} is not set` : null;
  }
  const path = file ?? either;
  if (!path || (either && machine.env[either] !== undefined)) return null;
  const absolute = isAbsolute(path) ? path : join(process.cwd(), path);
  const there = (await machine.facts(absolute)) ?? (await machine.facts(join(project.dir, path)));
  return there ? null : `secret ${id}: ${path} is not there`;
}
