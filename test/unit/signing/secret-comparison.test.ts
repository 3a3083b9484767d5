/**
 * Reads the source of `shared/signing`: only `constant-time.ts` compares secrets.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** A value named like a secret, perhaps called or indexed: `accessKeySecret`, `hmac.digest('hex')`, `signatures[0]`. */
const SECRET = String.raw`[\w$.]*(?:signature|secret|token|digest|hash|hmac|mac|payload|sha\d+)s?`;
const SECRET_RESULT = String.raw`\b${SECRET}(?:\([^()]*\)|\[[^\]]*\])?`;
const LEAKY_METHOD = '(?:localeCompare|compare|equals|startsWith|endsWith|includes|indexOf|has|match|search)';

/** Comparisons whose duration tells how much of a guess is right. */
const LEAKY_COMPARISONS = [
  new RegExp(String.raw`${SECRET_RESULT}\s*[!=]==?`, 'gi'),
  new RegExp(String.raw`[!=]==?\s*${SECRET}(?![\w$.])`, 'gi'),
  new RegExp(String.raw`${SECRET_RESULT}\??\.${LEAKY_METHOD}\(`, 'gi'),
  new RegExp(String.raw`\.${LEAKY_METHOD}\(\s*${SECRET}(?![\w$.])`, 'gi'),
  /\b(?:Buffer\.compare|Object\.is|isDeepStrictEqual)\(/g,
];

/** The places of a source text where a secret is compared other than by `isSameSecret`. */
function findLeakyComparisons(source: string): string[] {
  const code = source
    .replace(/\/\*.*?\*\/|(?<!:)\/\/.*?$/gms, '')
    // Asking whether there is a secret at all tells nothing about it.
    .replace(/[!=]==\s*undefined\b/g, '');
  return LEAKY_COMPARISONS.flatMap((pattern) => code.match(pattern) ?? []);
}

describe('shared/signing', () => {
  const folder = new URL('../../../shared/signing/', import.meta.url);
  const files = readdirSync(folder).map((name) => ({ name, source: readFileSync(new URL(name, folder), 'utf8') }));

  it.each(files)('compares secrets with isSameSecret only: $name', ({ source }) => {
    expect(findLeakyComparisons(source)).toEqual([]);
  });

  it('calls timingSafeEqual in one file', () => {
    const users = files.filter(({ source }) => source.includes('timingSafeEqual(')).map(({ name }) => name);

    expect(users).toEqual(['constant-time.ts']);
  });
});

describe('the check itself', () => {
  it.each([
    'if (signature === expected) return;',
    'if (expected !== givenSignature) throw error;',
    'if (signature\n  === expected) return;',
    'return request.token == createCallbackToken(secret, AppId);',
    'return createCallbackToken(secret, AppId) === text;',
    "if (createHmac('sha256', key).update(text).digest('hex') !== given) throw error;",
    'const isSame = contentSha256 === createHashedPayload(body);',
    'const isSame = given === accessKeySecret;',
    'return bodyHash.equals(other);',
    'return other.equals(bodyHash);',
    'return secrets.includes(given);',
    'return known.has(token);',
    'return signature.localeCompare(expected) > 0;',
    'return signatures[0] === expected;',
    'return expected.startsWith(token);',
    'return Buffer.compare(left, right) > 0;',
  ])('finds %j', (line) => {
    expect(findLeakyComparisons(`/** Why. */\n${line} // why\n`)).not.toEqual([]);
  });

  it.each([
    'if (securityToken === undefined) return;',
    'if (secrets.length === 0) throw error;',
    "if (values.get('SignatureMethod') !== 'HMAC-SHA1') throw error;",
    'return secrets.some((secret) => isSameSecret(token, createCallbackToken(secret, AppId)));',
    '// a signature === another, said in a comment',
    '/** `token === expected` */',
  ])('lets pass %j', (line) => {
    expect(findLeakyComparisons(line)).toEqual([]);
  });
});
