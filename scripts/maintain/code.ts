/** The program as the plugin carries it: ESM in chunks that are loaded when they are needed, no node_modules. */
import { basename } from 'node:path';
import { build, type Metafile } from 'esbuild';

export interface Code {
  /** File name → text, for the folder `scripts/lib/` of the skill. */
  readonly files: ReadonlyMap<string, string>;
  /** The modules of other packages that are really inside, as paths from the root of the repository. */
  readonly inside: readonly string[];
}

/** Some dependencies are CommonJS: they ask for Node's own modules at run time, and for the file they stand in. */
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __filename = import.meta.filename;";

export async function bundleCode(root: string): Promise<Code> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['scripts/docker-build.ts'],
    outdir: 'lib',
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.18',
    // less to read at start; names stay, so that a stack in a log says something
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    banner: { js: REQUIRE },
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const files = outputFiles.map(({ path, text }) => [basename(path), text] as const);
  return { files: new Map(files.sort(([a], [b]) => (a < b ? -1 : 1))), inside: packagesInside(metafile) };
}

function packagesInside({ outputs }: Metafile): string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const used = inputs.filter(
    ([path, { bytesInOutput }]) => bytesInOutput > 0 && path.includes('node_modules/'),
  );
  return [...new Set(used.map(([path]) => path))].sort();
}
