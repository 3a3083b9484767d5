/**
 * The system layouts against a copy of the vendor's tables as data.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SYSTEM_LAYOUTS } from '../../shared/record-task/system-layouts.ts';

interface FixtureLayout {
  readonly id: number;
  readonly name: string;
  readonly panes: readonly Record<'paneId' | 'x' | 'y' | 'width' | 'height' | 'zOrder', number>[];
}

const LAYOUTS: readonly FixtureLayout[] = JSON.parse(
  readFileSync(new URL('../fixtures/record-task/system-layouts.json', import.meta.url), 'utf8'),
);

describe('SYSTEM_LAYOUTS', () => {
  it('is the twelve layouts of the page, coordinate by coordinate', () => {
    expect(SYSTEM_LAYOUTS).toEqual(
      LAYOUTS.map(({ id, name, panes }) => ({
        ...{ id, name },
        panes: panes.map(({ paneId, x, y, width, height, zOrder }) => ({
          ...{ PaneId: paneId, X: x, Y: y, Width: width, Height: height, ZOrder: zOrder },
        })),
      })),
    );
    expect(SYSTEM_LAYOUTS).toHaveLength(12);
  });

  it('counts the panes of each layout from 0', () => {
    for (const { panes } of SYSTEM_LAYOUTS) expect(panes.map(({ PaneId }) => PaneId)).toEqual([...panes.keys()]);
  });
});
