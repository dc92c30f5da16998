/** One line of the table in docs/BENCHMARKS.md. */
export interface Line {
  readonly what: string;
  readonly ms: number;
  /** Against what, and how it came out. */
  readonly ratio?: string;
  readonly goal?: string;
  readonly met?: boolean;
}

export function section(title: string, note: string, lines: readonly Line[]): string {
  const head = '| what | ms | ratio | goal | met |\n| --- | ---: | --- | --- | --- |';
  const rows = lines.map(
    ({ what, ms, ratio = '', goal = '', met }) =>
      `| ${what} | ${Math.round(ms)} | ${ratio} | ${goal} | ${met === undefined ? '' : met ? 'yes' : '**no**'} |`,
  );
  return `## ${title}\n\n${note}\n\n${head}\n${rows.join('\n')}\n`;
}

export const times = (ratio: number): string => `${ratio.toFixed(ratio < 10 ? 2 : 0)}×`;
