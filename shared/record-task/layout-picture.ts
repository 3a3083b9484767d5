/**
 * What a recording will look like, as a picture: an SVG document that stands alone, loads nothing and runs nothing,
 * whatever the request holds.
 *
 * @module
 */
import type { Issue } from '../errors.ts';
import type { LayoutGeometry, MixedGeometry, PixelBox, SoundGeometry, StreamsGeometry } from './layout-geometry.ts';
import { MEDIA_ENCODES } from './media-encodes.ts';
import { drawMixed, scaleBox } from './picture-mixed.ts';
import {
  type Box,
  COLORS,
  clamp,
  drawLabel,
  drawMarker,
  drawSource,
  FONT_FAMILY,
  MARKER_RADIUS,
} from './picture-parts.ts';
import { createElement, type SvgMarkup } from './svg.ts';
import { wrapText } from './text-extent.ts';

const MARGIN = 24;

/** The canvas is drawn as large as fits into this. */
const STAGE = { width: 960, height: 640 };

const PAGE_WIDTH = STAGE.width + 2 * MARGIN;

const STAGE_TOP = 86;

/** Most findings that are drawn and listed. */
const MAX_FINDINGS = 40;

const NOTE_FONT_SIZE = 13;
const NOTE_LINE = 19;

/**
 * Returns the picture as the text of an SVG document. The same input gives the same text.
 *
 * @param findings faults and warnings of the request; each is numbered, marked at its place and listed below.
 */
export function drawLayoutPicture(geometry: LayoutGeometry, findings: readonly Issue[]): string {
  const caption = describeCaption(geometry);
  const stage = drawStage(geometry, findings);
  const notes = drawNotes(geometry, findings, STAGE_TOP + stage.height + 34);
  const height = notes.bottom + MARGIN;
  const title = 'layout-picture-title';
  const description = 'layout-picture-description';
  return createElement(
    'svg',
    {
      ...{ xmlns: 'http://www.w3.org/2000/svg', width: PAGE_WIDTH, height, viewBox: `0 0 ${PAGE_WIDTH} ${height}` },
      ...{ role: 'img', 'aria-labelledby': `${title} ${description}`, 'font-family': FONT_FAMILY },
    },
    [
      createElement('title', { id: title }, [caption.title]),
      createElement('desc', { id: description }, [describePicture(geometry, findings)]),
      createElement('rect', { x: 0, y: 0, width: PAGE_WIDTH, height, fill: COLORS.page }),
      drawLabel({
        ...{ text: caption.title, x: MARGIN, y: 44, fontSize: 22, weight: 700, fill: COLORS.ink },
        maxWidth: STAGE.width,
      }),
      drawLabel({
        ...{ text: caption.line, x: MARGIN, y: 68, fontSize: 14, fill: COLORS.inkMuted, maxWidth: STAGE.width },
      }),
      ...stage.markup,
      ...notes.markup,
    ],
  ).markup;
}

interface Caption {
  readonly title: string;
  readonly line: string;
}

function describeCaption(geometry: LayoutGeometry): Caption {
  const people = formatCount(geometry.Participants.length, 'participant');
  if (geometry.Kind === 'sound') {
    return { title: 'Sound only', line: `No picture is recorded · the sound of ${people}` };
  }
  if (geometry.Kind === 'streams') {
    const what = { camera: 'camera', shareScreen: 'shared screen', sound: 'sound only' }[geometry.Records];
    return { title: 'Single streams', line: `MixMode 0 · one recording for each of ${people} · ${what}, as published` };
  }
  const { Canvas, CropMode, LayoutId, LayoutName, HiddenUserIds } = geometry;
  const encode = MEDIA_ENCODES.find(({ id }) => id === Canvas.MediaEncode);
  const parts = [
    `${Canvas.WidthPx}×${Canvas.HeightPx}`,
    encode === undefined ? 'size assumed' : `MediaEncode ${encode.id}, ${encode.fps} fps, ${encode.kbps} kbit/s`,
    people,
    ...(HiddenUserIds.length === 0 ? [] : [`${HiddenUserIds.length} not seen`]),
    CropMode === 1 ? 'CropMode 1: cropped to the pane' : 'CropMode 2: whole, with bars',
  ];
  const title = LayoutId === undefined ? 'No layout' : `Layout ${LayoutId}, ${LayoutName}`;
  return { title, line: parts.join(' · ') };
}

/** Returns the picture in words, for those who do not see it: the same as its `desc`. */
export function describePicture(geometry: LayoutGeometry, findings: readonly Issue[]): string {
  const found = findings.slice(0, MAX_FINDINGS).map(({ Message }, index) => `Finding ${index + 1}: ${Message}`);
  return [describeCaption(geometry).line, ...describeContent(geometry), ...found].join(' ');
}

function describeContent(geometry: LayoutGeometry): readonly string[] {
  if (geometry.Kind !== 'mixed') return [`Participants: ${geometry.Participants.slice(0, MAX_CARDS).join(', ')}.`];
  return geometry.Panes.toSorted((a, b) => a.PaneId - b.PaneId).map(({ PaneId, ShownUserId, UserId, ...pane }) => {
    const instead = pane.Occupancy === 'substituted' ? ` instead of ${UserId}` : '';
    const over = [formatCount(pane.Images.length, 'image'), formatCount(pane.Texts.length, 'text')].join(' and ');
    return `Pane ${PaneId}: ${ShownUserId ?? 'nobody'}${instead}, ${over}.`;
  });
}

interface Drawing {
  readonly markup: readonly SvgMarkup[];
  readonly height: number;
}

function drawStage(geometry: LayoutGeometry, findings: readonly Issue[]): Drawing {
  if (geometry.Kind === 'sound') return drawSound(geometry);
  if (geometry.Kind === 'streams') return drawStreams(geometry);
  const { WidthPx, HeightPx } = geometry.Canvas;
  const scale = Math.min(STAGE.width / WidthPx, STAGE.height / HeightPx);
  const [width, height] = [WidthPx * scale, HeightPx * scale];
  const x = MARGIN + (STAGE.width - width) / 2;
  const frame = { x, y: STAGE_TOP, width, height };
  return {
    height,
    markup: [
      // An inner svg cuts off what lies beyond the canvas, and needs no reference to a clip path for it.
      createElement(
        'svg',
        { ...frame, viewBox: `0 0 ${width.toFixed(2)} ${height.toFixed(2)}`, overflow: 'hidden' },
        drawMixed(geometry, scale),
      ),
      createElement('rect', { ...frame, fill: 'none', stroke: COLORS.line, 'stroke-width': 1 }),
      ...drawMarkers(geometry, findings, scale, frame),
    ],
  };
}

/** The markers of findings that have a place in the picture; the others are only listed. */
function drawMarkers(
  geometry: MixedGeometry,
  findings: readonly Issue[],
  scale: number,
  frame: Box,
): readonly SvgMarkup[] {
  const targets = listTargets(geometry);
  const taken: { readonly x: number; readonly y: number }[] = [];
  return findings.slice(0, MAX_FINDINGS).flatMap(({ Path }, index) => {
    const target = targets.filter((candidate) => isWithin(Path, candidate.Path)).at(-1);
    if (target === undefined) return [];
    const spot = findFreeSpot(scaleBox(target, scale), frame, taken);
    taken.push(spot);
    return [drawMarker(index + 1, frame.x + spot.x, frame.y + spot.y)];
  });
}

interface Target extends PixelBox {
  readonly Path: string;
}

/** Everything with a place of its own, what is larger first. */
function listTargets({ Panes, Backgrounds, Watermarks }: MixedGeometry): readonly Target[] {
  return [
    ...Backgrounds,
    ...Watermarks,
    ...Panes.flatMap(({ Path, ...pane }) => (Path === undefined ? [] : [{ ...pane, Path }])),
    ...Panes.flatMap(({ Images, Texts }) => [...Images, ...Texts]),
  ];
}

function isWithin(path: string, target: string): boolean {
  return path === target || path.startsWith(`${target}.`) || path.startsWith(`${target}[`);
}

/** The upper right corner of `box`, or the next place to its left, then below, where no marker is yet. */
function findFreeSpot(box: Box, frame: Box, taken: readonly { readonly x: number; readonly y: number }[]) {
  const step = 2 * MARKER_RADIUS + 3;
  const inset = MARKER_RADIUS + 3;
  const [right, bottom] = [frame.width - inset, frame.height - inset];
  const first = {
    x: clamp(box.x + box.width - inset, inset, right),
    y: clamp(box.y + inset, inset, bottom),
  };
  let spot = first;
  while (taken.some(({ x, y }) => Math.abs(x - spot.x) < step && Math.abs(y - spot.y) < step)) {
    spot = spot.x - step >= inset ? { x: spot.x - step, y: spot.y } : { x: first.x, y: spot.y + step };
    if (spot.y > bottom) return first;
  }
  return spot;
}

const SOUND_HEIGHT = 200;
const SOUND_BARS = 96;

function drawSound({ Participants }: SoundGeometry): Drawing {
  const middle = STAGE_TOP + SOUND_HEIGHT / 2 - 18;
  const bars = Array.from({ length: SOUND_BARS }, (_, index) => {
    const height = 8 + 96 * Math.abs(Math.sin(index * 0.37) * Math.sin(index * 0.11 + 0.6));
    const x = MARGIN + 24 + (index * (STAGE.width - 48)) / SOUND_BARS;
    return createElement('rect', { x, y: middle - height / 2, width: 5, height, rx: 2.5, fill: COLORS.sound });
  });
  return {
    height: SOUND_HEIGHT,
    markup: [
      createElement('rect', {
        ...{ x: MARGIN, y: STAGE_TOP, width: STAGE.width, height: SOUND_HEIGHT, rx: 8, fill: COLORS.dark },
      }),
      ...bars,
      drawLabel({
        ...{ text: Participants.join(', '), x: PAGE_WIDTH / 2, y: STAGE_TOP + SOUND_HEIGHT - 24, fontSize: 14 },
        ...{ fill: COLORS.onDark, anchor: 'middle', maxWidth: STAGE.width - 48 },
      }),
    ],
  };
}

const CARD = { width: 228, height: 150, gap: 16, perRow: 4 };
const MAX_CARDS = 12;

function drawStreams({ Participants, Records }: StreamsGeometry): Drawing {
  const shown = Participants.slice(0, MAX_CARDS);
  const rows = Math.ceil(shown.length / CARD.perRow);
  const more = Participants.length - shown.length;
  const cards = shown.map((UserId, index) => {
    const x = MARGIN + (index % CARD.perRow) * (CARD.width + CARD.gap);
    const y = STAGE_TOP + Math.floor(index / CARD.perRow) * (CARD.height + CARD.gap);
    const middle = x + CARD.width / 2;
    const common = { x: middle, anchor: 'middle', maxWidth: CARD.width - 24 } as const;
    const fill = Records === 'sound' ? COLORS.dark : COLORS.videos[index % COLORS.videos.length];
    return createElement('g', {}, [
      createElement('rect', { x, y, width: CARD.width, height: CARD.height, rx: 8, fill }),
      drawSource(Records === 'shareScreen' ? 'shareScreen' : 'camera', middle, y + 54, 56),
      drawLabel({ ...common, text: UserId, y: y + 112, fontSize: 16, weight: 600, fill: COLORS.onDark }),
      drawLabel({
        ...{ ...common, text: formatRecord(Records), y: y + 132, fontSize: 12, fill: COLORS.onDarkMuted },
      }),
    ]);
  });
  const height = rows * (CARD.height + CARD.gap) - CARD.gap;
  if (more === 0) return { height, markup: cards };
  const text = `and ${formatCount(more, 'other')}`;
  const line = { x: MARGIN, y: STAGE_TOP + height + 24, fontSize: 14, fill: COLORS.inkMuted, maxWidth: STAGE.width };
  return { height: height + 28, markup: [...cards, drawLabel({ text, ...line })] };
}

function formatRecord(records: StreamsGeometry['Records']): string {
  if (records === 'sound') return 'sound only';
  return records === 'camera' ? 'camera, own size' : 'screen, else camera';
}

interface Notes {
  readonly markup: readonly SvgMarkup[];
  readonly bottom: number;
}

/** The findings by number, then what is assumed. */
function drawNotes(geometry: LayoutGeometry, findings: readonly Issue[], top: number): Notes {
  const markup: SvgMarkup[] = [];
  let y = top;
  const addHeading = (text: string) => {
    const style = { fontSize: 14, weight: 700, fill: COLORS.ink, maxWidth: STAGE.width };
    markup.push(drawLabel({ text, x: MARGIN, y, ...style }));
    y += NOTE_LINE + 5;
  };
  const addLines = (text: string) => {
    const maxWidth = STAGE.width - 30;
    for (const line of wrapText(text, maxWidth, NOTE_FONT_SIZE)) {
      markup.push(drawLabel({ text: line, x: MARGIN + 30, y, fontSize: NOTE_FONT_SIZE, fill: COLORS.ink, maxWidth }));
      y += NOTE_LINE;
    }
    y += 5;
  };
  if (findings.length > 0) {
    addHeading(`Findings (${findings.length})`);
    for (const [index, { Message }] of findings.slice(0, MAX_FINDINGS).entries()) {
      markup.push(drawMarker(index + 1, MARGIN + MARKER_RADIUS, y - 4));
      addLines(Message);
    }
    if (findings.length > MAX_FINDINGS) addLines(`and ${findings.length - MAX_FINDINGS} more`);
    y += 10;
  }
  if (geometry.Assumptions.length > 0) {
    addHeading('Assumed');
    for (const text of geometry.Assumptions) {
      markup.push(createElement('circle', { cx: MARGIN + MARKER_RADIUS, cy: y - 4, r: 2.5, fill: COLORS.inkMuted }));
      addLines(text);
    }
  }
  return { markup, bottom: markup.length === 0 ? top - 34 : y - NOTE_LINE };
}

function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
