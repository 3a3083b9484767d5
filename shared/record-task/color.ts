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

/**
 * Returns the packed colour of `#rrggbb`, the inverse of {@link formatColor}; undefined for any other text.
 *
 * @see StartRecordTask, UserPanes.N.Texts.N.FontColor
 */
export function parseColor(text: string): number | undefined {
  if (!/^#[0-9a-f]{6}$/i.test(text)) return undefined;
  const channel = (start: number) => Number.parseInt(text.slice(start, start + 2), 16);
  return channel(1) + channel(3) * 0x1_00 + channel(5) * 0x1_00_00;
}
