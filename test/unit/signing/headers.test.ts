import { describe, expect, it } from 'vitest';
import { readHeaders } from '../../../shared/signing/headers.ts';

describe('readHeaders', () => {
  it('gives lower-case names and trimmed values', () => {
    expect([...readHeaders([['X-Acs-Action', ' StartRecordTask\t']])]).toEqual([['x-acs-action', 'StartRecordTask']]);
  });

  it('joins fields of one name as Headers does', () => {
    const fields: [string, string][] = [
      ['Accept', 'b'],
      ['accept', 'a '],
    ];

    expect(readHeaders(fields).get('accept')).toBe('b, a');
    expect(readHeaders(fields)).toEqual(readHeaders(new Headers(fields)));
  });
});
