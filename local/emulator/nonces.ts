/**
 * Nonces of good signatures, each accepted once.
 *
 * @module
 */
import type { NonceUse } from '../../shared/rpc-wire/verify-rpc-request.ts';

/** How many are kept before the expired ones are looked for. */
const SWEEP_SIZE = 10_000;

export class Nonces {
  readonly #expiresAtMs = new Map<string, number>();

  remember({ accessKeyId, nonce, expiresAtMs }: NonceUse): 'new' | 'seen' {
    const key = JSON.stringify([accessKeyId, nonce]);
    if (this.#expiresAtMs.has(key)) return 'seen';
    if (this.#expiresAtMs.size >= SWEEP_SIZE) this.#sweep(Date.now());
    this.#expiresAtMs.set(key, expiresAtMs);
    return 'new';
  }

  #sweep(nowMs: number): void {
    for (const [key, expiresAtMs] of this.#expiresAtMs) {
      if (expiresAtMs <= nowMs) this.#expiresAtMs.delete(key);
    }
  }
}
