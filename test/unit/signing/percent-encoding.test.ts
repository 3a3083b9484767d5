import { describe, expect, it } from 'vitest';
import { percentEncode } from '../../../shared/signing/percent-encoding.ts';

describe('percentEncode', () => {
  it('keeps the unreserved characters of RFC 3986', () => {
    const unreserved = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~';

    expect(percentEncode(unreserved)).toBe(unreserved);
  });

  it.each([
    [' ', '%20'],
    ['!', '%21'],
    ["'", '%27'],
    ['(', '%28'],
    [')', '%29'],
    ['*', '%2A'],
    ['%', '%25'],
    ['+', '%2B'],
    ['/', '%2F'],
    ['&', '%26'],
    ['=', '%3D'],
    ['\u0000', '%00'],
    ['你', '%E4%BD%A0'],
    ['😀', '%F0%9F%98%80'],
  ])('encodes %j as %s', (text, encoded) => {
    expect(percentEncode(text)).toBe(encoded);
  });

  it.each(['\ud83d', '\ude00', 'a\ud83db'])('refuses half of a surrogate pair: %j', (text) => {
    expect(() => percentEncode(text)).toThrow(
      expect.objectContaining({ name: 'RecorderError', code: 'MalformedRequest' }),
    );
  });
});
