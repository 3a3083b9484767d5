import { describe, expect, it } from 'vitest';
import { chooseLayout, findLayouts } from '../../../shared/record-task/layout-choice.ts';
import { SYSTEM_LAYOUTS } from '../../../shared/record-task/system-layouts.ts';

function choose(layoutIds: readonly number[], participants: number) {
  const { layout, assumption } = chooseLayout(findLayouts(layoutIds), participants);
  return [layout?.id, assumption === undefined ? 'certain' : 'assumed'];
}

describe('chooseLayout', () => {
  it.each([
    [[1, 2, 6], 1, 1, 'certain'],
    [[6, 2, 1], 2, 2, 'certain'],
    [[1, 2, 6], 3, 6, 'assumed'],
    [[1, 2, 6], 4, 6, 'certain'],
    [[1, 2, 6], 5, 6, 'assumed'],
    [[11, 8], 1, 8, 'assumed'],
    [[3], 16, 3, 'assumed'],
    [[2, 20_001], 2, 2, 'certain'],
    [[2, 20_001], 3, undefined, 'assumed'],
    [[], 1, undefined, 'assumed'],
  ])('of %j with %i participants is %s (%s)', (layoutIds, participants, LayoutId, certainty) => {
    expect(choose(layoutIds, participants)).toEqual([LayoutId, certainty]);
  });

  it('knows the custom layouts it is given', () => {
    const pane = { X: 0, Y: 0, Width: 1, Height: 1, ZOrder: 0 };
    const custom = { id: 20_001, name: 'custom', panes: [0, 1, 2].map((PaneId) => ({ ...pane, PaneId })) };
    const layouts = findLayouts([2, 20_001], [...SYSTEM_LAYOUTS, custom]);
    expect(chooseLayout(layouts, 3)).toEqual({ layout: custom, assumption: undefined });
  });
});
