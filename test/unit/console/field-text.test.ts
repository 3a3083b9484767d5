import { describe, expect, it } from 'vitest';
import {
  formatColorValue,
  formatList,
  formatValue,
  readColor,
  readIds,
  readLayoutIds,
  readNumber,
  readText,
} from '../../../functions/start/console/field-text.ts';

describe('readNumber', () => {
  it.each([
    ['0.50', 0.5],
    [' 12 ', 12],
    ['-0', 0],
    ['1e-7', 1e-7],
    ['', undefined],
    ['  ', undefined],
  ])('reads %j as %s', (text, value) => {
    expect(readNumber(text)).toBe(value);
  });

  it.each(['0.', '1e', '0x10', 'twelve', `1${'0'.repeat(400)}`, 'NaN'])('leaves %j the text it is', (text) => {
    expect(readNumber(text)).toBe(text);
  });
});

describe('readText', () => {
  it('takes nothing typed for nothing sent', () => {
    expect(readText('')).toBeUndefined();
    expect(readText(' ')).toBe(' ');
  });
});

describe('readIds', () => {
  it('takes ids by commas, spaces and lines apart, Chinese commas too', () => {
    expect(readIds(' teacher, pupil-1\npupil-2，pupil-3、pupil-4;')).toEqual([
      ...['teacher', 'pupil-1', 'pupil-2', 'pupil-3', 'pupil-4'],
    ]);
    expect(readIds(' ')).toEqual([]);
  });
});

describe('readLayoutIds', () => {
  it('takes digits for numbers and leaves anything else for the check to refuse', () => {
    expect(readLayoutIds('20016, x')).toEqual([20_016, 'x']);
  });
});

describe('readColor', () => {
  it.each([
    ['#ff0000', 255],
    ['255', 255],
    ['red', 'red'],
    ['', undefined],
  ])('reads %j as %s', (text, value) => {
    expect(readColor(text)).toBe(value);
  });
});

describe('formatColorValue', () => {
  it('shows a packed colour as #rrggbb, red being the low byte, and anything else as it is', () => {
    expect([255, 16_777_216, -1, 1.5, 'red', undefined].map(formatColorValue)).toEqual([
      ...['#ff0000', '16777216', '-1', '1.5', 'red', ''],
    ]);
  });
});

describe('formatValue and formatList', () => {
  it('show what stands there, of whatever kind', () => {
    expect([undefined, 'a', 1, null, { a: 1 }].map(formatValue)).toEqual(['', 'a', '1', 'null', '{"a":1}']);
    expect([undefined, ['a', 1], 'x'].map(formatList)).toEqual(['', 'a, 1', 'x']);
  });
});
