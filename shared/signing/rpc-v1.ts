/**
 * The RPC signature of Alibaba Cloud, HMAC-SHA1, SignatureVersion 1.0 (the vendor's pages now call it V2): made from the
 * method and all parameters, those of the query and of a form body together.
 *
 * @module
 * @see https://help.aliyun.com/zh/sdk/product-overview/rpc-mechanism
 */
import { createHmac } from 'node:crypto';
import { RecorderError } from '../errors.ts';
import { createCanonicalQuery, type ParameterPairs } from './canonical-query.ts';
import { isSameSecret } from './constant-time.ts';
import { percentEncode } from './percent-encoding.ts';
import {
  findAccessKeySecret,
  requireValue,
  type VerificationPolicy,
  type VerifiedCaller,
  verifyNonce,
  verifyTimestamp,
} from './verification-policy.ts';

/** A request as it is signed. */
export interface RpcV1Request {
  /** Upper case. */
  readonly method: string;
  /** Decoded parameters of the query and of the form body, already flattened (`UserPanes.1.UserId`). */
  readonly parameters: ParameterPairs;
}

/**
 * Returns the string to sign: method, `/` and the canonical query of all parameters but `Signature`, percent-encoded
 * and joined by `&`.
 *
 * @throws RecorderError `MalformedRequest` if a parameter is not well-formed Unicode
 */
export function createStringToSign({ method, parameters }: RpcV1Request): string {
  const canonicalQuery = createCanonicalQuery(parameters.filter(([name]) => name !== 'Signature'));
  return `${method}&${percentEncode('/')}&${percentEncode(canonicalQuery)}`;
}

/**
 * Returns the value of the parameter `Signature`: base64 of the HMAC-SHA1 of the string to sign, keyed with the secret
 * and a trailing `&`.
 *
 * @param request with all common parameters: AccessKeyId, Action, SignatureMethod, SignatureNonce, SignatureVersion,
 * Timestamp, Version
 * @throws RecorderError `MalformedRequest` if a parameter is not well-formed Unicode
 */
export function signRpcV1(request: RpcV1Request, accessKeySecret: string): string {
  return createHmac('sha1', `${accessKeySecret}&`).update(createStringToSign(request)).digest('base64');
}

/**
 * Returns who signed the request, or throws. The order of the checks is ours.
 *
 * A name given twice is refused. The signature does not say whether a parameter came in the query or in the body, so
 * somebody in between could move one of the two and so decide which value counts, without breaking the signature.
 *
 * @throws RecorderError `MalformedRequest` (a name given twice, or a parameter that is not well-formed Unicode);
 * `MissingSignature`, `MissingSignatureMethod`, `MissingSignatureVersion`, `MissingAccessKeyId`, `MissingTimestamp`,
 * `MissingSignatureNonce`; `InvalidSignatureMethod`; `InvalidSignatureVersion`; `InvalidTimeStamp.Format`,
 * `InvalidTimeStamp.Expired`; `InvalidSignatureNonce`; `InvalidAccessKeyId.NotFound`; `SignatureDoesNotMatch`. No error
 * carries the string to sign, which holds every parameter: `createStringToSign` rebuilds it for those who may show it.
 */
export function verifyRpcV1(request: RpcV1Request, policy: VerificationPolicy): VerifiedCaller {
  const values = new Map(request.parameters);
  if (values.size < request.parameters.length) {
    throw new RecorderError('MalformedRequest', { message: 'A parameter is given more than once.' });
  }
  const signature = requireValue(values.get('Signature'), 'Signature');
  if (requireValue(values.get('SignatureMethod'), 'SignatureMethod') !== 'HMAC-SHA1') {
    throw new RecorderError('InvalidSignatureMethod');
  }
  if (requireValue(values.get('SignatureVersion'), 'SignatureVersion') !== '1.0') {
    throw new RecorderError('InvalidSignatureVersion', {
      message: 'Specified parameter SignatureVersion is not valid.',
    });
  }
  const accessKeyId = requireValue(values.get('AccessKeyId'), 'AccessKeyId');
  const timestampMs = verifyTimestamp(requireValue(values.get('Timestamp'), 'Timestamp'), policy);
  const nonce = verifyNonce(requireValue(values.get('SignatureNonce'), 'SignatureNonce'));
  const accessKeySecret = findAccessKeySecret(accessKeyId, policy);

  if (!isSameSecret(signature, signRpcV1(request, accessKeySecret))) throw new RecorderError('SignatureDoesNotMatch');
  return { accessKeyId, nonce, timestampMs, securityToken: values.get('SecurityToken') };
}
