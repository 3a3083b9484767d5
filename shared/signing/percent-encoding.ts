/**
 * Percent-encoding by RFC 3986, the encoding inside both Alibaba Cloud signatures.
 *
 * @module
 */
import { RecorderError } from '../errors.ts';

/**
 * Returns the text with every UTF-8 byte percent-encoded in upper-case hex, except the unreserved `A-Z a-z 0-9 - _ . ~`.
 *
 * `encodeURIComponent` also leaves `! ' ( ) *`, which RFC 3986 reserves and the signatures encode.
 *
 * @throws RecorderError `MalformedRequest` if the text holds half of a surrogate pair: it has no UTF-8 form
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-2.3
 * @example percentEncode("it's 100%~") // it%27s%20100%25~
 */
export function percentEncode(text: string): string {
  return encodeComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function encodeComponent(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch (cause) {
    throw new RecorderError('MalformedRequest', { message: 'A parameter is not well-formed Unicode.', cause });
  }
}
