/** All places of one file, by the reader that knows its format. */
import type { Warning } from '../errors.ts';
import { readDotenv } from './dotenv.ts';
import { type Found, type Place, type Reading, Unparsable } from './format.ts';
import { markerAfter } from './marker.ts';
import { withNamed } from './named.ts';
import { readText, withKeys } from './text-places.ts';
import { isYaml } from './yaml.ts';
import { isDataConfig, readYamlPlaces } from './yaml-places.ts';

export interface FilePlaces extends Found {
  /** Why the file could not be read as what it is; its places are then those of plain text. */
  readonly unparsable: string | null;
}

/** Structure costs time: a larger file is read as plain text. */
const LARGEST = 1_000_000;

type Reader = (reading: Reading) => Found | Promise<Found>;

export async function placesOf(reading: Reading): Promise<FilePlaces> {
  const { read, structured } = readerOf(reading);
  try {
    const found = await read(reading);
    const named = structured ? await withNamed(reading, found) : found;
    return { ...named, places: claimed(reading, named.places), unparsable: null };
  } catch (error) {
    if (!(error instanceof Unparsable)) throw error;
    const places = claimed(reading, readText(reading).places);
    // JSON with comments in it is common, and nothing is written there unasked
    if (reading.file.endsWith('.json')) return { places, warnings: [], unparsable: error.message };
    const warning: Warning = {
      code: 'FILE_UNPARSABLE',
      message: `${reading.file} cannot be read as what it is: ${error.message}`,
      hint: 'references in it are reported, not written',
    };
    return { places, warnings: [warning], unparsable: error.message };
  }
}

export const isDotenv = (file: string): boolean => /(?:^|\/)(?:\.env(?:\.[\w.-]+)?|[\w.-]+\.env)$/.test(file);

function readerOf({ file, text, named }: Reading): { read: Reader; structured: boolean } {
  const keys = named.filter((path) => path !== '');
  const required = isDataConfig(file) || keys.length > 0;
  if (isDotenv(file)) return { read: readDotenv, structured: false };
  if (isYaml(file) && (required || text.length < LARGEST)) return { read: readYamlPlaces, structured: true };
  return { read: (reading) => withKeys(reading, keys), structured: false };
}

/** What the settings name as a whole file, or a comment beside the value, is the program's own. */
function claimed({ text, named }: Reading, places: readonly Place[]): Place[] {
  const whole = named.includes('');
  return places.map((place) => {
    const marker = place.value === null ? null : markerAfter(text, place.span.end);
    if (!marker) return whole ? { ...place, role: 'own' } : place;
    return { ...place, role: 'own', ...(marker.image ? { image: marker.image } : {}) };
  });
}
