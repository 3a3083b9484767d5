import { describe, expect, it } from 'vitest';
import { formatColor, parseColor } from '../../../shared/record-task/color.ts';

describe('formatColor', () => {
  it.each([
    [255, '#ff0000'],
    [255 * 256, '#00ff00'],
    [255 * 65_536, '#0000ff'],
    [0x12 + 0x34 * 256 + 0x56 * 65_536, '#123456'],
    [0, '#000000'],
    [16_777_215, '#ffffff'],
    [1, '#010000'],
  ])('reads %i as %s: red is the low byte', (packed, color) => {
    expect(formatColor(packed)).toBe(color);
  });
});

describe('parseColor', () => {
  it.each([
    ['#ff0000', 255],
    ['#00FF00', 255 * 256],
    ['#0000ff', 255 * 65_536],
    ['#123456', 0x12 + 0x34 * 256 + 0x56 * 65_536],
  ])('reads %s as %i', (text, packed) => {
    expect(parseColor(text)).toBe(packed);
  });

  it.each(['', 'red', '#fff', '#12345g', '#1234567', ' #123456'])('takes %j for no colour', (text) => {
    expect(parseColor(text)).toBeUndefined();
  });
});
