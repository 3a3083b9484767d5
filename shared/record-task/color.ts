/**
 * Colours as RTC packs them.
 *
 * @module
 */

/**
 * Returns the colour as `#rrggbb`.
 *
 * @param packed R + G×256 + B×65536, 0 to 16777215: red is the low byte.
 * @see StartRecordTask, UserPanes.N.Texts.N.FontColor
 */
export function formatColor(packed: number): string {
  const channels = [packed & 0xff, (packed >> 8) & 0xff, (packed >> 16) & 0xff];
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
