/** A platform as a person writes it on the command line. Apart from what needs an engine, which is slow to load. */
import { Failure } from '../errors.ts';
import { type Platform, parsePlatform } from '../oci/platform.ts';

/** @throws Failure PLATFORM_INVALID */
export function platform(word: string): Platform {
  const parsed = parsePlatform(word);
  if (parsed) return parsed;
  throw new Failure('PLATFORM_INVALID', `${JSON.stringify(word)} is no platform`, {
    hint: 'write os/architecture, as linux/amd64 or linux/arm64',
  });
}
