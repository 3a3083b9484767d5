/**
 * Which of a task's layouts applies to how many participants.
 *
 * @module
 */
import { type Layout, SYSTEM_LAYOUTS } from './system-layouts.ts';

/** One of a task's LayoutIds, with its panes where they are known. */
export interface ChosenLayout {
  readonly LayoutId: number;
  /** Undefined for a custom layout whose geometry was not handed in. */
  readonly layout: Layout | undefined;
}

/** The layout that applies. */
export interface LayoutChoice {
  /** Undefined where it depends on a layout whose panes are not known. */
  readonly layout: Layout | undefined;
  /** What is taken for granted, where the page does not say it. */
  readonly assumption: string | undefined;
}

/** Returns the layouts that the ids stand for, in their order. `known` holds all whose geometry is known. */
export function findLayouts(
  layoutIds: readonly number[],
  known: readonly Layout[] = SYSTEM_LAYOUTS,
): readonly ChosenLayout[] {
  return layoutIds.map((LayoutId) => ({ LayoutId, layout: known.find(({ id }) => id === LayoutId) }));
}

/**
 * Returns the layout that applies to `participants`, 1 or more, each of whom takes one pane. The vendor says that the
 * service switches by the number of participants and that no two layouts may have the same number of panes; what happens
 * where no layout has exactly as many panes is unverified: the next larger one is assumed, else the largest.
 *
 * @see Alibaba Cloud OpenAPI metadata, rtc 2018-01-11, StartRecordTask, LayoutIds.N
 */
export function chooseLayout(chosen: readonly ChosenLayout[], participants: number): LayoutChoice {
  const layouts = chosen.flatMap(({ layout }) => layout ?? []).toSorted((a, b) => a.panes.length - b.panes.length);
  const exact = layouts.find(({ panes }) => panes.length === participants);
  if (exact !== undefined) return { layout: exact, assumption: undefined };
  if (layouts.length < chosen.length) {
    return { layout: undefined, assumption: 'It depends on a custom layout, whose panes are not known here.' };
  }
  const larger = layouts.find(({ panes }) => panes.length > participants);
  if (larger !== undefined) {
    const assumption = 'No layout has as many panes: the next larger one is assumed, some of its panes stay empty.';
    return { layout: larger, assumption };
  }
  const largest = layouts.at(-1);
  if (largest === undefined) return { layout: undefined, assumption: 'There is no layout to choose from.' };
  return { layout: largest, assumption: 'No layout has as many panes: the largest is assumed, not everyone is shown.' };
}
