/**
 * Who sent an RPC request: the signature by its scheme, the security token, and each nonce once.
 *
 * @module
 */
import { RecorderError } from '../errors.ts';
import { verifyAcs3 } from '../signing/acs3.ts';
import { isSameSecret } from '../signing/constant-time.ts';
import { verifyRpcV1 } from '../signing/rpc-v1.ts';
import { requireValue, type VerificationPolicy, type VerifiedCaller } from '../signing/verification-policy.ts';
import type { DecodedRpcRequest } from './decode-rpc-request.ts';

/** A nonce to be remembered, because its signature is good. */
export interface NonceUse {
  readonly accessKeyId: string;
  readonly nonce: string;
  /** When it may be forgotten, epoch milliseconds: from then on the request's timestamp is refused. */
  readonly expiresAtMs: number;
}

/** Whom, when and how often a request is accepted from. */
export interface RpcPolicy extends VerificationPolicy {
  /** The token that must come with a key, for temporary (STS) credentials; without it no request may carry a token. */
  readonly findSecurityToken?: (accessKeyId: string) => string | undefined;
  /** Stores the nonce and tells in the same step whether the key had used it before. */
  readonly rememberNonce: (use: NonceUse) => 'new' | 'seen' | Promise<'new' | 'seen'>;
}

/**
 * Returns who signed the request, or throws. The nonce is remembered last, so that only the owner of a key can use one
 * up. The order of the checks is ours; the vendor documents none.
 *
 * @throws RecorderError `UnsupportedHTTPMethod` (the gateway's status is 400); `MissingAction`, `MissingVersion`; whatever `verifyAcs3` and `verifyRpcV1` throw;
 * `MissingSecurityToken`, `InvalidSecurityToken.MismatchWithAccessKey` (also for a token that the key does not have;
 * both codes are assumptions, modelled on the gateway's other codes); `SignatureNonceUsed`
 */
export async function verifyRpcRequest(request: DecodedRpcRequest, policy: RpcPolicy): Promise<VerifiedCaller> {
  if (request.method !== 'GET' && request.method !== 'POST') throw new RecorderError('UnsupportedHTTPMethod');
  requireValue(request.Action, 'Action');
  requireValue(request.Version, 'Version');
  const caller = verifySignature(request, policy);
  verifySecurityToken(caller.securityToken, policy.findSecurityToken?.(caller.accessKeyId));
  const nonceUse = {
    accessKeyId: caller.accessKeyId,
    nonce: caller.nonce,
    expiresAtMs: caller.timestampMs + policy.maxClockSkewSeconds * 1000 + 1,
  };
  if ((await policy.rememberNonce(nonceUse)) === 'seen') throw new RecorderError('SignatureNonceUsed');
  return caller;
}

function verifySignature(request: DecodedRpcRequest, policy: RpcPolicy): VerifiedCaller {
  if (request.scheme === 'ACS3') return verifyAcs3(request, policy);
  return verifyRpcV1({ method: request.method, parameters: [...request.query, ...request.form] }, policy);
}

function verifySecurityToken(given: string | undefined, expected: string | undefined): void {
  if (expected === undefined && !given) return;
  const token = requireValue(given, 'SecurityToken');
  if (expected === undefined || !isSameSecret(token, expected)) {
    throw new RecorderError('InvalidSecurityToken.MismatchWithAccessKey', {
      message: 'Specified SecurityToken mismatch with the AccessKey.',
    });
  }
}
