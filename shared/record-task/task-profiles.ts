/**
 * What each TaskProfile pays for.
 *
 * @module
 */

/** One value of TaskProfile. */
export interface TaskProfileRow {
  readonly name: string;
  /** Most participants mixed into the picture; null where the page sets no limit. */
  readonly maxInputs: number | null;
  /** Largest picture; null where nothing but sound is recorded. */
  readonly resolution: '1080P' | '720P' | '360P' | null;
}

/**
 * The 19 values, row by row as in the vendor's table.
 *
 * @see StartRecordTask, table "TaskProfile"
 */
export const TASK_PROFILES = [
  { name: '1IN_1080P', maxInputs: 1, resolution: '1080P' },
  { name: '1IN_720P', maxInputs: 1, resolution: '720P' },
  { name: '1IN_360P', maxInputs: 1, resolution: '360P' },
  { name: '2IN_1080P', maxInputs: 2, resolution: '1080P' },
  { name: '2IN_720P', maxInputs: 2, resolution: '720P' },
  { name: '2IN_360P', maxInputs: 2, resolution: '360P' },
  { name: '4IN_1080P', maxInputs: 4, resolution: '1080P' },
  { name: '4IN_720P', maxInputs: 4, resolution: '720P' },
  { name: '4IN_360P', maxInputs: 4, resolution: '360P' },
  { name: '9IN_1080P', maxInputs: 9, resolution: '1080P' },
  { name: '9IN_720P', maxInputs: 9, resolution: '720P' },
  { name: '9IN_360P', maxInputs: 9, resolution: '360P' },
  { name: '12IN_1080P', maxInputs: 12, resolution: '1080P' },
  { name: '12IN_720P', maxInputs: 12, resolution: '720P' },
  { name: '12IN_360P', maxInputs: 12, resolution: '360P' },
  { name: '16IN_1080P', maxInputs: 16, resolution: '1080P' },
  { name: '16IN_720P', maxInputs: 16, resolution: '720P' },
  { name: '16IN_360P', maxInputs: 16, resolution: '360P' },
  { name: 'Mixed_Audio', maxInputs: null, resolution: null },
] as const satisfies readonly TaskProfileRow[];

/**
 * Width and height in pixels of the resolutions, landscape. The page only names them; these are the usual 16:9 sizes of
 * these names, all of which are in its table of MediaEncode too.
 *
 * @see StartRecordTask, tables "TaskProfile" and "MediaEncode"
 */
export const RESOLUTIONS = {
  '1080P': { width: 1920, height: 1080 },
  '720P': { width: 1280, height: 720 },
  '360P': { width: 640, height: 360 },
} as const;
