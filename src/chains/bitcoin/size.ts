/** How large a transaction is once it is signed, and which outputs are too small to be worth spending. */
import { Transaction } from '@scure/btc-signer/transaction.js';
import { KEEP_ALL } from './codec.ts';
import type { BitcoinRequest } from './request.ts';

/** With its sighash byte; half of the signatures have a byte less. */
const ECDSA_BYTES = 72;
const PUBLIC_KEY_BYTES = 33;
const SCHNORR_BYTES = 64;

export interface EstimatedSize {
  /** Virtual bytes (BIP-141). */
  readonly vsize: number;
  /** `false`: inputs of others will add to it. */
  readonly complete: boolean;
}

/** The size with signatures in their place. Off by a quarter of a virtual byte for each ECDSA signature. */
export function sizeOf(request: BitcoinRequest): EstimatedSize {
  const transaction = Transaction.fromPSBT(request.bytes, KEEP_ALL);
  let complete = true;
  for (const [i, { state, sighash }] of request.inputs.entries()) {
    if (state !== 'sign') {
      const { finalScriptSig, finalScriptWitness } = transaction.getInput(i);
      if (finalScriptSig !== undefined || finalScriptWitness !== undefined) continue;
      complete = false;
    }
    const witness =
      request.key.kind === 'p2wpkh'
        ? [new Uint8Array(ECDSA_BYTES), new Uint8Array(PUBLIC_KEY_BYTES)]
        : [new Uint8Array(SCHNORR_BYTES + (sighash === 0 ? 0 : 1))];
    const placeholder = state === 'sign' ? witness : [new Uint8Array(1)];
    transaction.updateInput(i, { finalScriptWitness: placeholder }, true);
  }
  return { vsize: transaction.vsize, complete };
}

/** Satoshis per 1,000 virtual bytes below which nodes count an output as dust. */
const DUST_RATE = 3n;
const WITNESS_SPEND = 67;
const OTHER_SPEND = 148;

/**
 * The smallest amount that nodes pass on for a script, in satoshis: 294 for P2WPKH, 330 for P2TR.
 *
 * @see Bitcoin Core, `GetDustThreshold` at the default `-dustrelayfee`
 */
export function dustLimit(script: Uint8Array): bigint {
  if (script[0] === OP_RETURN) return 0n;
  const spend = isWitnessProgram(script) ? WITNESS_SPEND : OTHER_SPEND;
  return DUST_RATE * BigInt(8 + 1 + script.length + spend);
}

export const OP_RETURN = 0x6a;

/** A version and a push of 2 to 40 bytes. @see BIP-141 */
export function isWitnessProgram(script: Uint8Array): boolean {
  const [version = 0xff, length] = script;
  return (
    (version === 0 || (version >= 0x51 && version <= 0x60)) &&
    script.length >= 4 &&
    script.length <= 42 &&
    length === script.length - 2
  );
}
