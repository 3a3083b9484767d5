import { describe, expect, test } from 'vitest';
import { parseTraceparent } from '../../shared/trace-context.ts';

// The examples of W3C Trace Context, section 3.2.4.
const SAMPLED = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const NOT_SAMPLED = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';

describe('parseTraceparent', () => {
  test.each([SAMPLED, NOT_SAMPLED])('takes the example %s as it is', (header) => {
    expect(parseTraceparent(header)).toBe(header);
  });

  test('takes of a later version what the first one knows', () => {
    const later = SAMPLED.replace(/^00/, 'cc');
    expect(parseTraceparent(later)).toBe(later);
    expect(parseTraceparent(`${later}-what-the-future-will-be-like`)).toBe(later);
  });

  test.each([
    ['an absent header', undefined],
    ['an empty one', ''],
    ['the forbidden version', SAMPLED.replace(/^00/, 'ff')],
    ['a trace of zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['a parent of zeros', `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`],
    ['upper case', SAMPLED.toUpperCase()],
    ['more than version 00 has', `${SAMPLED}-more`],
    ['more without a hyphen', `${SAMPLED.replace(/^00/, 'cc')}more`],
    ['a trace that is too short', SAMPLED.replace('4bf9', '4bf')],
    ['other characters', SAMPLED.replace('4bf9', '4bg9')],
    ['two headers, joined', `${SAMPLED},${NOT_SAMPLED}`],
    ['a line feed', `${SAMPLED}\n`],
  ])('ignores %s', (_, header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });
});
