/**
 * What a code means that a task or a slot has failed with.
 *
 * @module
 */
import { TEXTS } from './texts.ts';

const SENTENCES = new Map<string, string>(Object.entries(TEXTS.codes));

/** Returns what a code means, and the code itself; those of refusals speak for themselves. */
export function explainCode(code: string): string {
  const sentence = SENTENCES.get(code);
  return sentence === undefined ? TEXTS.refused(code) : `${sentence} (${code})`;
}
