import { Failure } from '../errors.ts';

/**
 * Writes a file whole or not at all: a temporary beside it, fsync, rename. Mode and owner of what was there stay,
 * and a symbolic link stays one.
 * @throws Failure FILE_UNWRITABLE
 */
export async function writeWhole(path: string, content: string | Buffer, mode?: number): Promise<void> {
  // loaded only to write: most commands read
  const { default: writeFileAtomic } = await import('write-file-atomic');
  try {
    await writeFileAtomic(path, content, mode === undefined ? {} : { mode });
  } catch (error) {
    throw new Failure('FILE_UNWRITABLE', `${path} cannot be written: ${(error as Error).message}`, {
      hint: 'nothing was changed in it',
      next: `ls -ld ${path}`,
      cause: error,
    });
  }
}
