/**
 * The layouts that every account has: how many panes, and where.
 *
 * @module
 */

/** One pane of a layout: a rectangle on the canvas, all lengths shares of the canvas from 0 to 1. */
export interface LayoutPane {
  readonly PaneId: number;
  /** Left edge. */
  readonly X: number;
  /** Top edge. */
  readonly Y: number;
  readonly Width: number;
  readonly Height: number;
  /** Stacking order: 0 is the bottom. */
  readonly ZOrder: number;
}

/** A layout: its id, as in LayoutIds, and its panes by PaneId. */
export interface Layout {
  readonly id: number;
  readonly name: string;
  readonly panes: readonly LayoutPane[];
}

/**
 * The 12 system layouts, coordinates exactly as the vendor gives them. There is no 12; ids of custom layouts are given
 * by the service (CreateMPULayout) and their geometry is known to the account only.
 *
 * @see RTC, advanced features, layout description
 */
export const SYSTEM_LAYOUTS: readonly Layout[] = [
  {
    id: 1,
    name: 'single',
    panes: [{ PaneId: 0, X: 0, Y: 0, Width: 1, Height: 1, ZOrder: 0 }],
  },
  {
    id: 2,
    name: 'side-by-side 1',
    panes: [
      { PaneId: 0, X: 0.0021, Y: 0.2516, Width: 0.4968, Height: 0.4968, ZOrder: 0 },
      { PaneId: 1, X: 0.501, Y: 0.2516, Width: 0.4968, Height: 0.4968, ZOrder: 0 },
    ],
  },
  {
    id: 3,
    name: 'picture-in-picture 1',
    panes: [
      { PaneId: 0, X: 0, Y: 0, Width: 1, Height: 1, ZOrder: 0 },
      { PaneId: 1, X: 0.00625, Y: 0.00625, Width: 0.2361, Height: 0.2361, ZOrder: 1 },
    ],
  },
  {
    id: 4,
    name: 'picture-in-picture 2',
    panes: [
      { PaneId: 0, X: 0, Y: 0, Width: 1, Height: 1, ZOrder: 0 },
      { PaneId: 1, X: 0.7576, Y: 0.7576, Width: 0.2361, Height: 0.2361, ZOrder: 1 },
    ],
  },
  {
    id: 5,
    name: 'gallery 3',
    panes: [
      { PaneId: 0, X: 0.2547, Y: 0.00625, Width: 0.4906, Height: 0.4906, ZOrder: 0 },
      { PaneId: 1, X: 0.00625, Y: 0.5031, Width: 0.4906, Height: 0.4906, ZOrder: 0 },
      { PaneId: 2, X: 0.5031, Y: 0.5031, Width: 0.4906, Height: 0.4906, ZOrder: 0 },
    ],
  },
  {
    id: 6,
    name: 'gallery 4',
    panes: [
      { PaneId: 0, X: 0.013, Y: 0.013, Width: 0.4805, Height: 0.4805, ZOrder: 0 },
      { PaneId: 1, X: 0.5065, Y: 0.013, Width: 0.4805, Height: 0.4805, ZOrder: 0 },
      { PaneId: 2, X: 0.013, Y: 0.5065, Width: 0.4805, Height: 0.4805, ZOrder: 0 },
      { PaneId: 3, X: 0.5065, Y: 0.5065, Width: 0.4805, Height: 0.4805, ZOrder: 0 },
    ],
  },
  {
    id: 7,
    name: 'gallery 5',
    panes: [
      { PaneId: 0, X: 0.1718, Y: 0.1718, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 1, X: 0.5031, Y: 0.1718, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 2, X: 0.00625, Y: 0.503, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 3, X: 0.3375, Y: 0.503, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 4, X: 0.66875, Y: 0.503, Width: 0.325, Height: 0.325, ZOrder: 0 },
    ],
  },
  {
    id: 8,
    name: 'gallery 6',
    panes: [
      { PaneId: 0, X: 0.00625, Y: 0.1718, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 1, X: 0.3375, Y: 0.1718, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 2, X: 0.6688, Y: 0.1718, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 3, X: 0.00625, Y: 0.5031, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 4, X: 0.3375, Y: 0.5031, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 5, X: 0.6688, Y: 0.5031, Width: 0.325, Height: 0.325, ZOrder: 0 },
    ],
  },
  {
    id: 9,
    name: 'gallery 7',
    panes: [
      { PaneId: 0, X: 0.00625, Y: 0.00625, Width: 0.7391, Height: 0.7391, ZOrder: 0 },
      { PaneId: 1, X: 0.7516, Y: 0.1336, Width: 0.2422, Height: 0.2422, ZOrder: 0 },
      { PaneId: 2, X: 0.7516, Y: 0.3821, Width: 0.2422, Height: 0.2422, ZOrder: 0 },
      { PaneId: 3, X: 0.00625, Y: 0.7516, Width: 0.2422, Height: 0.2422, ZOrder: 0 },
      { PaneId: 4, X: 0.2547, Y: 0.7516, Width: 0.2422, Height: 0.2422, ZOrder: 0 },
      { PaneId: 5, X: 0.5032, Y: 0.7516, Width: 0.2422, Height: 0.2422, ZOrder: 0 },
      { PaneId: 6, X: 0.7516, Y: 0.7516, Width: 0.2422, Height: 0.2422, ZOrder: 0 },
    ],
  },
  {
    id: 10,
    name: 'gallery 8',
    panes: [
      { PaneId: 0, X: 0.00625, Y: 0.00625, Width: 0.7391, Height: 0.7391, ZOrder: 0 },
      { PaneId: 1, X: 0.7516, Y: 0.00625, Width: 0.2422, Height: 0.2422, ZOrder: 0 },
      { PaneId: 2, X: 0.7516, Y: 0.2547, Width: 0.2422, Height: 0.2422, ZOrder: 0 },
      { PaneId: 3, X: 0.7516, Y: 0.5032, Width: 0.2422, Height: 0.2422, ZOrder: 0 },
      { PaneId: 4, X: 0.00625, Y: 0.7516, Width: 0.2422, Height: 0.2422, ZOrder: 0 },
      { PaneId: 5, X: 0.2547, Y: 0.7516, Width: 0.2422, Height: 0.2422, ZOrder: 0 },
      { PaneId: 6, X: 0.5032, Y: 0.7516, Width: 0.2422, Height: 0.2422, ZOrder: 0 },
      { PaneId: 7, X: 0.7516, Y: 0.7516, Width: 0.2422, Height: 0.2422, ZOrder: 0 },
    ],
  },
  {
    id: 11,
    name: 'gallery 9',
    panes: [
      { PaneId: 0, X: 0.00625, Y: 0.00625, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 1, X: 0.3375, Y: 0.00625, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 2, X: 0.6688, Y: 0.00625, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 3, X: 0.00625, Y: 0.3375, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 4, X: 0.3375, Y: 0.3375, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 5, X: 0.6688, Y: 0.3375, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 6, X: 0.00625, Y: 0.6688, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 7, X: 0.3375, Y: 0.6688, Width: 0.325, Height: 0.325, ZOrder: 0 },
      { PaneId: 8, X: 0.6688, Y: 0.6688, Width: 0.325, Height: 0.325, ZOrder: 0 },
    ],
  },
  {
    id: 13,
    name: 'side-by-side 2',
    panes: [
      { PaneId: 0, X: 0, Y: 0, Width: 0.5, Height: 1, ZOrder: 0 },
      { PaneId: 1, X: 0.5, Y: 0, Width: 0.5, Height: 1, ZOrder: 0 },
    ],
  },
];
