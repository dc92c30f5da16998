/** The registries that a Dockerfile takes images from. Pure. */
import { parseReference } from '../oci/reference.ts';

/** Null where a name holds a variable: then nobody can say. */
export function baseRegistries(dockerfile: string): ReadonlySet<string> | null {
  const text = dockerfile.replaceAll(/\\\r?\n/g, ' ');
  const stages = new Set(['scratch']);
  const registries = new Set<string>();
  for (const line of text.split(/\r?\n/)) {
    const [, from, stage] = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line) ?? [];
    const names = [
      from,
      /^\s*(?:COPY|ADD)\s[^\n]*?--from=(\S+)/i.exec(line)?.[1],
      /^\s*RUN\s[^\n]*?[,=]from=([^\s,]+)/i.exec(line)?.[1],
    ];
    for (const name of names) {
      if (!name || /^\d+$/.test(name) || stages.has(name.toLowerCase())) continue;
      if (name.includes('$')) return null;
      registries.add(registryOf(name));
    }
    if (stage) stages.add(stage.toLowerCase());
  }
  return registries;
}

function registryOf(name: string): string {
  try {
    return parseReference(name.includes('/') ? name : `docker.io/library/${name}`).repository.registry;
  } catch {
    return name;
  }
}
