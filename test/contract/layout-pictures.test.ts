/**
 * Pictures against golden files that were looked at. `UPDATE_GOLDEN=1` writes them anew: look at them again then.
 *
 * @module
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createParameterError } from '../../shared/record-task/check.ts';
import { placeLayout } from '../../shared/record-task/layout-geometry.ts';
import { drawLayoutPicture } from '../../shared/record-task/layout-picture.ts';
import { checkLayoutPreview } from '../../shared/record-task/layout-preview.ts';
import { checkRules } from '../../shared/record-task/rules.ts';
import { SYSTEM_LAYOUTS } from '../../shared/record-task/system-layouts.ts';
import { LAYOUT_PREVIEWS } from '../support/layout-previews.ts';

const FOLDER = new URL('../fixtures/layout-pictures/', import.meta.url);

function drawPreview(request: object): string {
  const checked = checkLayoutPreview(request);
  if (!checked.ok) throw createParameterError(checked.issues);
  const { parameters, customLayouts } = checked.value;
  const { errors, warnings } = checkRules('StartRecordTask', parameters, {
    layouts: [...SYSTEM_LAYOUTS, ...customLayouts],
  });
  return `${drawLayoutPicture(placeLayout(checked.value), [...errors, ...warnings])}\n`;
}

describe('drawLayoutPicture', () => {
  it.each(Object.entries(LAYOUT_PREVIEWS))('draws %s as the golden file has it', (name, request) => {
    const file = new URL(`${name}.svg`, FOLDER);
    const picture = drawPreview(request);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, picture);
    expect(picture).toBe(readFileSync(file, 'utf8'));
  });

  it('has no golden file too many', () => {
    expect(readdirSync(FOLDER).toSorted()).toEqual(
      Object.keys(LAYOUT_PREVIEWS)
        .map((name) => `${name}.svg`)
        .toSorted(),
    );
  });
});
