/** Records `npm run demo` as it runs here and draws it as the SVG that the README shows. */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';

const FILE = 'docs/session.svg';
const [FONT, LINE, PAD] = [13, 18, 16];
/** A reference is longer than a line is wide: the digest is shown with its ends. */
const DIGEST = /sha256:([0-9a-f]{8})[0-9a-f]{48}([0-9a-f]{8})/g;

const lines = (await record()).replaceAll(DIGEST, 'sha256:$1…$2').trimEnd().split('\n');
await mkdir('docs', { recursive: true });
await writeFile(FILE, draw(['$ npm run demo', ...lines]));

/** stdout and stderr in the order in which they came. */
async function record(): Promise<string> {
  const child = spawn(process.execPath, ['examples/demo.mjs'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let seen = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
    });
  }
  const status = await new Promise((done) => child.on('close', done));
  if (status !== 0) throw new Error(`the demo ended with ${status}:\n${seen}`);
  return seen;
}

function draw(rows: readonly string[]): string {
  const width = Math.ceil(Math.max(...rows.map((row) => row.length)) * FONT * 0.602) + 2 * PAD;
  const height = rows.length * LINE + 2 * PAD;
  const text = rows.map(
    (row, at) => `<text y="${PAD + (at + 0.75) * LINE}"${colour(row)}>${escaped(row)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="npm run demo: a release, phase by phase">
<rect width="100%" height="100%" rx="8" fill="#15181e"/>
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="${FONT}" fill="#d5d9e0" xml:space="preserve" transform="translate(${PAD})">
${text.join('\n')}
</g>
</svg>
`;
}

function colour(row: string): string {
  if (row.startsWith('$ ')) return ' fill="#7ee787" font-weight="bold"';
  if (/^\s*- /.test(row)) return ' fill="#ff9d96"';
  if (/^\s*\+ /.test(row) || /^(verified|pushed|proof)/.test(row)) return ' fill="#a5d6ff"';
  if (/^\[/.test(row)) return ' fill="#8b949e"';
  return '';
}

function escaped(row: string): string {
  return row.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
