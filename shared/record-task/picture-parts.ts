/**
 * Colours, fonts and small shapes that the pictures of a layout are put together from. Every measure is in units of the
 * picture, every colour is given as an attribute: the picture needs no style sheet.
 *
 * @module
 */
import { createElement, type SvgMarkup } from './svg.ts';
import { estimateTextWidth, truncateText } from './text-extent.ts';

/** A rectangle in units of the picture. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The fonts of everything but the request's own texts: those of the system, with Chinese ones behind. */
export const FONT_FAMILY =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";

/** Colours by use. White on any of `videos` has a contrast of at least 5.6. */
export const COLORS = {
  page: '#ffffff',
  ink: '#0f172a',
  inkMuted: '#475569',
  line: '#cbd5e1',
  dark: '#111827',
  darkLine: '#64748b',
  onDark: '#ffffff',
  onDarkMuted: '#d5dde8',
  bars: '#020617',
  substitute: '#fde68a',
  marker: '#b91c1c',
  sound: '#2dd4bf',
  videos: ['#3f6290', '#4d6b45', '#84583a', '#6a5590', '#2f6f75', '#8a4a5c', '#5b6678', '#6b6a33'],
} as const;

/** One line of text. */
export interface Label {
  readonly text: string;
  readonly x: number;
  /** The base line. */
  readonly y: number;
  readonly fontSize: number;
  readonly fill: string;
  /** Longer text is cut and ends in `…`. */
  readonly maxWidth: number;
  readonly weight?: number;
  readonly anchor?: 'start' | 'middle';
}

/** Returns a line of text in {@link FONT_FAMILY}. */
export function drawLabel({ text, x, y, fontSize, fill, maxWidth, weight, anchor }: Label): SvgMarkup {
  return createElement('text', { x, y, 'font-size': fontSize, fill, 'font-weight': weight, 'text-anchor': anchor }, [
    truncateText(text, maxWidth, fontSize),
  ]);
}

const CHIP_FONT_SIZE = 11;
const CHIP_PADDING = 4;

/** Height of a chip. */
export const CHIP_HEIGHT = 17;

/** Returns how wide a chip of this text is. */
export function measureChip(text: string): number {
  return estimateTextWidth(text, CHIP_FONT_SIZE) + 2 * CHIP_PADDING;
}

/** Returns a small dark label that stays readable over anything, moved so that it lies inside `frame`. */
export function drawChip(text: string, left: number, top: number, frame: Box): SvgMarkup {
  const maxWidth = frame.width - 2 * CHIP_PADDING;
  const shown = truncateText(text, maxWidth, CHIP_FONT_SIZE);
  const width = measureChip(shown);
  const x = clamp(left, frame.x, frame.x + frame.width - width);
  const y = clamp(top, frame.y, frame.y + frame.height - CHIP_HEIGHT);
  return createElement('g', {}, [
    createElement('rect', { x, y, width, height: CHIP_HEIGHT, rx: 3, fill: COLORS.bars, 'fill-opacity': 0.78 }),
    drawLabel({
      text: shown,
      x: x + CHIP_PADDING,
      y: y + 12.5,
      fontSize: CHIP_FONT_SIZE,
      fill: COLORS.onDark,
      maxWidth,
    }),
  ]);
}

/** Radius of a marker. */
export const MARKER_RADIUS = 10;

/** Returns the numbered disc that ties a finding to its place. */
export function drawMarker(number: number, x: number, y: number): SvgMarkup {
  return createElement('g', {}, [
    createElement('circle', {
      cx: x,
      cy: y,
      r: MARKER_RADIUS,
      fill: COLORS.marker,
      stroke: COLORS.onDark,
      'stroke-width': 1.5,
    }),
    drawLabel({
      text: String(number),
      x,
      y: y + 4,
      fontSize: 11,
      fill: COLORS.onDark,
      weight: 700,
      anchor: 'middle',
      maxWidth: 2 * MARKER_RADIUS,
    }),
  ]);
}

/** Returns a person for a camera, a screen for a shared one, around (x, y), `size` high. */
export function drawSource(source: 'camera' | 'shareScreen', x: number, y: number, size: number): SvgMarkup {
  const half = size / 2;
  const paint = { fill: COLORS.onDark, 'fill-opacity': 0.4 };
  if (source === 'shareScreen') {
    return createElement('g', paint, [
      createElement('rect', {
        x: x - size * 0.7,
        y: y - half,
        width: size * 1.4,
        height: size * 0.78,
        rx: size * 0.06,
      }),
      createElement('rect', { x: x - size * 0.3, y: y + size * 0.38, width: size * 0.6, height: size * 0.12 }),
    ]);
  }
  const [left, right, bottom, top] = [x - half, x + half, y + half, y + size * 0.1].map((value) => value.toFixed(2));
  return createElement('g', paint, [
    createElement('circle', { cx: x, cy: y - size * 0.22, r: size * 0.26 }),
    createElement('path', { d: `M ${left} ${bottom} C ${left} ${top} ${right} ${top} ${right} ${bottom} Z` }),
  ]);
}

/** Returns `value`, or the nearest that lies between the bounds; the lower one where they cross. */
export function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(value, max));
}
