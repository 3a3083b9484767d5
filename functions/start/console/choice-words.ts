/**
 * What the values of the vendor's enumerations mean, in words.
 *
 * @module
 */
import { MEDIA_ENCODES } from '../../../shared/record-task/media-encodes.ts';
import { TASK_PROFILES } from '../../../shared/record-task/task-profiles.ts';
import { TEXTS } from './texts.ts';

/** Returns a value with its meaning, `20: 1280×720, 25 fps, 1024 kbit/s`; the value alone if none is known. */
export function describeChoice(name: string, value: string | number): string {
  const words = findWords(name, value);
  return words === undefined || words === String(value) ? String(value) : `${value}: ${words}`;
}

function findWords(name: string, value: string | number): string | undefined {
  if (name === 'MediaEncode') {
    const encode = MEDIA_ENCODES.find(({ id }) => id === value);
    return encode && TEXTS.parameters.encode(encode.width, encode.height, encode.fps, encode.kbps);
  }
  if (name === 'TaskProfile') {
    const profile = TASK_PROFILES.find((row) => row.name === value);
    return profile && TEXTS.parameters.profile(profile.maxInputs, profile.resolution);
  }
  return CHOICES.get(name)?.get(String(value));
}

const CHOICES: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  Object.entries(TEXTS.parameters.choices).map(([name, words]) => [name, new Map(Object.entries(words))]),
);
