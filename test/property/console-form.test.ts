import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatColorValue,
  formatList,
  formatValue,
  readColor,
  readIds,
  readLayoutIds,
  readNumber,
  readText,
} from '../../functions/start/console/field-text.ts';
import { reviewForm } from '../../functions/start/console/findings.ts';
import { FORM_FIELDS, type FormField } from '../../functions/start/console/form-fields.ts';
import {
  createDraft,
  editJson,
  type FormValues,
  getList,
  getValue,
  setValue,
} from '../../functions/start/console/form-state.ts';
import { drawPreview } from '../../functions/start/console/picture.ts';
import type { Place } from '../../shared/record-task/check.ts';
import { startRecordTasks } from '../support/record-task-arbitrary.ts';

const anyValues = fc.dictionary(fc.string(), fc.jsonValue()) satisfies fc.Arbitrary<FormValues>;

/** What is read when what a field shows is typed into it again. */
function retypeValue({ kind }: FormField, value: unknown): unknown {
  if (kind === 'users') return readIds(formatList(value));
  if (kind === 'layouts') return readLayoutIds(formatList(value));
  if (kind === 'number') return readNumber(formatValue(value));
  if (kind === 'color') return readColor(formatColorValue(value));
  return kind === 'choice' ? value : readText(formatValue(value));
}

/** Types into every field of an empty form what the same field of `values` shows. */
function retype(values: FormValues, fields: readonly FormField[], parent: Place, typed: FormValues): FormValues {
  return fields.reduce((all, field) => {
    const place = [...parent, field.name];
    if (field.kind !== 'items') return setValue(all, place, retypeValue(field, getValue(values, place)));
    const items = getList(values, place);
    return items.reduce<FormValues>((some, _, index) => retype(values, field.fields, [...place, index], some), all);
  }, typed);
}

describe('a form', () => {
  it('comes back from its JSON as it was', () => {
    fc.assert(
      fc.property(anyValues, (values) => {
        const draft = createDraft(values);
        expect(editJson(createDraft({}), draft.json)).toEqual({ ...draft, values: JSON.parse(JSON.stringify(values)) });
      }),
    );
  });

  it('keeps every legal value that is typed into it', () => {
    const fields = FORM_FIELDS.start.flatMap((group) => group.fields);
    fc.assert(
      fc.property(startRecordTasks, (values) => {
        expect(retype(values, fields, [], {})).toEqual(values);
      }),
    );
  });

  it('is reviewed and drawn, whatever stands in it', () => {
    fc.assert(
      fc.property(anyValues, (values) => {
        // No channel: something is to be said in any case.
        expect(reviewForm('start', values).findings).not.toEqual([]);
        expect(drawPreview(values, undefined).picture.src).toMatch(/^data:image\/svg\+xml,/);
      }),
    );
  });
});
