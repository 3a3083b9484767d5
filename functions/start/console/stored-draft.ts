/**
 * The start form as it was left: kept by the browser for this tab, so that a reload loses nothing. The API key is never
 * part of it.
 *
 * @module
 */
import { createDraft, type Draft, editJson, type FormValues } from './form-state.ts';

const KEY = 'start-form';

/** Returns the draft that was left, else one that holds `values`. */
export function loadDraft(values: FormValues): Draft {
  const draft = createDraft(values);
  try {
    const json = sessionStorage.getItem(KEY);
    return json === null ? draft : editJson(draft, json);
  } catch {
    // A browser may forbid pages to keep anything.
    return draft;
  }
}

/** Keeps the draft, as far as the browser lets. */
export function storeDraft({ json }: Draft): void {
  try {
    sessionStorage.setItem(KEY, json);
  } catch {
    // The form works all the same.
  }
}
