/** The composition root: words in, a phase run, its result shown, an exit status out. */
import { VERSION } from './version.ts';

const words = process.argv.slice(2);
if (words[0] === '--version' || words[0] === '-V') {
  // before anything else is loaded: it is asked at every start of an agent's session
  process.stdout.write(`${VERSION}\n`);
} else {
  const { main } = await import('./main.ts');
  await main(words);
}
