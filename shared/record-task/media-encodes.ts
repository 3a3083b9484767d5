/**
 * What each MediaEncode id makes of the recorded picture.
 *
 * @module
 */

/** One id of MediaEncode. */
export interface MediaEncodeRow {
  readonly id: number;
  /** Width of the output canvas in pixels. */
  readonly width: number;
  /** Height of the output canvas in pixels. */
  readonly height: number;
  /** Bit rate in kbit/s. */
  readonly kbps: number;
  /** Frames per second. */
  readonly fps: number;
}

/**
 * The 28 ids in the order of the vendor's table. Id 0 records no picture: all but its bit rate is 0.
 *
 * @see StartRecordTask, table "MediaEncode"
 */
export const MEDIA_ENCODES = [
  { id: 0, width: 0, height: 0, kbps: 64, fps: 0 },
  { id: 1, width: 640, height: 360, kbps: 500, fps: 15 },
  { id: 54, width: 360, height: 640, kbps: 500, fps: 30 },
  { id: 53, width: 360, height: 640, kbps: 500, fps: 15 },
  { id: 52, width: 640, height: 360, kbps: 500, fps: 30 },
  { id: 10, width: 960, height: 540, kbps: 700, fps: 24 },
  { id: 20, width: 1280, height: 720, kbps: 1024, fps: 25 },
  { id: 22, width: 720, height: 1280, kbps: 1024, fps: 30 },
  { id: 23, width: 800, height: 600, kbps: 1024, fps: 30 },
  { id: 30, width: 1920, height: 1080, kbps: 2048, fps: 30 },
  { id: 31, width: 1080, height: 1920, kbps: 2048, fps: 30 },
  { id: 24, width: 750, height: 780, kbps: 1024, fps: 30 },
  { id: 25, width: 750, height: 540, kbps: 700, fps: 30 },
  { id: 26, width: 720, height: 1280, kbps: 2048, fps: 30 },
  { id: 27, width: 1280, height: 720, kbps: 2048, fps: 30 },
  { id: 28, width: 1280, height: 720, kbps: 3096, fps: 30 },
  { id: 32, width: 1024, height: 768, kbps: 1024, fps: 24 },
  { id: 33, width: 1280, height: 960, kbps: 1024, fps: 24 },
  { id: 34, width: 1024, height: 768, kbps: 2048, fps: 24 },
  { id: 35, width: 1280, height: 960, kbps: 2048, fps: 24 },
  { id: 36, width: 1280, height: 720, kbps: 1024, fps: 24 },
  { id: 37, width: 1280, height: 720, kbps: 2048, fps: 24 },
  { id: 38, width: 540, height: 960, kbps: 750, fps: 15 },
  { id: 39, width: 540, height: 960, kbps: 1500, fps: 30 },
  { id: 40, width: 1280, height: 720, kbps: 1200, fps: 15 },
  { id: 41, width: 720, height: 1280, kbps: 1200, fps: 15 },
  { id: 42, width: 720, height: 1280, kbps: 1500, fps: 15 },
  { id: 43, width: 540, height: 960, kbps: 1200, fps: 15 },
] as const satisfies readonly MediaEncodeRow[];
