/**
 * Reads `fixtures/signing`: known answers of the vendor's pages, and requests as the official clients sent them.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import type { ParameterPairs } from '../../shared/signing/canonical-query.ts';

const FIXTURES = new URL('../fixtures/signing/', import.meta.url);

const Pairs = v.array(v.tuple([v.string(), v.string()]));

const KnownAnswerBase = {
  id: v.string(),
  method: v.string(),
  accessKeyId: v.string(),
  accessKeySecret: v.string(),
  stringToSign: v.string(),
  signature: v.string(),
  verified: v.literal(true),
};

const CaptureBase = {
  id: v.string(),
  captureFile: v.nullable(v.string()),
  request: v.object({ method: v.string(), path: v.string(), headers: Pairs, body: v.string() }),
  decodedParameters: v.object({ query: Pairs, body: Pairs }),
  accessKeyId: v.string(),
  accessKeySecret: v.string(),
  stringToSign: v.string(),
  expectedSignature: v.string(),
  verified: v.literal(true),
};

const Vectors = v.object({
  knownAnswers: v.array(
    v.variant('scheme', [
      v.object({
        ...KnownAnswerBase,
        scheme: v.literal('V1'),
        parameters: v.record(v.string(), v.string()),
        canonicalizedQueryString: v.string(),
      }),
      v.object({
        ...KnownAnswerBase,
        scheme: v.literal('V3'),
        path: v.string(),
        query: v.record(v.string(), v.string()),
        headers: v.record(v.string(), v.string()),
        body: v.string(),
        signedHeaders: v.string(),
        canonicalRequest: v.string(),
        authorization: v.string(),
      }),
    ]),
  ),
  captures: v.array(
    v.variant('scheme', [
      v.object({ ...CaptureBase, scheme: v.literal('V1'), canonicalizedQueryString: v.string() }),
      v.object({
        ...CaptureBase,
        scheme: v.literal('V3'),
        signedHeaders: v.string(),
        canonicalRequest: v.string(),
      }),
    ]),
  ),
});

const vectors = v.parse(Vectors, JSON.parse(readFileSync(new URL('signing-vectors.json', FIXTURES), 'utf8')));

export const v1KnownAnswers = vectors.knownAnswers.filter((answer) => answer.scheme === 'V1');
export const v3KnownAnswers = vectors.knownAnswers.filter((answer) => answer.scheme === 'V3');
export const v1Captures = vectors.captures.filter((capture) => capture.scheme === 'V1');
export const v3Captures = vectors.captures.filter((capture) => capture.scheme === 'V3');

/** A request decoded from the bytes that a client put on the wire. */
export interface DecodedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: ParameterPairs;
  readonly form: ParameterPairs;
  readonly headers: ParameterPairs;
  readonly body: Uint8Array;
}

/** Decodes a capture file, undoing chunked transfer coding. */
export function readCapture(captureFile: string): DecodedRequest {
  // latin1 keeps one character per byte, so that lengths in characters are lengths in bytes.
  const text = readFileSync(new URL(captureFile, FIXTURES), 'latin1');
  const headEnd = text.indexOf('\r\n\r\n');
  const [requestLine = '', ...headerLines] = text.slice(0, headEnd).split('\r\n');
  const [method = '', target = ''] = requestLine.split(' ');
  const headers = headerLines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const isChunked = headers.some(([name, value]) => /^transfer-encoding$/i.test(name) && value.trim() === 'chunked');
  const rest = text.slice(headEnd + 4);
  const body = Buffer.from(isChunked ? joinChunks(rest) : rest, 'latin1');
  return decodeRequest(method, target, headers, body);
}

/** Decodes target and form body as a server does: percent-decoded, `+` as a space. */
export function decodeRequest(
  method: string,
  target: string,
  headers: ParameterPairs,
  body: Uint8Array,
): DecodedRequest {
  const [path = '', query = ''] = target.split('?', 2);
  const isForm = headers.some(([name, value]) => /^content-type$/i.test(name) && value.includes('form-urlencoded'));
  const form = isForm ? [...new URLSearchParams(Buffer.from(body).toString())] : [];
  return { method, path, query: [...new URLSearchParams(query)], form, headers, body };
}

/** The time that a request says it was signed at, epoch milliseconds. */
export function readSigningTimeMs(request: DecodedRequest): number {
  const fields = [...request.query, ...request.form, ...request.headers];
  const timestamp = fields.find(([name]) => name === 'Timestamp' || name === 'x-acs-date')?.[1];
  return Date.parse(timestamp ?? '');
}

/** Fails with a name where a plain lookup would give `undefined`. */
export function findById<Entry extends { readonly id: string }>(entries: readonly Entry[], id: string): Entry {
  const entry = entries.find((candidate) => candidate.id === id);
  if (!entry) throw new Error(`No such vector: ${id}`);
  return entry;
}

function joinChunks(text: string): string {
  const lineEnd = text.indexOf('\r\n');
  const length = Number.parseInt(text.slice(0, lineEnd), 16);
  if (length === 0) return '';
  const start = lineEnd + 2;
  return text.slice(start, start + length) + joinChunks(text.slice(start + length + 2));
}
