import { describe, expect, it } from 'vitest';
import { formatColor } from '../../../shared/record-task/color.ts';

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
