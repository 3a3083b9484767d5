import { describe, expect, it } from 'vitest';
import { createCanonicalQuery } from '../../../shared/signing/canonical-query.ts';

describe('createCanonicalQuery', () => {
  it('is empty for no parameters', () => {
    expect(createCanonicalQuery([])).toBe('');
  });

  it('sorts by code unit: upper before lower case, X.10 before X.2', () => {
    const pairs = ['a', 'X.2', 'X.10', 'X.1', 'B'].map((name): [string, string] => [name, '']);

    expect(createCanonicalQuery(pairs)).toBe('B=&X.1=&X.10=&X.2=&a=');
  });

  it('sorts by the raw name, not by the encoded one', () => {
    // Encoded, %C3%A9 would come before z.
    expect(
      createCanonicalQuery([
        ['é', '1'],
        ['z', '2'],
        ['!', '3'],
      ]),
    ).toBe('%21=3&z=2&%C3%A9=1');
  });

  it('encodes names and values', () => {
    expect(createCanonicalQuery([['a&b', 'c=d (e)*']])).toBe('a%26b=c%3Dd%20%28e%29%2A');
  });

  it('keeps repeated names, in their order', () => {
    expect(
      createCanonicalQuery([
        ['a', '2'],
        ['b', '3'],
        ['a', '1'],
      ]),
    ).toBe('a=2&a=1&b=3');
  });

  it('leaves the pairs as they are', () => {
    const pairs: [string, string][] = [
      ['b', '1'],
      ['a', '2'],
    ];
    createCanonicalQuery(pairs);

    expect(pairs).toEqual([
      ['b', '1'],
      ['a', '2'],
    ]);
  });
});
