/** From the fields of a PSBT to a transaction whose numbers make sense, or the reason why they do not. */
import type { TransactionInput } from '@scure/btc-signer/psbt.js';
import { hex } from '@scure/base';
import { equalBytes } from '../../codec.ts';
import { MAX_MONEY } from './amount.ts';
import { claimedOutput, type Fields, previousOf, txidOf, unsignedOf } from './codec.ts';
import { PsbtError } from './errors.ts';

/** An input with the output that it spends. */
export interface ReadInput {
  readonly txid: string;
  readonly vout: number;
  readonly sequence: number;
  readonly amount: bigint;
  readonly script: Uint8Array;
  readonly previousKnown: boolean;
}

export interface ReadTransaction {
  readonly version: number;
  readonly lockTime: number;
  readonly inputs: readonly ReadInput[];
  readonly outputs: readonly { readonly amount: bigint; readonly script: Uint8Array }[];
  readonly fee: bigint;
}

/** Versions that nodes pass on (3: BIP-431). */
const VERSIONS = [1, 2, 3];

/**
 * Reads the transaction and the outputs that it spends.
 *
 * @throws PsbtError that says what is missing or wrong, and in which input or output
 */
export function readTransaction(fields: Fields): ReadTransaction {
  const unsigned = unsignedOf(fields);
  const { version, lockTime } = unsigned;
  if (!VERSIONS.includes(version)) {
    throw new PsbtError(
      'bitcoin/tx-version',
      `This wallet does not know transactions of version ${String(version)}.`,
    );
  }
  if (unsigned.inputs.length === 0) {
    throw new PsbtError('bitcoin/no-inputs', 'This transaction spends nothing.');
  }
  if (unsigned.outputs.length === 0) {
    throw new PsbtError('bitcoin/no-outputs', 'This transaction pays nobody.');
  }
  const inputs = unsigned.inputs.map(({ txid, index, sequence }, i) =>
    readInput({ txid: hex.encode(txid), vout: index, sequence }, fields.inputs[i] ?? {}, i),
  );
  const outpoints = inputs.map(({ txid, vout }) => `${txid}:${String(vout)}`);
  if (new Set(outpoints).size < outpoints.length) {
    throw new PsbtError('bitcoin/duplicate-input', 'This transaction spends the same coin twice.');
  }
  const outputs = unsigned.outputs.map(({ amount, script }) => ({ amount, script }));
  const fee = sum(inputs) - sum(outputs);
  if (fee < 0n) {
    throw new PsbtError(
      'bitcoin/spends-more',
      'The outputs are worth more than the inputs: no network takes such a transaction.',
    );
  }
  return { version, lockTime, inputs, outputs, fee };
}

/** @throws PsbtError for more than can exist */
function sum(parts: readonly { readonly amount: bigint }[]): bigint {
  const total = parts.reduce((before, { amount }) => before + amount, 0n);
  if (total > MAX_MONEY || parts.some(({ amount }) => amount < 0n)) {
    throw new PsbtError('bitcoin/amount-impossible', 'An amount is more than can exist.');
  }
  return total;
}

const COINBASE = '0'.repeat(64);

function readInput(
  outpoint: Pick<ReadInput, 'txid' | 'vout' | 'sequence'>,
  map: TransactionInput,
  i: number,
): ReadInput {
  const { txid, vout } = outpoint;
  const name = `Input ${String(i + 1)}`;
  if (txid === COINBASE) {
    throw new PsbtError('bitcoin/coinbase', `${name} spends no coin: only a miner can do that.`);
  }
  const previous = previousOf(map);
  const claimed = claimedOutput(map);
  if (previous === undefined) {
    if (claimed === undefined) {
      throw new PsbtError(
        'bitcoin/utxo-missing',
        `${name} does not say which amount it spends. Ask for a PSBT with all input data.`,
      );
    }
    return { ...outpoint, ...claimed, previousKnown: false };
  }
  if (txidOf(previous) !== txid) {
    throw new PsbtError(
      'bitcoin/previous-other',
      `${name} comes with another transaction than the one that it spends.`,
    );
  }
  const spent = previous.outputs[vout];
  if (spent === undefined) {
    throw new PsbtError(
      'bitcoin/previous-no-output',
      `${name} spends an output that is not there.`,
    );
  }
  if (
    claimed !== undefined &&
    (claimed.amount !== spent.amount || !equalBytes(claimed.script, spent.script))
  ) {
    throw new PsbtError(
      'bitcoin/utxo-lie',
      `${name} claims another amount or owner than the transaction that it spends. Somebody may want to hide the fee: do not sign it.`,
    );
  }
  return { ...outpoint, amount: spent.amount, script: spent.script, previousKnown: true };
}
