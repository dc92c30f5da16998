/** What the project was proposed to be tested for, and the tests that do it, by file and by words of their names. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const CHECKLIST: readonly (readonly [
  line: string,
  tests: readonly (readonly [file: string, name: string])[],
])[] = [
  [
    'single-platform build and push',
    [
      ['engines/publish.test.ts', 'the digest that its push reports is what the registry serves'],
      [
        'engines/release.test.ts',
        'one reference in the JSON, in every file, in the state, and a fresh store can pull it',
      ],
    ],
  ],
  [
    'multi-platform',
    [
      ['engines/platforms.test.ts', 'two platforms with contents of their own'],
      ['engines/platforms.test.ts', 'two platforms FROM scratch, then a plain build of the same context'],
      ['checks/engine.test.ts', 'foreign with RUN, no qemu'],
    ],
  ],
  [
    'authentication failures',
    [
      ['engines/failures.test.ts', 'no login'],
      ['engines/logins.test.ts', 'a token in place of a login that the registry refuses'],
      ['phases/doctor.test.ts', 'a probe that ends in %s'],
      ['checks/engine.test.ts', 'a credsStore is named'],
    ],
  ],
  [
    'podman without user namespaces',
    [
      ['engines/rootless.test.ts', 'is found by its own check and mended by the printed commands'],
      ['engines/rootless.test.ts', 'ranges that podman has not taken notice of'],
      ['checks/rootless.test.ts', 'user namespaces in the kernel (seam'],
    ],
  ],
  [
    'docker against podman',
    [
      ['engines/situations.test.ts', 'describe.each(engines)'],
      ['engines/failures.test.ts', 'describe.each(enginesForTests())'],
    ],
  ],
  [
    'verification with registry delays',
    [['phases/verify-lag.slow.test.ts', 'a registry that takes its time after our push']],
  ],
  [
    'accuracy of the config instructions',
    [
      [
        'phases/config-report.test.ts',
        'keeps mode, links, line ends, marks, tabs and bytes that are no text',
      ],
      ['config/corpus.test.ts', 'describe'],
      ['engines/docs.test.ts', 'every line runs'],
    ],
  ],
];

const here = fileURLToPath(new URL('.', import.meta.url));

test.each(CHECKLIST.flatMap(([line, tests]) => tests.map(([file, name]) => [line, file, name] as const)))(
  '%s: %s, %s',
  (_line, file, name) => {
    expect(readFileSync(`${here}${file}`, 'utf8')).toContain(name);
  },
);
