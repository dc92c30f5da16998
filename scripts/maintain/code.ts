/** The program as the plugin carries it: ESM in chunks that are loaded when they are needed, no node_modules. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

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
    plugins: [namesOfCommonJs],
    banner: { js: REQUIRE },
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const files = outputFiles.map(({ path, text }) => [basename(path), text] as const);
  return { files: new Map(files.sort(([a], [b]) => (a < b ? -1 : 1))), inside: packagesInside(metafile) };
}

/**
 * `import()` of a CommonJS package gives its names in Node, and in a chunk of the bundler only `default`. In between goes
 * a module that exports them by name.
 */
const namesOfCommonJs: Plugin = {
  name: 'names of CommonJS',
  setup(build) {
    const namespace = 'names-of';
    build.onResolve({ filter: /^[@a-z]/ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import' || isBuiltin(path) || isEsm(path, resolveDir)) return undefined;
      return { path, namespace, pluginData: resolveDir };
    });
    build.onLoad({ filter: /.*/, namespace }, ({ path, pluginData: resolveDir }) => {
      const names = Object.keys(createRequire(`${resolveDir}/`)(path)).filter((name) =>
        /^(?!default$)[A-Za-z]\w*$/.test(name),
      );
      const from = JSON.stringify(path);
      const contents = `import * as all from ${from};export default all.default;export const {${names.join(',')}}=all;`;
      return { contents, resolveDir };
    });
  },
};

function isEsm(name: string, from: string): boolean {
  return JSON.parse(readFileSync(packageJson(name, from), 'utf8')).type === 'module';
}

function packageJson(name: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) throw new Error(`${name} is not installed`);
  }
}

function packagesInside({ outputs }: Metafile): string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const used = inputs.filter(
    ([path, { bytesInOutput }]) => bytesInOutput > 0 && path.includes('node_modules/'),
  );
  return [...new Set(used.map(([path]) => path))].sort();
}
