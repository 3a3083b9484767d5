import { describe, expect, it } from 'vitest';
import { estimateTextWidth, truncateText, wrapText } from '../../../shared/record-task/text-extent.ts';

describe('estimateTextWidth', () => {
  it('takes an ideograph to be as wide as high', () => {
    expect(estimateTextWidth('王芳', 20)).toBe(40);
    expect(estimateTextWidth('한글', 20)).toBe(40);
    expect(estimateTextWidth('😀', 20)).toBe(20);
  });

  it('takes a Latin text to be about half as wide as its characters are high', () => {
    const text = 'the quick brown fox jumps over the lazy dog';
    const share = estimateTextWidth(text, 10) / (text.length * 10);
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.65);
  });

  it('gives no width to marks and to what is not seen', () => {
    expect(estimateTextWidth('e\u0301', 10)).toBe(estimateTextWidth('e', 10));
    expect(estimateTextWidth('\u200b\u202e', 10)).toBe(0);
    expect(estimateTextWidth('', 10)).toBe(0);
  });
});

describe('truncateText', () => {
  it('leaves alone what fits', () => {
    expect(truncateText('王芳', 40, 20)).toBe('王芳');
  });

  it('cuts what does not and says so', () => {
    expect(truncateText('王芳李伟张敏', 60, 20)).toBe('王芳…');
    expect(truncateText('王芳李伟', 0, 20)).toBe('…');
  });

  it('makes one line of several', () => {
    expect(truncateText(' a\n\tb  c ', 1_000, 10)).toBe('a b c');
  });

  it('does not cut a character in two', () => {
    expect(truncateText('😀😀😀', 45, 20)).toBe('😀…');
  });
});

describe('wrapText', () => {
  it('breaks at spaces', () => {
    expect(wrapText('王 芳 李 伟', 47, 20)).toEqual(['王 芳', '李 伟']);
  });

  it('breaks a word only where it is wider than a line', () => {
    expect(wrapText('王芳李伟张 敏', 40, 20)).toEqual(['王芳', '李伟', '张', '敏']);
  });

  it('ends where not even one character fits', () => {
    expect(wrapText('王芳 李', 1, 20)).toEqual(['王芳', '李']);
  });

  it('makes one line of what fits, and of nothing', () => {
    expect(wrapText('a b', 1_000, 10)).toEqual(['a b']);
    expect(wrapText('', 1_000, 10)).toEqual(['']);
  });
});
