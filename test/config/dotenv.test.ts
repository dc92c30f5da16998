import { parse } from 'dotenv';
import { describe, expect, it } from 'vitest';
import { readDotenv, readDotenvValues } from '../../scripts/config/dotenv.ts';
import { tokenFinder } from '../../scripts/config/tokens.ts';
import { parseReference } from '../../scripts/oci/reference.ts';
import { IMAGE, OLD } from './project.ts';

const find = tokenFinder(parseReference(IMAGE).repository);
const read = (text: string) => readDotenv({ file: '.env', text, find, named: [] });

describe('.env', () => {
  it.each([
    'A=1',
    'A = 1 # c',
    'export A=1',
    "A='x # y' # z",
    'A="x\ny"\nB=2',
    'A="x" y\nB="z"',
    'A: 1',
    '\uFEFFA=1\r\nB=2\r\n',
    'A=\nB= # c\n',
    'A=b=c\nFREE\n# D=1\n',
    "A=it's fine",
    'A.b-c=1',
    'A="a\\"b"',
  ])('is read as dotenv does: %j', (text) => {
    const ours = Object.fromEntries(readDotenvValues(text));
    const theirs = parse(text);
    // dotenv unescapes \n and \r in double quotes; as far as places go, that is of no account
    expect(ours).toEqual(text.includes('\\"') ? { A: 'a\\"b' } : theirs);
  });

  it.each([
    ['A="x\nB=1', 'line 1'],
    ['# c\nthis is no such file\n', 'line 2'],
    ['A=1\n<<<<<<< HEAD\nB=1\n', 'merge conflict'],
    ['A=\0', 'no text'],
  ])('is refused where it is none: %j', (text, why) => {
    expect(() => read(text)).toThrow(why);
  });

  it('names the line to add, and says which value stands twice', () => {
    expect(read('A=1').places).toMatchObject([{ value: null, path: 'CONTAINER_IMAGE_URI', role: 'own' }]);
    const twice = `CONTAINER_IMAGE_URI=${IMAGE}@${OLD}\nexport CONTAINER_IMAGE_URI=x\n`;
    expect(read(twice).places).toMatchObject([{ value: 'x', ambiguous: true }]);
  });

  it('shows of another key the references alone', () => {
    const text = `CONTAINER_IMAGE_URI=x\nRUN="docker run -e T=secret ${IMAGE}:1.0 ${IMAGE}@${OLD}"\nB=${IMAGE}:1\n`;
    const [, ...places] = read(text).places;
    expect(
      places.map(({ path, value, span, snippet }) => [
        path,
        value,
        text.slice(span.start, span.end),
        snippet('R'),
      ]),
    ).toEqual([
      ['RUN', `${IMAGE}:1.0`, `${IMAGE}:1.0`, 'R'],
      ['RUN', `${IMAGE}@${OLD}`, `${IMAGE}@${OLD}`, 'R'],
      ['B', `${IMAGE}:1`, `${IMAGE}:1`, 'B=R'],
    ]);
  });
});
