/**
 * What holds for all requests, with texts drawn from the characters that encoders and parsers disagree on.
 *
 * @module
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Acs3Request, signAcs3, verifyAcs3 } from '../../shared/signing/acs3.ts';
import { createCallbackToken, verifyCallbackToken } from '../../shared/signing/callback-token.ts';
import { createCanonicalQuery, type ParameterPairs } from '../../shared/signing/canonical-query.ts';
import { isSameSecret } from '../../shared/signing/constant-time.ts';
import { percentEncode } from '../../shared/signing/percent-encoding.ts';
import { signRpcV1, verifyRpcV1 } from '../../shared/signing/rpc-v1.ts';
import { signWebhook, verifyWebhook } from '../../shared/signing/standard-webhooks.ts';
import { parseTimestamp } from '../../shared/signing/timestamp.ts';

/** An `Acs3Request` before it is signed, its headers as a record. */
interface DrawnRequest extends Omit<Acs3Request, 'headers'> {
  readonly headers: Readonly<Record<string, string>>;
}

const KEY = { accessKeyId: 'testid', accessKeySecret: 'testsecret' };
const TIMESTAMP = '2026-11-22T12:00:00Z';
const policy = {
  findAccessKeySecret: (accessKeyId: string) => (accessKeyId === KEY.accessKeyId ? KEY.accessKeySecret : undefined),
  nowMs: Date.parse(TIMESTAMP),
  maxClockSkewSeconds: 0,
};

const delimiter = fc.constantFrom(...'&=%+;/?.,:~()*!\' "\n\u0000', '%20', '%25', '你', '😀', 'A', 'a', '1', '10');
const text = fc.oneof(
  fc.array(delimiter, { maxLength: 6 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
);
const wellFormed = text.filter((value) => !/\p{Surrogate}/u.test(value));
const pairs = fc.array(fc.tuple(wellFormed, wellFormed), { maxLength: 12 });
const distinctPairs = fc.uniqueArray(fc.tuple(wellFormed, wellFormed), { selector: ([name]) => name, maxLength: 12 });
const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
const headerValue = fc.stringMatching(/^[!-~]{1,20}$/);
const seed = fc.nat();

/** Another text: one character is replaced by x, or by y where it is x. */
function changeCharacter(value: string, place: number): string {
  const characters = [...value];
  const index = place % characters.length;
  return characters.with(index, characters[index] === 'x' ? 'y' : 'x').join('');
}

/** Other bytes: one bit is flipped. */
function changeByte(body: Uint8Array, place: number): Uint8Array {
  const index = place % body.length;
  return body.with(index, (body[index] ?? 0) ^ (1 << (place % 8)));
}

const refused = (code: string) => expect.objectContaining({ name: 'RecorderError', code });

describe('percentEncode', () => {
  it('is undone by decodeURIComponent and leaves only unreserved characters and escapes', () => {
    fc.assert(
      fc.property(wellFormed, (value) => {
        const encoded = percentEncode(value);
        expect(decodeURIComponent(encoded)).toBe(value);
        expect(encoded).toMatch(/^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*$/);
      }),
    );
  });

  it('throws nothing but a RecorderError', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
        (value) => {
          if (/\p{Surrogate}/u.test(value)) expect(() => percentEncode(value)).toThrow(refused('MalformedRequest'));
          else expect(decodeURIComponent(percentEncode(value))).toBe(value);
        },
      ),
    );
  });
});

describe('createCanonicalQuery', () => {
  it('does not depend on the order of distinct names', () => {
    fc.assert(
      fc.property(
        distinctPairs.chain((given) =>
          fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
        ),
        ([given, shuffled]) => {
          expect(createCanonicalQuery(shuffled)).toBe(createCanonicalQuery(given));
        },
      ),
    );
  });

  it('can be decoded: no two sets of parameters look alike', () => {
    fc.assert(
      fc.property(pairs, (given) => {
        const sorted = given.toSorted(([left], [right]) => (left < right ? -1 : Number(left > right)));
        expect([...new URLSearchParams(createCanonicalQuery(given))]).toEqual(sorted);
      }),
    );
  });
});

describe('parseTimestamp', () => {
  it('agrees with Date for every second from the year 0 to 9999', () => {
    const second = fc.integer({
      min: Date.parse('0000-01-01T00:00:00Z') / 1000,
      max: Date.parse('9999-12-31T23:59:59Z') / 1000,
    });
    fc.assert(
      fc.property(second, (seconds) => {
        const iso = new Date(seconds * 1000).toISOString().replace('.000', '');
        expect(parseTimestamp(iso)).toBe(seconds * 1000);
      }),
    );
  });

  it('refuses every day that Date would move into the next month', () => {
    const field = (max: number) => fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, '0'));
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 9999 }), field(14), field(33), (year, month, day) => {
        const timestamp = `${year}-${month}-${day}T00:00:00Z`;
        const date = new Date(Date.UTC(year, Number(month) - 1, Number(day)));
        if (date.toISOString().startsWith(`${year}-${month}-${day}`))
          expect(parseTimestamp(timestamp)).toBe(date.getTime());
        else expect(() => parseTimestamp(timestamp)).toThrow(refused('InvalidTimeStamp.Format'));
      }),
    );
  });

  it('throws nothing but a RecorderError', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(() => parseTimestamp(value)).toThrow(refused('InvalidTimeStamp.Format'));
      }),
    );
  });
});

describe('isSameSecret', () => {
  it('is equality', () => {
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(isSameSecret(left, left)).toBe(true);
        expect(isSameSecret(left, right)).toBe(left === right);
      }),
    );
  });
});

describe('verifyAcs3', () => {
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST'),
    path: fc.constant('/'),
    query: pairs,
    headers: fc.record({
      host: headerValue,
      'x-acs-action': headerValue,
      'x-acs-version': headerValue,
      'x-acs-signature-nonce': headerValue,
      'content-type': headerValue,
    }),
    body: bytes,
  });

  function sign({ headers, ...rest }: DrawnRequest): Acs3Request {
    const own = { ...headers, 'x-acs-date': TIMESTAMP };
    const unsigned = { ...rest, headers: Object.entries(own) };
    return { ...rest, headers: Object.entries({ ...own, ...signAcs3(unsigned, KEY) }) };
  }

  it('accepts what signAcs3 signed', () => {
    fc.assert(
      fc.property(request, (drawn) => {
        expect(verifyAcs3(sign(drawn), policy).nonce).toBe(drawn.headers['x-acs-signature-nonce']);
      }),
    );
  });

  it('refuses any changed byte of the body', () => {
    fc.assert(
      fc.property(request, seed, (drawn, place) => {
        const signed = sign(drawn);
        const changed = { ...signed, body: changeByte(signed.body, place) };
        expect(() => verifyAcs3(changed, policy)).toThrow(refused('SignatureDoesNotMatch'));
      }),
    );
  });

  it('refuses any changed character of the query', () => {
    fc.assert(
      fc.property(request, fc.tuple(wellFormed, wellFormed), seed, (drawn, [name, value], place) => {
        const signed = sign({ ...drawn, query: [...drawn.query, [`${name}-`, `${value}-`]] });
        const others = signed.query.slice(0, -1);
        for (const pair of [
          [changeCharacter(`${name}-`, place), `${value}-`],
          [`${name}-`, changeCharacter(`${value}-`, place)],
        ] as const) {
          expect(() => verifyAcs3({ ...signed, query: [...others, pair] }, policy)).toThrow(
            refused('SignatureDoesNotMatch'),
          );
        }
      }),
    );
  });

  it('refuses any changed character of any header', () => {
    fc.assert(
      fc.property(request, seed, seed, (drawn, which, place) => {
        const signed = sign(drawn);
        const headers = [...signed.headers];
        const index = which % headers.length;
        const [name = '', value = ''] = headers[index] ?? [];
        const changed = { ...signed, headers: headers.with(index, [name, changeCharacter(value, place)]) };
        expect(() => verifyAcs3(changed, policy)).toThrow(expect.objectContaining({ name: 'RecorderError' }));
      }),
    );
  });

  it('throws nothing but a RecorderError, whatever the Authorization header', () => {
    fc.assert(
      fc.property(text, (authorization) => {
        const headers = [['authorization', `ACS3-HMAC-SHA256 ${authorization}`]] as const;
        const received = { method: 'POST', path: '/', query: [], headers, body: Buffer.of() };
        expect(() => verifyAcs3(received, policy)).toThrow(expect.objectContaining({ name: 'RecorderError' }));
      }),
    );
  });
});

describe('verifyRpcV1', () => {
  const business = distinctPairs.map((drawn) =>
    drawn.filter(([name]) => !/^(?:Signature|AccessKeyId|Timestamp)/.test(name)),
  );

  function sign(parameters: ParameterPairs): { method: string; parameters: ParameterPairs } {
    const all: ParameterPairs = [
      ...parameters,
      ['AccessKeyId', KEY.accessKeyId],
      ['SignatureMethod', 'HMAC-SHA1'],
      ['SignatureVersion', '1.0'],
      ['SignatureNonce', 'nonce'],
      ['Timestamp', TIMESTAMP],
    ];
    const signature = signRpcV1({ method: 'POST', parameters: all }, KEY.accessKeySecret);
    return { method: 'POST', parameters: [...all, ['Signature', signature]] };
  }

  it('accepts what signRpcV1 signed, in any order', () => {
    fc.assert(
      fc.property(
        business
          .map((drawn) => [...sign(drawn).parameters])
          .chain((parameters) => fc.shuffledSubarray(parameters, { minLength: parameters.length })),
        (parameters) => {
          expect(verifyRpcV1({ method: 'POST', parameters }, policy).accessKeyId).toBe('testid');
        },
      ),
    );
  });

  it('refuses any changed character of any parameter', () => {
    fc.assert(
      fc.property(business, seed, seed, (drawn, which, place) => {
        const { method, parameters } = sign(drawn);
        const index = which % parameters.length;
        const [name = '', value = ''] = parameters[index] ?? [];
        const changed = parameters.with(index, [name, value === '' ? 'x' : changeCharacter(value, place)]);
        expect(() => verifyRpcV1({ method, parameters: changed }, policy)).toThrow(
          expect.objectContaining({ name: 'RecorderError' }),
        );
      }),
    );
  });
});

describe('verifyWebhook', () => {
  const secret = fc
    .uint8Array({ minLength: 24, maxLength: 64 })
    .map((key) => `whsec_${Buffer.from(key).toString('base64')}`);
  const message = fc.record({
    id: fc.stringMatching(/^[!-\-/-~]{1,30}$/),
    timestampSeconds: fc.integer({ min: 1, max: 99_999_999_999 }),
    body: bytes,
    secrets: fc.uniqueArray(secret, { minLength: 1, maxLength: 3 }),
  });

  it('accepts what signWebhook signed, with any one of the secrets', () => {
    fc.assert(
      fc.property(message, seed, (drawn, which) => {
        const { id, timestampSeconds, body } = drawn;
        const secrets = drawn.secrets.slice(which % drawn.secrets.length).slice(0, 1);
        const headers = Object.entries(signWebhook(drawn));
        const received = { headers, body, secrets, nowMs: timestampSeconds * 1000, toleranceSeconds: 0 };
        expect(verifyWebhook(received)).toEqual({ id, timestampSeconds, body });
      }),
    );
  });

  it('refuses any changed byte of body or headers', () => {
    fc.assert(
      fc.property(message, seed, (drawn, place) => {
        const { secrets, timestampSeconds } = drawn;
        const headers = Object.entries(signWebhook({ ...drawn, secrets: secrets.slice(0, 1) }));
        const received = { headers, body: drawn.body, secrets, nowMs: timestampSeconds * 1000, toleranceSeconds: 1e12 };
        const changes = [
          { ...received, body: changeByte(drawn.body, place) },
          ...headers.map(([name, value], index) => ({
            ...received,
            headers: headers.with(index, [name, changeCharacter(value, place)]),
          })),
        ];
        for (const changed of changes) {
          expect(() => verifyWebhook(changed)).toThrow(expect.objectContaining({ name: 'RecorderError' }));
        }
      }),
    );
  });
});

describe('verifyCallbackToken', () => {
  it('accepts a token for its own AppId only', () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, text, (AppId, otherAppId, secret) => {
        fc.pre(AppId !== otherAppId);
        const token = createCallbackToken(secret, AppId);
        expect(verifyCallbackToken({ token, AppId, secrets: [secret] })).toBe(AppId);
        expect(() => verifyCallbackToken({ token, AppId: otherAppId, secrets: [secret] })).toThrow(
          refused('InvalidCallbackToken'),
        );
      }),
    );
  });
});
