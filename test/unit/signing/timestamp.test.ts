import { describe, expect, it } from 'vitest';
import { parseTimestamp } from '../../../shared/signing/timestamp.ts';

describe('parseTimestamp', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['1969-12-31T23:59:59Z', -1000],
    ['2016-02-23T12:46:24Z', 1_456_231_584_000],
    ['2000-02-29T00:00:00Z', 951_782_400_000],
    ['2024-02-29T23:59:59Z', 1_709_251_199_000],
    ['2026-12-31T23:59:59Z', 1_798_761_599_000],
    ['9999-12-31T23:59:59Z', 253_402_300_799_000],
  ])('reads %s as %i ms', (text, timestampMs) => {
    expect(parseTimestamp(text)).toBe(timestampMs);
  });

  it.each([
    ['month 13', '2026-13-01T00:00:00Z'],
    ['month 0', '2026-00-01T00:00:00Z'],
    ['day 0', '2026-01-00T00:00:00Z'],
    ['30 February', '2024-02-30T00:00:00Z'],
    ['29 February of a common year', '2026-02-29T00:00:00Z'],
    ['29 February of 1900', '1900-02-29T00:00:00Z'],
    ['31 April', '2026-04-31T00:00:00Z'],
    ['32 December', '2026-12-32T00:00:00Z'],
    ['hour 24', '2026-01-01T24:00:00Z'],
    ['minute 60', '2026-01-01T00:60:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['milliseconds', '2026-01-01T00:00:00.000Z'],
    ['an offset', '2026-01-01T00:00:00+00:00'],
    ['no zone', '2026-01-01T00:00:00'],
    ['a lower-case z', '2026-01-01T00:00:00z'],
    ['a space for T', '2026-01-01 00:00:00Z'],
    ['trailing text', '2026-01-01T00:00:00Z0'],
    ['a trailing line feed', '2026-01-01T00:00:00Z\n'],
    ['leading space', ' 2026-01-01T00:00:00Z'],
    ['digits of another script', '２０２６-01-01T00:00:00Z'],
    ['epoch seconds', '1456231584'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(() => parseTimestamp(text)).toThrow(expect.objectContaining({ code: 'InvalidTimeStamp.Format' }));
  });
});
