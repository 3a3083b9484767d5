/**
 * What stands in a form, and how a change of one field makes the next state: values by their place, and the same as JSON
 * text, each following the other.
 *
 * @module
 */
import { isRecord, type Place } from '../../../shared/record-task/check.ts';

/** The parameters as they are at the moment, right or wrong: any JSON object. */
export type FormValues = Readonly<Record<string, unknown>>;

/** A form together with its JSON. While the text is not a JSON object, the values are those of before. */
export interface Draft {
  readonly values: FormValues;
  readonly json: string;
  readonly isReadable: boolean;
}

/** Returns the draft that holds `values`. */
export function createDraft(values: FormValues): Draft {
  return { values, json: JSON.stringify(values, undefined, 2), isReadable: true };
}

/** Returns the draft after its text was edited: the text stays as it was typed. */
export function editJson(draft: Draft, json: string): Draft {
  const values = parseObject(json);
  return values === undefined ? { ...draft, json, isReadable: false } : { values, json, isReadable: true };
}

/** Returns the value at a place, undefined where there is none. */
export function getValue(values: FormValues, place: Place): unknown {
  return place.reduce<unknown>(getMember, values);
}

/** Returns the list at a place, empty where there is none. */
export function getList(values: FormValues, place: Place): readonly unknown[] {
  return toList(getValue(values, place));
}

/** Returns the values with another one at a place; what is undefined is left out, and so is an empty list. */
export function setValue(values: FormValues, place: Place, value: unknown): FormValues {
  const isEmpty = Array.isArray(value) && value.length === 0;
  const changed = replace(values, place, isEmpty ? undefined : value);
  return isRecord(changed) ? changed : {};
}

/** Returns the values with `item` put into the list at a place, before the one that has this index now. */
export function insertItem(values: FormValues, place: Place, index: number, item: unknown): FormValues {
  return setValue(values, place, getList(values, place).toSpliced(index, 0, item));
}

/** Returns the values without an item of a list; a list without items goes as well. */
export function removeItem(values: FormValues, place: Place, index: number): FormValues {
  return setValue(values, place, getList(values, place).toSpliced(index, 1));
}

/** Returns the values with an item of a list moved to another index. */
export function moveItem(values: FormValues, place: Place, from: number, to: number): FormValues {
  const list = getList(values, place);
  return setValue(values, place, list.toSpliced(from, 1).toSpliced(to, 0, list[from]));
}

/**
 * Returns how long a recording would last that started at `nowMs`, seconds; undefined where the form does not say it, or
 * says what cannot be.
 */
export function readDurationSeconds({ StopAt, MaxDurationSeconds }: FormValues, nowMs: number): number | undefined {
  const seconds = typeof StopAt === 'string' ? (Date.parse(StopAt) - nowMs) / 1_000 : MaxDurationSeconds;
  return typeof seconds === 'number' && seconds > 0 ? seconds : undefined;
}

function replace(current: unknown, [key, ...rest]: Place, value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof key === 'number') {
    const list = toList(current);
    return list.toSpliced(key, 1, replace(list[key], rest, value));
  }
  const members = isRecord(current) ? current : {};
  const member = replace(getMember(members, key), rest, value);
  if (member !== undefined) return { ...members, [key]: member };
  return Object.fromEntries(Object.entries(members).filter(([name]) => name !== key));
}

function getMember(container: unknown, key: string | number): unknown {
  if (typeof key === 'number') return toList(container)[key];
  return isRecord(container) && Object.hasOwn(container, key) ? container[key] : undefined;
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function parseObject(json: string): FormValues | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
