/**
 * The one place where a secret, a signature or a digest is compared.
 *
 * @module
 */
import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Tells whether two texts are equal, in a time that does not depend on where they differ.
 *
 * Their SHA-256 digests are compared, because `timingSafeEqual` throws on unequal lengths, and checking the
 * lengths first would tell a caller the length of the secret.
 *
 * @param given what the caller sent; any text
 * @param expected the secret or the signature computed here
 */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(createDigest(given), createDigest(expected));
}

// UTF-16: UTF-8 would turn every lone surrogate into the same replacement character, making unequal texts equal.
function createDigest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf16le').digest();
}
