/** `--only`: gitignore's patterns, so that `.env`, `deploy/` and `*.yaml` say what they look like. */
import { relative } from 'node:path';

export async function onlyFiles(
  dir: string,
  patterns: readonly string[],
): Promise<(file: string) => boolean> {
  if (patterns.length === 0) return () => true;
  const { default: ignore } = await import('ignore');
  const matcher = ignore({ ignorecase: false }).add(
    patterns.map((pattern) => {
      // a path inside the project, else what git takes for its top
      if (pattern.startsWith(`${dir}/`)) return `/${relative(dir, pattern)}`;
      return pattern.replace(/^\.\//, '');
    }),
  );
  return (file) => matcher.ignores(file);
}
