/** Where podman and docker would find a login for the repository, and whether it is the same one. */
import type { CredentialsReport } from '../registry/credentials.ts';
import { loginCommand } from '../registry/login-command.ts';
import { type Checker, type Finding, pass, type Surroundings, skip, warn } from './check.ts';

const ID = 'registry.credentials';

export const credentials: Checker = {
  ids: [ID],
  // a credential helper may want to be unlocked: not worth waiting for before a build
  fast: false,
  async ask(at) {
    const repository = at.intent.image?.repository;
    if (!repository) return [skip(ID, 'no image is named')];
    const [report, { info }] = await Promise.all([at.credentialsOf(repository), at.engine()]);
    return [judge(at, repository.registry, report, info?.name ?? at.engineAsked ?? 'podman')];
  },
};

function judge(
  { machine }: Surroundings,
  registry: string,
  report: CredentialsReport,
  used: 'podman' | 'docker',
): Finding {
  const other = used === 'podman' ? 'docker' : 'podman';
  const evidence = (['podman', 'docker'] as const)
    .map((engine) => `${engine}: ${report[engine] ?? 'none'}`)
    .concat(report.broken)
    .join('; ');
  const details = { evidence, topic: 'registries', fix: [loginCommand(used, registry)] } as const;
  if (report.broken.length) return warn(ID, `a login for ${registry} cannot be read`, details);
  if (!report[used] && report[other]) {
    const store = report[other].startsWith('docker-credential-') && used === 'podman';
    const why = store ? ', which stands in a credsStore that podman does not read' : '';
    return warn(ID, `${other} has a login for ${registry}${why}; ${used}, which builds, has none`, details);
  }
  if (report[used] && report[other] && !report.agree && machine.which(other)) {
    return warn(ID, `podman and docker use different logins for ${registry}`, { ...details, fix: [] });
  }
  if (!report[used]) return pass(ID, `no login is stored for ${registry}`, { evidence });
  return pass(ID, `${used} has a login for ${registry}`, { evidence });
}
