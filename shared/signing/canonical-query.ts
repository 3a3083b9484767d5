/**
 * The canonical query string: one algorithm, used by both Alibaba Cloud signatures.
 *
 * @module
 */
import { percentEncode } from './percent-encoding.ts';

/**
 * Decoded parameters in the order of the wire. Pairs and not a record: a record would drop repeated names, so that
 * `a=1&a=2` and `a=2` had the same signature.
 */
export type ParameterPairs = readonly (readonly [name: string, value: string])[];

/**
 * Returns `name=value` pairs joined by `&`, sorted by raw name in code-unit order (`X.10` before `X.2`), both sides
 * percent-encoded by RFC 3986.
 *
 * Pairs of one name keep their order: it decides which value counts, so a signature has to cover it. No official client
 * sends a name twice; what the RPC gateway does with one is [unverified].
 *
 * @throws RecorderError `MalformedRequest` if a name or value is not well-formed Unicode
 * @see https://help.aliyun.com/document_detail/2593177.html (V3, "CanonicalQueryString")
 * @see https://help.aliyun.com/zh/sdk/product-overview/rpc-mechanism (RPC, "CanonicalizedQueryString")
 * @example createCanonicalQuery([['B', 'x y'], ['A', '(1)']]) // A=%281%29&B=x%20y
 */
export function createCanonicalQuery(pairs: ParameterPairs): string {
  return pairs
    .toSorted(([left], [right]) => compareCodeUnits(left, right))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join('&');
}

function compareCodeUnits(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
