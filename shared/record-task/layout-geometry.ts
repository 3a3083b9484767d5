/**
 * What a recording will look like, as numbers: who stands in which pane, and where everything lies on the output canvas.
 *
 * @module
 */
import { formatColor } from './color.ts';
import { type ChosenLayout, chooseLayout, findLayouts, type LayoutChoice } from './layout-choice.ts';
import { MEDIA_ENCODES, type MediaEncodeRow } from './media-encodes.ts';
import type { TaskParameters } from './rule.ts';
import { explainAbsence, type StreamKind } from './subscription.ts';
import { type Layout, type LayoutPane, SYSTEM_LAYOUTS } from './system-layouts.ts';
import { estimateTextWidth, LINE_HEIGHT } from './text-extent.ts';

type UserPane = NonNullable<TaskParameters['UserPanes']>[number];
type PaneImage = NonNullable<UserPane['Images']>[number];
type PaneText = NonNullable<UserPane['Texts']>[number];
type Overlay = NonNullable<TaskParameters['Watermarks']>[number];

/** What is to be drawn. */
export interface LayoutScene {
  readonly parameters: TaskParameters;
  /** How many are in the channel, or who, in the order of joining. Absent: as many as the layout has panes. */
  readonly participants: number | readonly string[] | undefined;
  /** Layouts of the account's own. */
  readonly customLayouts: readonly Layout[];
  /** The layout to draw, whatever the number of participants. */
  readonly layoutId: number | undefined;
}

/** A rectangle on the output canvas, in its pixels, rounded to hundredths. */
export interface PixelBox {
  readonly LeftPx: number;
  readonly TopPx: number;
  readonly WidthPx: number;
  readonly HeightPx: number;
}

/** An image that is shown. */
export interface PlacedImage extends PixelBox {
  /** Its place in the parameters: `UserPanes[0].Images[0]`. */
  readonly Path: string;
  readonly Url: string | undefined;
  /** 1 always, 2 while the user has no video. */
  readonly Display: 1 | 2;
  readonly ZOrder: number;
}

/** A text; its width and height are estimates. */
export interface PlacedText extends PixelBox {
  /** Its place in the parameters: `UserPanes[0].Texts[0]`. */
  readonly Path: string;
  readonly Text: string;
  /** 0 to 5, see StartRecordTask, UserPanes.N.Texts.N.FontType. */
  readonly FontType: number;
  readonly FontSizePx: number;
  /** `#rrggbb`. */
  readonly Color: string;
  readonly ZOrder: number;
}

/**
 * Who is shown in a pane: the user that UserPanes names, another participant instead of that user, one by the order of
 * joining where UserPanes names nobody, or no one.
 */
type Occupancy = 'assigned' | 'substituted' | 'joined' | 'empty';

/** A pane of the layout. */
export interface PlacedPane extends PixelBox {
  readonly PaneId: number;
  readonly ZOrder: number;
  /** The item of UserPanes that is about this pane: `UserPanes[0]`. */
  readonly Path: string | undefined;
  /** The user that UserPanes names. */
  readonly UserId: string | undefined;
  readonly SourceType: 'camera' | 'shareScreen';
  readonly Occupancy: Occupancy;
  /** Who is seen; a participant of whom only the number is known is `participant 3`. */
  readonly ShownUserId: string | undefined;
  /** Bottom first. */
  readonly Images: readonly PlacedImage[];
  /** Bottom first. */
  readonly Texts: readonly PlacedText[];
}

/** One picture of all. */
export interface MixedGeometry {
  readonly Kind: 'mixed';
  /** `MediaEncode` is absent where the template decides: the size is assumed then. */
  readonly Canvas: { readonly WidthPx: number; readonly HeightPx: number; readonly MediaEncode: number | undefined };
  /** Absent where no layout can be told. */
  readonly LayoutId: number | undefined;
  readonly LayoutName: string | undefined;
  /** 1 cropped, 2 with bars. */
  readonly CropMode: 1 | 2;
  /** `#rrggbb`. */
  readonly BackgroundColor: string;
  /** Bottom first. */
  readonly Backgrounds: readonly PlacedImage[];
  /** Bottom first. */
  readonly Panes: readonly PlacedPane[];
  /** Bottom first. */
  readonly Watermarks: readonly PlacedImage[];
  /** In the order of joining. */
  readonly Participants: readonly string[];
  /** Participants for whom there is no pane. */
  readonly HiddenUserIds: readonly string[];
  readonly Assumptions: readonly string[];
}

/** Sound without a picture. */
export interface SoundGeometry {
  readonly Kind: 'sound';
  /** Whose sound is mixed. */
  readonly Participants: readonly string[];
  readonly Assumptions: readonly string[];
}

/** Streams recorded one by one, without a layout. */
export interface StreamsGeometry {
  readonly Kind: 'streams';
  readonly Records: 'camera' | 'shareScreen' | 'sound';
  readonly Participants: readonly string[];
  readonly Assumptions: readonly string[];
}

/** What a recording will look like. Assumptions say, sentence by sentence, what the vendor does not. */
export type LayoutGeometry = MixedGeometry | SoundGeometry | StreamsGeometry;

/** The canvas where MediaEncode comes from the template (ours). */
const ASSUMED_CANVAS = { width: 1280, height: 720 };

/** The size of a text that names none (ours). */
const ASSUMED_FONT_SIZE = 24;

const WHITE = 0xff_ff_ff;

/** Returns what the recording of `scene` will look like. Never throws. */
export function placeLayout(scene: LayoutScene): LayoutGeometry {
  const { MixMode, MediaEncode, TaskProfile } = scene.parameters;
  if (MixMode === 0) return placeStreams(scene);
  if (MediaEncode === 0 || (MediaEncode === undefined && TaskProfile === 'Mixed_Audio')) return placeSound(scene);
  return placeMixed(scene);
}

function placeStreams(scene: LayoutScene): StreamsGeometry {
  const { SourceType = 'camera', StreamType } = scene.parameters;
  const assumptions = ['Whether the lists of users count for single streams is unverified: everyone is drawn.'];
  if (StreamType !== 1 && SourceType === 'shareScreen') {
    assumptions.push('A user who shares no screen is recorded by the camera.');
  }
  return {
    Kind: 'streams',
    Records: StreamType === 1 ? 'sound' : SourceType,
    Participants: nameParticipants(scene, 1),
    Assumptions: [...assumptions, ...explainNames(scene)],
  };
}

function placeSound(scene: LayoutScene): SoundGeometry {
  return {
    Kind: 'sound',
    Participants: nameParticipants(scene, 1).filter((UserId) => isRecorded(UserId, 'Audio', scene.parameters)),
    Assumptions: explainNames(scene),
  };
}

function placeMixed(scene: LayoutScene): MixedGeometry {
  const { parameters } = scene;
  const { layout, assumption } = pickLayout(scene);
  const encode = MEDIA_ENCODES.find(({ id }) => id === parameters.MediaEncode);
  const canvas = toBox(encode ?? ASSUMED_CANVAS);
  const participants = nameParticipants(scene, layout?.panes.length ?? 1);
  const seats = seatParticipants(layout?.panes ?? [], participants, parameters);
  const panes = sortByZOrder(
    (layout?.panes ?? []).map((pane) => placePane(pane, canvas, parameters, seats.get(pane.PaneId))),
  );
  const seen = new Set(panes.map(({ ShownUserId }) => ShownUserId));
  return {
    Kind: 'mixed',
    Canvas: { WidthPx: canvas.WidthPx, HeightPx: canvas.HeightPx, MediaEncode: encode?.id },
    LayoutId: layout?.id,
    LayoutName: layout?.name,
    CropMode: parameters.CropMode ?? 2,
    BackgroundColor: formatColor(parameters.BackgroundColor ?? 0),
    Backgrounds: placeOverlays('Backgrounds', parameters.Backgrounds, canvas),
    Panes: panes,
    Watermarks: placeOverlays('Watermarks', parameters.Watermarks, canvas),
    Participants: participants,
    HiddenUserIds: participants.filter((UserId) => !seen.has(UserId)),
    Assumptions: [
      ...explainCanvas(encode),
      ...(assumption === undefined ? [] : [assumption]),
      ...explainNames(scene),
      ...explainPanes(panes, parameters),
    ],
  };
}

/** The layout to draw: the one asked for, the one for the number of participants, or the largest. */
function pickLayout({ parameters, participants, customLayouts, layoutId }: LayoutScene): LayoutChoice {
  const known = [...SYSTEM_LAYOUTS, ...customLayouts];
  const named = listNamedUsers(parameters).length;
  const count = typeof participants === 'object' ? participants.length : participants;
  if (layoutId !== undefined) {
    return { layout: known.find(({ id }) => id === layoutId), assumption: undefined };
  }
  if (parameters.LayoutIds === undefined && customLayouts.length === 0) {
    const paneIds = (parameters.UserPanes ?? []).flatMap(({ PaneId }) => PaneId ?? []);
    const wanted = count ?? Math.max(1, named, ...paneIds.map((PaneId) => PaneId + 1));
    const { layout } = chooseLayout(findLayouts(SYSTEM_LAYOUTS.map(({ id }) => id)), wanted);
    return { layout, assumption: 'LayoutIds is not sent, so the template decides: a system layout is drawn instead.' };
  }
  const chosen: readonly ChosenLayout[] =
    parameters.LayoutIds === undefined
      ? customLayouts.map((layout) => ({ LayoutId: layout.id, layout }))
      : findLayouts(parameters.LayoutIds, known);
  const largest = Math.max(1, ...chosen.map(({ layout }) => layout?.panes.length ?? 0));
  return chooseLayout(chosen, count ?? largest);
}

/** Users that the request names, panes first. */
function listNamedUsers({ UserPanes = [], ...lists }: TaskParameters): readonly string[] {
  const { SubSpecUsers = [], SubSpecAudioUsers = [], SubSpecShareScreenUsers = [], SubSpecCameraUsers = [] } = lists;
  const inPanes = UserPanes.flatMap(({ UserId }) => UserId ?? []);
  const subscribed = [...SubSpecUsers, ...SubSpecAudioUsers, ...SubSpecShareScreenUsers, ...SubSpecCameraUsers];
  return [...new Set([...inPanes, ...subscribed])].filter((UserId) => UserId !== 'allStream');
}

function nameParticipants({ parameters, participants }: LayoutScene, paneCount: number): readonly string[] {
  if (typeof participants === 'object') return participants;
  const named = listNamedUsers(parameters);
  const length = participants ?? Math.max(paneCount, named.length);
  // A space is in no user id: these names belong to nobody.
  return Array.from({ length }, (_, index) => named[index] ?? `participant ${index + 1}`);
}

function isRecorded(UserId: string, kind: StreamKind, parameters: TaskParameters): boolean {
  return explainAbsence(UserId, kind, parameters) === undefined;
}

/** Who is seen in a pane, and why. */
type Seat = Pick<PlacedPane, 'Occupancy' | 'ShownUserId' | 'SourceType'>;

/** Who is seen in which pane, by PaneId; an empty pane has no seat. */
function seatParticipants(
  panes: readonly LayoutPane[],
  participants: readonly string[],
  parameters: TaskParameters,
): ReadonlyMap<number, Seat> {
  const seats = new Map<number, Seat>();
  for (const { PaneId } of panes) {
    const { UserId, SourceType = 'camera' } = findUserPane(PaneId, parameters).pane ?? {};
    if (UserId === undefined || !participants.includes(UserId)) continue;
    const kind = SourceType === 'camera' ? 'Camera' : 'ShareScreen';
    if (isRecorded(UserId, kind, parameters)) {
      seats.set(PaneId, { Occupancy: 'assigned', ShownUserId: UserId, SourceType });
    }
  }
  const seated = new Set([...seats.values()].map(({ ShownUserId }) => ShownUserId));
  const waiting = participants.filter((UserId) => !seated.has(UserId) && isRecorded(UserId, 'Camera', parameters));
  const free = panes.filter(({ PaneId }) => !seats.has(PaneId)).toSorted((a, b) => a.PaneId - b.PaneId);
  for (const [index, { PaneId }] of free.entries()) {
    const ShownUserId = waiting[index];
    if (ShownUserId === undefined) break;
    const isNamed = findUserPane(PaneId, parameters).pane?.UserId !== undefined;
    seats.set(PaneId, { Occupancy: isNamed ? 'substituted' : 'joined', ShownUserId, SourceType: 'camera' });
  }
  return seats;
}

function findUserPane(PaneId: number, { UserPanes = [] }: TaskParameters) {
  const index = UserPanes.findIndex((pane) => pane.PaneId === PaneId);
  const pane = UserPanes[index];
  return pane === undefined ? { pane, Path: undefined } : { pane, Path: `UserPanes[${index}]` };
}

function placePane(pane: LayoutPane, canvas: PixelBox, parameters: TaskParameters, seat: Seat | undefined): PlacedPane {
  const box = placeBox(pane, canvas);
  const { pane: userPane, Path } = findUserPane(pane.PaneId, parameters);
  const { UserId, SourceType = 'camera', Images = [], Texts = [] } = userPane ?? {};
  return {
    ...box,
    PaneId: pane.PaneId,
    ZOrder: pane.ZOrder,
    Path,
    UserId,
    ...(seat ?? { Occupancy: 'empty', ShownUserId: undefined, SourceType }),
    Images: sortByZOrder(Images.flatMap((image, index) => placeImage(image, `${Path}.Images[${index}]`, box))),
    Texts: sortByZOrder(Texts.flatMap((text, index) => placeText(text, `${Path}.Texts[${index}]`, box))),
  };
}

function placeOverlays(
  name: 'Backgrounds' | 'Watermarks',
  overlays: readonly Overlay[] = [],
  canvas: PixelBox,
): readonly PlacedImage[] {
  return sortByZOrder(overlays.flatMap((overlay, index) => placeImage(overlay, `${name}[${index}]`, canvas)));
}

function placeImage(image: PaneImage, Path: string, frame: PixelBox): readonly PlacedImage[] {
  const { Url, Display = 1, X = 0, Y = 0, Width = 1 - X, Height = 1 - Y, ZOrder = 0 } = image;
  if (Display === 0) return [];
  return [{ Path, Url, Display, ZOrder, ...placeBox({ X, Y, Width, Height }, frame) }];
}

function placeText(text: PaneText, Path: string, frame: PixelBox): readonly PlacedText[] {
  const { Text, X = 0, Y = 0, FontType = 0, FontSize = ASSUMED_FONT_SIZE, FontColor = WHITE, ZOrder = 0 } = text;
  if (Text === undefined) return [];
  const { LeftPx, TopPx } = placeBox({ X, Y, Width: 0, Height: 0 }, frame);
  const WidthPx = round(estimateTextWidth(Text, FontSize));
  const HeightPx = round(FontSize * LINE_HEIGHT);
  const Color = formatColor(FontColor);
  return [{ Path, Text, FontType, FontSizePx: FontSize, Color, ZOrder, LeftPx, TopPx, WidthPx, HeightPx }];
}

function placeBox(share: Pick<LayoutPane, 'X' | 'Y' | 'Width' | 'Height'>, frame: PixelBox): PixelBox {
  return {
    LeftPx: round(frame.LeftPx + share.X * frame.WidthPx),
    TopPx: round(frame.TopPx + share.Y * frame.HeightPx),
    WidthPx: round(share.Width * frame.WidthPx),
    HeightPx: round(share.Height * frame.HeightPx),
  };
}

function toBox({ width, height }: { readonly width: number; readonly height: number }): PixelBox {
  return { LeftPx: 0, TopPx: 0, WidthPx: width, HeightPx: height };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** What lies at the bottom first; the request's order where ZOrder is the same. */
function sortByZOrder<T extends { readonly ZOrder: number }>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => a.ZOrder - b.ZOrder);
}

function explainCanvas(encode: MediaEncodeRow | undefined): readonly string[] {
  if (encode !== undefined) return [];
  const { width, height } = ASSUMED_CANVAS;
  return [`MediaEncode is not sent, so the template decides: the canvas is drawn as ${width}×${height}.`];
}

function explainNames({ parameters, participants }: LayoutScene): readonly string[] {
  if (typeof participants === 'object' || listNamedUsers(parameters).length === 0) return [];
  return ['Participants are not named: those whom the request names are taken to have joined first, in its order.'];
}

function explainPanes(panes: readonly PlacedPane[], { UserPanes = [] }: TaskParameters): readonly string[] {
  const isFilled = panes.some(({ Occupancy }) => Occupancy === 'joined' || Occupancy === 'substituted');
  const images = UserPanes.flatMap(({ Images = [] }) => Images);
  const texts = UserPanes.flatMap(({ Texts = [] }) => Texts);
  const sticksOut = panes.some((pane) =>
    [...pane.Images, ...pane.Texts].some(
      (item) =>
        item.LeftPx + item.WidthPx > pane.LeftPx + pane.WidthPx ||
        item.TopPx + item.HeightPx > pane.TopPx + pane.HeightPx,
    ),
  );
  const explanations: readonly (readonly [applies: boolean, text: string])[] = [
    [
      isFilled,
      'Panes without their user show the other participants in the order of joining; that the lowest PaneId is filled first is unverified.',
    ],
    [panes.length > 0, 'Cameras and screens are drawn as 16:9.'],
    [
      texts.length > 0,
      'The unit of FontSize is not stated: pixels of the canvas are assumed, and X and Y to be the top left corner of a text; its extent (dashed) is estimated.',
    ],
    [
      texts.some(({ FontSize, FontColor }) => FontSize === undefined || FontColor === undefined),
      `A text without FontSize is drawn with ${ASSUMED_FONT_SIZE}, without FontColor in white.`,
    ],
    [
      images.some(({ Width, Height }) => Width === undefined || Height === undefined),
      'An image without Width or Height is drawn to the edge of its pane.',
    ],
    [sticksOut, 'Whether RTC cuts off what sticks out of a pane is unverified: it is drawn in full.'],
  ];
  return explanations.flatMap(([applies, text]) => (applies ? [text] : []));
}
