import { bundled } from './program.ts';
import { search } from './search.ts';

const program = await bundled();
try {
  const text = await search(program);
  console.log(text);
  if (text.includes('**no**')) process.exitCode = 1;
} finally {
  program.remove();
}
