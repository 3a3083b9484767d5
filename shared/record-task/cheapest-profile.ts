/**
 * The TaskProfile that a task needs, and no larger one.
 *
 * @module
 */
import type { RuleTask } from './rule.ts';
import { RESOLUTIONS, TASK_PROFILES, type TaskProfileRow } from './task-profiles.ts';

/** Width and height in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Returns the picture's area in pixels: by it, and not by its sides, the page compares MediaEncode with TaskProfile. */
export function getArea({ width, height }: PictureSize): number {
  return width * height;
}

/** Tells whether a picture lies within another, upright or across. */
export function fitsWithin(picture: PictureSize, frame: PictureSize): boolean {
  return (
    Math.max(picture.width, picture.height) <= Math.max(frame.width, frame.height) &&
    Math.min(picture.width, picture.height) <= Math.min(frame.width, frame.height)
  );
}

/** Returns the largest picture of a profile; undefined for sound only. */
export function getProfileSize({ resolution }: TaskProfileRow): PictureSize | undefined {
  return resolution === null ? undefined : RESOLUTIONS[resolution];
}

/**
 * Returns the cheapest profile that has an input for each pane of the largest layout and a resolution that holds the
 * picture in area and sides. What comes from the template is taken to need all that the task's own profile has.
 * Undefined where too little is known.
 *
 * The price rises with the inputs and with the resolution, and sound alone costs least, so no price is needed.
 *
 * @see RTC, billing of cloud recording, table of prices
 */
export function findCheapestProfile({ profile, encode, layouts }: RuleTask): TaskProfileRow | undefined {
  if (encode?.width === 0) return TASK_PROFILES.find(({ resolution }) => resolution === null);
  const size = encode ?? (profile && getProfileSize(profile));
  const inputs = countLargestPanes(layouts) ?? profile?.maxInputs ?? undefined;
  if (size === undefined || inputs === undefined) return undefined;
  const [cheapest] = TASK_PROFILES.filter((row) => {
    const frame = getProfileSize(row);
    return frame !== undefined && (row.maxInputs ?? 0) >= inputs && fitsWithin(size, frame);
  }).toSorted((a, b) => (a.maxInputs ?? 0) - (b.maxInputs ?? 0) || getProfileArea(a) - getProfileArea(b));
  return cheapest;
}

/** The panes of the largest layout; undefined unless all layouts are known. */
function countLargestPanes(layouts: RuleTask['layouts']): number | undefined {
  if (layouts === undefined) return undefined;
  const counts = layouts.flatMap(({ layout }) => layout?.panes.length ?? []);
  return counts.length < layouts.length ? undefined : Math.max(...counts);
}

/** Returns the area of a profile's largest picture in pixels; 0 for sound only. */
export function getProfileArea(profile: TaskProfileRow): number {
  const size = getProfileSize(profile);
  return size === undefined ? 0 : getArea(size);
}
