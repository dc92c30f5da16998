/** What would end a release only after its push, found before its build: files that cannot be read or written. */
import { access, constants } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { survey } from '../config/survey.ts';
import { Failure } from '../errors.ts';
import { type Digest, digestOf } from '../oci/digest.ts';
import type { Repository } from '../oci/reference.ts';
import { readState, refuseBroken } from '../state.ts';
import type { Toolbox } from './toolbox.ts';

/** Stands for the digest that is not known yet. */
const ANY: Digest = digestOf(Buffer.alloc(0));

/** @throws Failure FILE_UNPARSABLE, FILE_AMBIGUOUS, FILE_UNREADABLE, FILE_UNWRITABLE */
export async function foresee(repository: Repository, { project, options, ports }: Toolbox): Promise<void> {
  const state = await readState(project.stateFile);
  refuseBroken(state);
  const found = await survey({
    project,
    reference: { repository, digest: ANY },
    only: options.only ?? [],
    signal: ports.signal,
  });
  if (found.failure) throw found.failure;
  const written = found.files.filter(({ places }) => places.some(({ writes }) => writes));
  const files = options.apply ? written.map(({ source }) => source.path) : [];
  for (const file of [project.stateFile, ...files]) await mustBeWritable(file, project.dir);
}

/** Files are replaced, not written into: their folders must be writable, too. */
async function mustBeWritable(file: string, dir: string): Promise<void> {
  for (const path of [dirname(file), file]) {
    const problem = await access(path, constants.W_OK).then(
      () => null,
      (error: NodeJS.ErrnoException) => (path === file && error.code === 'ENOENT' ? null : error),
    );
    if (!problem) continue;
    const name = relative(dir, file);
    throw new Failure('FILE_UNWRITABLE', `${name} cannot be written: ${problem.message}`, {
      hint: 'nothing was built, and nothing was written',
      next: `ls -ld ${relative(dir, path) || '.'}`,
      cause: problem,
    });
  }
}
