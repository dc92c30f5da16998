/** The program as the plugin carries it: ESM in chunks that are loaded when they are needed, no node_modules. */
import { join, relative } from 'node:path';
import { type OutputChunk, rolldown } from 'rolldown';

export interface Code {
  /** File name → text, for the folder `scripts/lib/` of the skill. */
  readonly files: ReadonlyMap<string, string>;
  /** The modules of other packages that are really inside, as paths from the root of the repository. */
  readonly inside: readonly string[];
}

/** What a proof runs through, with all that it imports: one file, because each file costs a start some milliseconds. */
const PROOF = ['main.ts', 'commands/verify.ts'];

export async function bundleCode(root: string): Promise<Code> {
  const bundle = await rolldown({
    cwd: root,
    input: 'scripts/docker-build.ts',
    platform: 'node',
    transform: {
      target: 'node20.18',
      // CommonJS packages ask for the file they stand in
      define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' },
    },
  });
  const { output } = await bundle.generate({
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    // less to read at start; names stay, so that a stack in a log says something
    minify: { mangle: false },
    comments: false,
    codeSplitting: {
      groups: [{ name: 'proof', test: isOf(PROOF.map((path) => join(root, 'scripts', path))) }],
    },
  });
  await bundle.close();
  const chunks = output.filter((one): one is OutputChunk => one.type === 'chunk');
  const files = chunks.map(({ fileName, code }) => [fileName, code] as const);
  return { files: new Map(files.sort(([a], [b]) => (a < b ? -1 : 1))), inside: packagesInside(root, chunks) };
}

const isOf = (paths: readonly string[]) => (id: string) => paths.includes(id);

function packagesInside(root: string, chunks: readonly OutputChunk[]): string[] {
  const modules = chunks.flatMap((chunk) => Object.entries(chunk.modules));
  const used = modules.filter(
    ([id, { renderedLength }]) => renderedLength > 0 && id.includes('node_modules/'),
  );
  return [...new Set(used.map(([id]) => relative(root, id)))].sort();
}
