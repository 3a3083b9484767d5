import { describe, expect, it } from 'vitest';
import { isSameSecret } from '../../../shared/signing/constant-time.ts';

describe('isSameSecret', () => {
  it('accepts equal texts', () => {
    expect(isSameSecret('secret', 'secret')).toBe(true);
  });

  it.each([
    ['another text', 'secreT'],
    ['a prefix', 'secre'],
    ['a longer text', 'secret '],
    ['nothing', ''],
  ])('refuses %s', (_, given) => {
    expect(isSameSecret(given, 'secret')).toBe(false);
  });

  it('tells lone surrogates apart, which have no UTF-8 form', () => {
    expect(isSameSecret('\ud800', '\ud801')).toBe(false);
    expect(isSameSecret('\ud800', '\ufffd')).toBe(false);
  });
});
