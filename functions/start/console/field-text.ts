/**
 * Values as one types them into a field. What cannot be read as the field's kind of value stays the text it is, so that
 * the check says what is wrong with it, and nothing that was typed is lost.
 *
 * @module
 */
import { formatColor, parseColor } from '../../../shared/record-task/color.ts';

/** As JSON writes them, leading zeros aside. */
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

const ID = /^\d+$/;

const SEPARATORS = /[\s,，、;]+/;

/** Returns the number that was typed, the text if it is none, undefined if nothing was typed. */
export function readNumber(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const number = Number(trimmed);
  if (!NUMBER.test(trimmed) || !Number.isFinite(number)) return trimmed;
  return number === 0 ? 0 : number;
}

/** Returns the text that was typed, undefined if there is none. */
export function readText(text: string): string | undefined {
  return text === '' ? undefined : text;
}

/** Returns the user ids that were typed, by spaces, commas or lines apart. */
export function readIds(text: string): readonly string[] {
  return text.split(SEPARATORS).filter((id) => id !== '');
}

/** Returns the layout ids that were typed; what is no whole number stays a text. */
export function readLayoutIds(text: string): readonly (number | string)[] {
  return readIds(text).map((id) => (ID.test(id) ? Number(id) : id));
}

/** Returns the packed colour of `#rrggbb` or of digits, the text if it is neither, undefined if nothing was typed. */
export function readColor(text: string): unknown {
  return parseColor(text.trim()) ?? readNumber(text);
}

/** Returns a value as a field shows it. */
export function formatValue(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Returns a list as a field shows it. */
export function formatList(value: unknown): string {
  return Array.isArray(value) ? value.map(formatValue).join(', ') : formatValue(value);
}

/** Returns a packed colour as `#rrggbb`; anything else as {@link formatValue} does. */
export function formatColorValue(value: unknown): string {
  const isColor = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xff_ff_ff;
  return isColor ? formatColor(value) : formatValue(value);
}

/** Tells whether a typed text still stands for the value: then it is shown as it was typed. */
export function isSameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
