/**
 * How wide a text is, without a font: an estimate that is good enough to place, to break and to cut.
 *
 * @module
 */

/** Height of a line of text as a share of the font size. */
export const LINE_HEIGHT = 1.2;

const ELLIPSIS = '…';

const NARROW = /[ !'()*,./:;I[\]fijlrt|]/;
const CAPITAL = /[A-Z&#+=<>~]/;
const BROAD = /[MWmw@%]/;
const ZERO_WIDTH = /[\p{M}\p{Cf}]/u;

/** Widths by code point, as shares of the font size: texts are mostly made of these. */
const ASCII_WIDTHS = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (NARROW.test(character)) return 0.33;
  if (BROAD.test(character)) return 0.9;
  return CAPITAL.test(character) ? 0.68 : 0.57;
});

/** First and last code points of what is as wide as high: ideographs, kana, Hangul, full-width forms, emoji. */
const FULL_WIDTH_RANGES = [
  [0x2e80, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe4f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f000, 0x3ffff],
] as const;

/** Returns how wide `text` is, in the unit of `fontSize`: ideographs are as wide as high, Latin letters about half. */
export function estimateTextWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const character of text) width += estimateCharacterWidth(character);
  return width * fontSize;
}

/** Returns `text` as one line of at most `maxWidth`: each run of white space is one space, `…` stands for what is cut. */
export function truncateText(text: string, maxWidth: number, fontSize: number): string {
  const line = joinWhiteSpace(text);
  if (takeWidth(line, maxWidth, fontSize) === line) return line;
  const kept = takeWidth(line, maxWidth - estimateTextWidth(ELLIPSIS, fontSize), fontSize);
  return `${kept.trimEnd()}${ELLIPSIS}`;
}

/** Returns `text` in lines of at most `maxWidth`, broken at spaces, and inside a word only where it is wider than a line. */
export function wrapText(text: string, maxWidth: number, fontSize: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of joinWhiteSpace(text).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (estimateTextWidth(longer, fontSize) <= maxWidth) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (estimateTextWidth(line, fontSize) > maxWidth) {
      const head = takeWidth(line, maxWidth, fontSize) || line;
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

function joinWhiteSpace(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The longest beginning of `text` that is no wider than `maxWidth`. */
function takeWidth(text: string, maxWidth: number, fontSize: number): string {
  let width = 0;
  let kept = '';
  for (const character of text) {
    width += estimateCharacterWidth(character) * fontSize;
    if (width > maxWidth) break;
    kept += character;
  }
  return kept;
}

function estimateCharacterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  const width = ASCII_WIDTHS[code];
  if (width !== undefined) return width;
  if (FULL_WIDTH_RANGES.some(([first, last]) => code >= first && code <= last)) return 1;
  return ZERO_WIDTH.test(character) ? 0 : 0.6;
}
