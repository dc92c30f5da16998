import { type Checker, fail, pass } from './check.ts';

/** As in `engines` of package.json. */
const NEEDED = [20, 18, 1] as const;

export const isAtLeast = (version: string, needed: readonly number[]): boolean => {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const differing = needed.findIndex((wanted, i) => (parts[i] ?? 0) !== wanted);
  return differing < 0 || (parts[differing] ?? 0) > (needed[differing] ?? 0);
};

export const node: Checker = {
  ids: ['node'],
  fast: true,
  async ask({ machine }) {
    const needed = NEEDED.join('.');
    if (isAtLeast(machine.node, NEEDED)) return [pass('node', `Node ${machine.node}`)];
    return [
      fail('node', `Node ${machine.node} is too old: at least ${needed} is needed`, {
        evidence: `process.versions.node is ${machine.node}`,
        fix: [`npx --yes node@22 --version`],
      }),
    ];
  },
};
