/** The table of engines and situations, as text. */
import type { EngineName } from '../support/engines.ts';
import { naiveRules } from './naive-rules.ts';

export interface Row {
  readonly engine: EngineName;
  readonly situation: string;
  readonly ours: boolean;
  /** By rule, whether it was right. */
  readonly naive: Readonly<Record<string, boolean>>;
  /** Such an image is not built with this engine, which is said before it builds: another tool made it. */
  readonly refused: boolean;
}

const OURS = 'docker-build digest';
const rules = [OURS, ...Object.keys(naiveRules)];

/** A line for each rule: how often it was right on each engine. */
export function scores(rows: readonly Row[], engines: readonly EngineName[]): string {
  const lines = rules.map(
    (rule) => `  ${rule}: ${engines.map((engine) => `${engine} ${score(rows, engine, rule)}`).join(', ')}`,
  );
  return ['right answers:', ...lines].join('\n');
}

function score(rows: readonly Row[], engine: EngineName, rule: string): string {
  const asked = rows.filter((row) => row.engine === engine);
  const right = asked.filter((row) => (rule === OURS ? row.ours : row.naive[rule]));
  return `${right.length}/${asked.length}`;
}

export function table(rows: readonly Row[], engines: readonly EngineName[]): string {
  const names = [...new Set(rows.map(({ situation }) => situation))];
  const cell = (engine: EngineName, situation: string): string => {
    const row = rows.find((one) => one.engine === engine && one.situation === situation);
    if (!row) return '–';
    const marks = rules.map((rule) => ((rule === OURS ? row.ours : row.naive[rule]) ? '✓' : '✗'));
    return `${marks.join(' ')}${row.refused ? ' ¹' : ''}`;
  };
  return `# Engines and situations

Written by \`npm run test:engines\`, which makes every situation on four real engines and a real registry, asks for
the digest, and compares the answer with the hash of the bytes that the registry serves.

In each cell, in this order: \`${OURS}\`, and two rules in common use, ${Object.keys(naiveRules)
    .map((rule) => `“${rule}”`)
    .join(' and ')}.
✓ is the reference that can be deployed, or none where there is none; ✗ is a reference that the registry does not
have, another repository's or an older one, or none where there is one.

${row(['situation', ...engines])}
${row(['---', ...engines.map(() => '---')])}
${names.map((name) => row([name, ...engines.map((engine) => cell(engine, name))])).join('\n')}

${row(['right answers', ...engines])}
${row(['---', ...engines.map(() => '---')])}
${rules.map((rule) => row([rule, ...engines.map((engine) => score(rows, engine, rule))])).join('\n')}

¹ This engine makes no attestations: \`--provenance\` is refused before the build. Another tool has put them there,
and the engine has pulled the image.

${ENGINES}

${PLATFORMS}
`;
}

const ENGINES = `The engines: podman4 is podman 4.3 and docker20 is docker 20.10 on the overlay2 store, both of Debian 12; podman5 is
podman 5.4 and docker26 is docker 26.1 with buildx on the containerd store, both of Debian 13.`;

const PLATFORMS = `## Several platforms

- **podman** builds each platform by itself, puts them into a manifest list and pushes that with \`--all --digestfile\`.
  Its layer cache does not tell platforms apart \`FROM scratch\`: the architecture of each image is looked at, and where
  it is another one than asked for, that platform is built again without the cache (warning \`CACHE_OTHER_PLATFORM\`).
  The same holds for a plain build after one for another platform.
- **docker with a builder that can** (the containerd store, or \`--builder\` of another driver) builds and pushes all of
  them at once; the digest stands in the metadata file.
- **docker that cannot** (the overlay2 store, with buildx or without) builds and pushes each platform under a tag of its
  own, \`TAG-OS-ARCH\`, and the index over them is put under TAG through the registry. The tags of the platforms stay:
  some registries delete what no tag names.
- **docker 23 and later without buildx** has the classic builder alone, which builds for its own platform whatever it
  is asked for: another one is refused.

Whatever the engine, the registry is asked afterwards: every platform is there once, and its config says the platform
that the index says.

## Engines elsewhere

\`CONTAINER_HOST\`, \`CONTAINER_CONNECTION\`, \`DOCKER_HOST\`, \`DOCKER_CONTEXT\` and \`--builder\` are followed. Where no digest
file comes back (podman 4 as a service), the registry is asked for the tag, and what it serves is compared with what was
built. A registry on loopback is warned about: \`LOOPBACK_REMOTE\`.

\`podman farm build\` is not supported: podman itself refuses every tag there (\`unknown transport\`).`;

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
