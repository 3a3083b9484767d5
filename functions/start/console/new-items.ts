/**
 * What an item holds that was just added to a list: enough to see it in the picture.
 *
 * @module
 */
import { isRecord } from '../../../shared/record-task/check.ts';

const MAX_PANE_ID = 15;

const WHITE = 0xff_ff_ff;

const ITEMS: Readonly<Record<string, object>> = {
  Images: { Display: 1, X: 0.7, Y: 0.05, Width: 0.25, Height: 0.25 },
  Texts: { X: 0.04, Y: 0.04, FontSize: 24, FontColor: WHITE },
  Backgrounds: { Display: 1, X: 0, Y: 0, Width: 1, Height: 1 },
  Watermarks: { Display: 1, Alpha: 1, X: 0.8, Y: 0.04, Width: 0.16, Height: 0.1 },
};

/** Returns a new item for a list: a pane gets the next PaneId that is free. */
export function createNewItem(name: string, list: readonly unknown[]): object {
  return name === 'UserPanes' ? withFreePane({}, list) : (ITEMS[name] ?? {});
}

/** Returns a copy of an item to stand beside it: that of a pane is about the next pane. */
export function duplicateItem(name: string, item: unknown, list: readonly unknown[]): unknown {
  return name === 'UserPanes' && isRecord(item) ? withFreePane(item, list) : item;
}

function withFreePane(pane: object, list: readonly unknown[]): object {
  const used = new Set(list.map((other) => (isRecord(other) ? other.PaneId : undefined)));
  const PaneId = Array.from({ length: MAX_PANE_ID + 1 }, (_, index) => index).find((index) => !used.has(index));
  return { ...pane, PaneId: PaneId ?? MAX_PANE_ID };
}
