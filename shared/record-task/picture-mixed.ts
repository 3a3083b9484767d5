/**
 * The output canvas of a mixed recording, drawn.
 *
 * @module
 */
import type { MixedGeometry, PixelBox, PlacedImage, PlacedPane, PlacedText } from './layout-geometry.ts';
import { type Box, CHIP_HEIGHT, COLORS, clamp, drawChip, drawLabel, drawSource, measureChip } from './picture-parts.ts';
import { createElement, type SvgMarkup } from './svg.ts';
import { LINE_HEIGHT, truncateText } from './text-extent.ts';

/** The ratio of width to height that cameras and screens are drawn in (ours). */
const VIDEO_RATIO = 16 / 9;

/** A text smaller than this cannot be read in the picture and is named beside its place. */
const MIN_READABLE_SIZE = 8;

/** A base line lies this far below the top of a text, as a share of the font size: what the usual fonts have. */
const ASCENT = 0.92;

const ICON_GAP = 8;

/** More of a file's name is not shown. */
const MAX_FILE_NAME_LENGTH = 60;

/** The families of FontType 0 to 5, and what stands in for them where they are not installed. */
const SERIF = "'Noto Serif CJK SC', 'Noto Serif SC', 'Source Han Serif SC', 'Songti SC', SimSun, serif";
const PUHUITI = "'Alibaba PuHuiTi', 'Alibaba PuHuiTi 3.0', 'PingFang SC', 'Noto Sans CJK SC', sans-serif";
const PUHUITI_WEIGHTS = [400, 400, 700, 900, 300, 500];

/** Returns what is on the canvas, `scale` units of the picture to a pixel. */
export function drawMixed(geometry: MixedGeometry, scale: number): readonly SvgMarkup[] {
  const canvas = scaleBox({ LeftPx: 0, TopPx: 0, ...geometry.Canvas }, scale);
  const { Backgrounds, Panes, Watermarks, BackgroundColor } = geometry;
  return [
    createElement('rect', { ...canvas, fill: BackgroundColor }),
    ...Backgrounds.map((image) => drawImage(image, canvas, scale)),
    ...(Panes.length === 0 ? [drawNothing(canvas)] : []),
    ...Panes.map((pane) => drawPane(pane, geometry, canvas, scale)),
    ...Watermarks.map((image) => drawImage(image, canvas, scale)),
  ];
}

/** Returns a rectangle in units of the picture. */
export function scaleBox({ LeftPx, TopPx, WidthPx, HeightPx }: PixelBox, scale: number): Box {
  return { x: LeftPx * scale, y: TopPx * scale, width: WidthPx * scale, height: HeightPx * scale };
}

function drawNothing(canvas: Box): SvgMarkup {
  return drawLabel({
    ...{ text: 'No layout to draw', x: canvas.width / 2, y: canvas.height / 2, fontSize: 16, anchor: 'middle' },
    ...{ fill: COLORS.onDarkMuted, maxWidth: canvas.width },
  });
}

function drawPane(pane: PlacedPane, { CropMode }: MixedGeometry, canvas: Box, scale: number): SvgMarkup {
  const box = scaleBox(pane, scale);
  const video = CropMode === 1 ? box : fitVideo(box);
  const items = [
    ...pane.Images.map((image) => ({ ZOrder: image.ZOrder, markup: drawImage(image, intersect(box, canvas), scale) })),
    ...pane.Texts.map((text) => ({ ZOrder: text.ZOrder, markup: drawText(text, canvas, scale) })),
  ].toSorted((a, b) => a.ZOrder - b.ZOrder);
  const content =
    pane.Occupancy === 'empty'
      ? [drawEmptyPane(box), ...drawNames(pane, box)]
      : [...drawVideo(pane, box, video), ...(CropMode === 1 ? [drawCropMarks(box)] : []), ...drawNames(pane, video)];
  return createElement('g', {}, [...content, ...items.map(({ markup }) => markup)]);
}

function drawEmptyPane(box: Box): SvgMarkup {
  const stroke = { stroke: COLORS.darkLine, 'stroke-width': 1.5, 'stroke-dasharray': '6 5' };
  return createElement('rect', { ...shrink(box, 0.75), fill: COLORS.dark, ...stroke });
}

/** The bars, where there are any, and the video between them. */
function drawVideo({ PaneId }: PlacedPane, box: Box, video: Box): readonly SvgMarkup[] {
  const fill = COLORS.videos[PaneId % COLORS.videos.length];
  return [
    createElement('rect', { ...box, fill: COLORS.bars, stroke: COLORS.darkLine, 'stroke-width': 1 }),
    createElement('rect', { ...video, fill, stroke: COLORS.bars, 'stroke-width': 1 }),
  ];
}

/** The largest rectangle of the ratio of a video in the middle of `box`. */
function fitVideo(box: Box): Box {
  const width = Math.min(box.width, box.height * VIDEO_RATIO);
  const height = width / VIDEO_RATIO;
  return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
}

/** The corners of a cropping frame. */
function drawCropMarks(box: Box): SvgMarkup {
  const { x, y, width, height } = shrink(box, 5);
  const arm = Math.min(12, width / 4, height / 4).toFixed(2);
  const [left, top, right, bottom] = [x, y, x + width, y + height].map((value) => value.toFixed(2));
  return createElement('path', {
    d: [
      `M ${left} ${top} m 0 ${arm} v -${arm} h ${arm}`,
      `M ${right} ${top} m -${arm} 0 h ${arm} v ${arm}`,
      `M ${right} ${bottom} m 0 -${arm} v ${arm} h -${arm}`,
      `M ${left} ${bottom} m ${arm} 0 h -${arm} v -${arm}`,
    ].join(' '),
    ...{ fill: 'none', stroke: COLORS.onDark, 'stroke-opacity': 0.75, 'stroke-width': 1.5 },
  });
}

/** Who is in the pane, in the middle of `area`: as much of it as there is room for. */
function drawNames(pane: PlacedPane, area: Box): readonly SvgMarkup[] {
  const { Occupancy, ShownUserId, UserId, PaneId, SourceType } = pane;
  const nameSize = clamp(Math.min(area.width / 8, area.height / 5), 9, 19);
  if (area.width < 2 * nameSize || area.height < nameSize) return [];
  const noteSize = clamp(nameSize * 0.72, 9, 13);
  const noteLine = noteSize * LINE_HEIGHT * 1.15;
  const notes = [`pane ${PaneId} · ${Occupancy === 'empty' ? 'nobody' : formatSource(SourceType)}`];
  if (UserId !== undefined && UserId !== ShownUserId) {
    notes.push(`${Occupancy === 'empty' ? 'without' : 'instead of'} ${UserId}`);
  }
  const nameHeight = nameSize * LINE_HEIGHT;
  const fitting = notes.slice(0, Math.max(0, Math.floor((area.height - nameHeight) / noteLine)));
  const namesHeight = nameHeight + fitting.length * noteLine;
  const iconSize = clamp(area.height * 0.3, 0, 64);
  const hasIcon = Occupancy !== 'empty' && iconSize + ICON_GAP + namesHeight <= area.height * 0.9;
  const iconHeight = hasIcon ? iconSize + ICON_GAP : 0;
  const top = area.y + (area.height - namesHeight - iconHeight) / 2;
  const baseLine = top + iconHeight + nameSize;
  const common = { x: area.x + area.width / 2, anchor: 'middle', maxWidth: area.width - 8 } as const;
  return [
    ...(hasIcon ? [drawSource(SourceType, common.x, top + iconSize / 2, iconSize)] : []),
    drawLabel({
      ...{ ...common, text: ShownUserId ?? 'empty', y: baseLine, fontSize: nameSize, weight: 600 },
      fill: Occupancy === 'empty' ? COLORS.onDarkMuted : COLORS.onDark,
    }),
    ...fitting.map((text, index) =>
      drawLabel({
        ...{ ...common, text, y: baseLine + (index + 1) * noteLine, fontSize: noteSize },
        fill: index === 0 ? COLORS.onDarkMuted : COLORS.substitute,
      }),
    ),
  ];
}

function formatSource(source: PlacedPane['SourceType']): string {
  return source === 'camera' ? 'camera' : 'screen';
}

/** An image as a box with a cross and its name, only outlined while the video is seen; it is never fetched. */
function drawImage(image: PlacedImage, frame: Box, scale: number): SvgMarkup {
  const box = scaleBox(image, scale);
  const isBackup = image.Display === 2;
  const outline = { ...box, stroke: COLORS.onDark, 'stroke-width': 1.2 };
  const label = chooseLabel(image, intersect(box, frame).width - 6);
  const name = drawChip(label, box.x + 3, box.y + box.height - CHIP_HEIGHT - 3, frame);
  if (isBackup) {
    return createElement('g', {}, [
      createElement('rect', { ...outline, fill: 'none', 'stroke-dasharray': '5 4', 'stroke-opacity': 0.8 }),
      name,
    ]);
  }
  const [left, top, right, bottom] = [box.x, box.y, box.x + box.width, box.y + box.height].map((v) => v.toFixed(2));
  return createElement('g', {}, [
    createElement('rect', { ...outline, fill: COLORS.onDark, 'fill-opacity': 0.16 }),
    createElement('path', {
      d: `M ${left} ${top} L ${right} ${bottom} M ${right} ${top} L ${left} ${bottom}`,
      ...{ stroke: COLORS.onDark, 'stroke-opacity': 0.35, 'stroke-width': 1 },
    }),
    name,
  ]);
}

/** What names an image within `maxWidth`: its place in the request, its file and when it is shown, or less. */
function chooseLabel({ Path, Url, Display }: PlacedImage, maxWidth: number): string {
  const [place, file] = [getItemName(Path), getFileName(Url)];
  const labels = [...(Display === 2 ? [`${place} ${file}, without video only`] : []), `${place} ${file}`, file, place];
  return labels.find((label) => label !== '' && measureChip(label) <= maxWidth) ?? place.replace(/^[^[]*/, '');
}

/** `Images[0]` of `UserPanes[2].Images[0]`. */
function getItemName(path: string): string {
  return path.replace(/^.*\./, '');
}

/** The last part of an address, or its beginning, without the query, which may hold a signature. */
function getFileName(url = ''): string {
  const file = /([^/?#]+)\/?(?:[?#].*)?$/.exec(url)?.[1] ?? '';
  return file.slice(0, MAX_FILE_NAME_LENGTH);
}

function drawText(text: PlacedText, canvas: Box, scale: number): SvgMarkup {
  const box = scaleBox(text, scale);
  const fontSize = text.FontSizePx * scale;
  return createElement('g', {}, [
    createElement('rect', {
      ...{ ...box, width: Math.max(box.width, 4), height: Math.max(box.height, 4) },
      ...{ fill: 'none', stroke: COLORS.onDark, 'stroke-opacity': 0.45, 'stroke-width': 1, 'stroke-dasharray': '2 3' },
    }),
    createElement(
      'text',
      {
        ...{ x: box.x, y: box.y + fontSize * ASCENT, 'font-size': fontSize, fill: text.Color },
        'font-family': text.FontType === 0 ? SERIF : PUHUITI,
        'font-weight': PUHUITI_WEIGHTS[text.FontType],
      },
      // What lies beyond the canvas is not seen; the picture is kept small.
      [truncateText(text.Text, canvas.width - box.x + fontSize, fontSize)],
    ),
    ...(fontSize < MIN_READABLE_SIZE
      ? [drawChip(`${getItemName(text.Path)} size ${text.FontSizePx}`, box.x, box.y - CHIP_HEIGHT - 3, canvas)]
      : []),
  ]);
}

function intersect(a: Box, b: Box): Box {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  const [right, bottom] = [Math.min(a.x + a.width, b.x + b.width), Math.min(a.y + a.height, b.y + b.height)];
  return { x, y, width: Math.max(0, right - x), height: Math.max(0, bottom - y) };
}

function shrink({ x, y, width, height }: Box, by: number): Box {
  return { x: x + by, y: y + by, width: Math.max(0, width - 2 * by), height: Math.max(0, height - 2 * by) };
}
