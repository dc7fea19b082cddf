/** What is signed. Computed from the parsed bytes by `@scure/btc-signer`; never taken from outside. */
import { OutScript } from '@scure/btc-signer/payment.js';
import { Transaction } from '@scure/btc-signer/transaction.js';
import { hash160 } from '@scure/btc-signer/utils.js';
import { KEEP_ALL } from './codec.ts';
import { type BitcoinRequest, inputsToSign } from './request.ts';

/**
 * One digest of 32 bytes for each input to sign, in the order of the inputs: BIP-143 for P2WPKH, BIP-341
 * (key path) for P2TR.
 */
export function bitcoinDigests(request: BitcoinRequest): readonly Uint8Array[] {
  const transaction = Transaction.fromPSBT(request.bytes, KEEP_ALL);
  const scripts = request.inputs.map(({ script }) => script);
  const amounts = request.inputs.map(({ amount }) => amount);
  return inputsToSign(request).map((i) => {
    const { own, amount = 0n, sighash = 0 } = request.inputs[i] ?? {};
    if (request.key.kind === 'p2tr') {
      return transaction.preimageWitnessV1(i, scripts, sighash, amounts);
    }
    const hash = hash160(own?.publicKey ?? new Uint8Array());
    // BIP-143: the script code of P2WPKH is that of the P2PKH with the same hash.
    return transaction.preimageWitnessV0(
      i,
      OutScript.encode({ type: 'pkh', hash }),
      sighash,
      amount,
    );
  });
}
