/** Payments of our own: which coins are spent, what comes back. */
import { hex } from '@scure/base';
import { Transaction } from '@scure/btc-signer/transaction.js';
import { selectUTXO } from '@scure/btc-signer/utxo.js';
import { equalBytes } from '../../codec.ts';
import { addressAt, type BitcoinAccount, type OwnAddress, type Place } from './account.ts';
import { parseBitcoinAddress } from './address.ts';
import { formatBtc, MAX_MONEY } from './amount.ts';
import { FundsError } from './errors.ts';
import { NETWORKS } from './network.ts';
import { MAX_DIGESTS } from './parse.ts';
import { preparePsbt } from './prepare.ts';
import type { BitcoinRequest } from './request.ts';
import { dustLimit } from './size.ts';

/** An unspent output of the account. */
export interface Coin {
  /** 64 hexadecimal digits. */
  readonly txid: string;
  readonly vout: number;
  /** Satoshis. */
  readonly amount: bigint;
  readonly place: Place;
  /** The transaction that made it: proves the amount, and so the fee. P2WPKH wants it. */
  readonly previous?: Uint8Array | undefined;
}

export interface BitcoinPayment {
  readonly account: BitcoinAccount;
  /** What may be spent. The 128 most valuable are considered. */
  readonly coins: readonly Coin[];
  /** Satoshis; `all`: everything, less the fee, to the one address. */
  readonly pay:
    | readonly { readonly address: string; readonly amount: bigint }[]
    | {
        readonly all: string;
      };
  /** Satoshis per virtual byte, in steps of 0.001. */
  readonly feeRate: number;
  /** Index of the next change address. */
  readonly changeIndex: number;
  /** Block height or time before which it is not valid; 0 by default. */
  readonly lockTime?: number | undefined;
}

export interface BuiltPayment {
  readonly request: BitcoinRequest;
  /** Coins that were left out because one approval signs at most 128. */
  readonly leftOut: number;
}

/** Signals that it may be replaced (BIP-125), and lets the lock time count. */
const SEQUENCE = 0xfffffffd;
const MILLI = 1000n;
const MAX_FEE_RATE = 10_000;

/**
 * A payment with change to the next change address, inputs and outputs in the order of BIP-69.
 *
 * @throws FundsError when the coins do not suffice or an amount makes no sense; BitcoinAddressError
 */
export function buildBitcoinPayment(payment: BitcoinPayment): BuiltPayment {
  const { account, pay, coins } = payment;
  const { prefixes } = NETWORKS[account.network];
  const back = addressAt(account, { change: 1, index: payment.changeIndex });
  const all = 'all' in pay;
  const targets = all ? [] : pay.map((target) => outputOf(target, account));
  const rest = all ? parseBitcoinAddress(pay.all, account.network) : back;
  if (!all && targets.length === 0) {
    throw new FundsError('bitcoin/funds-nobody', 'Enter whom to pay.');
  }
  const usable = [...coins].sort((a, b) => compare(b.amount, a.amount)).slice(0, MAX_DIGESTS);
  const candidates = usable.map((coin) => ({ coin, own: addressAt(account, coin.place) }));

  // The library counts whole satoshis for a byte; in thousandths of them, fees can be finer.
  const selected = selectUTXO(
    candidates.map(({ coin, own }) =>
      inputOf({ ...coin, amount: coin.amount * MILLI }, own, account),
    ),
    targets.map(({ script, amount }) => ({ script, amount: amount * MILLI })),
    all ? 'all' : 'default',
    {
      feePerByte: milliRate(payment.feeRate),
      changeAddress: rest.address,
      alwaysChange: all,
      dust: dustLimit(rest.script),
      dustRelayFeeRate: MILLI,
      createTx: false,
      bip69: true,
      network: prefixes,
    },
  );
  if (selected === undefined) throw tooLittle(payment, targets);
  const inputs = selected.inputs.map(({ txid, index }) =>
    candidates.find(({ coin }) => hexOf(txid) === coin.txid && index === coin.vout),
  );
  const outputs = selected.outputs.map(({ amount, ...output }) => ({
    amount: amount / MILLI,
    script: 'script' in output ? output.script : rest.script,
  }));
  if (outputs.some(({ amount, script }) => amount < dustLimit(script)))
    throw tooLittle(payment, targets);

  const transaction = new Transaction({ lockTime: payment.lockTime ?? 0 });
  for (const found of inputs) {
    if (found === undefined) continue;
    const { coin, own } = found;
    transaction.addInput({ ...inputOf(coin, own, account), sequence: SEQUENCE });
  }
  for (const output of outputs) transaction.addOutput(output);
  const places = [...candidates.map(({ own }) => own), back];
  return {
    request: preparePsbt(transaction.toPSBT(), {
      account,
      find: (script) => places.find((own) => equalBytes(own.script, script)),
      previous: (txid) => usable.find((coin) => coin.txid === txid)?.previous,
    }),
    leftOut: coins.length - usable.length,
  };
}

const hexOf = (txid: Uint8Array | undefined): string => hex.encode(txid ?? new Uint8Array());

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

const inputOf = (
  { txid, vout, amount }: Coin,
  { script, publicKey }: OwnAddress,
  { kind }: BitcoinAccount,
): {
  readonly txid: string;
  readonly index: number;
  readonly witnessUtxo: { readonly amount: bigint; readonly script: Uint8Array };
  readonly tapInternalKey?: Uint8Array;
} => ({
  txid,
  index: vout,
  witnessUtxo: { amount, script },
  ...(kind === 'p2tr' ? { tapInternalKey: publicKey.slice(1) } : {}),
});

function outputOf(
  { address, amount }: { readonly address: string; readonly amount: bigint },
  { network }: BitcoinAccount,
): { readonly script: Uint8Array; readonly amount: bigint } {
  const { script } = parseBitcoinAddress(address, network);
  const least = dustLimit(script);
  if (amount < least || amount > MAX_MONEY) {
    throw new FundsError(
      'bitcoin/funds-dust',
      `To this address send at least ${formatBtc(least)} BTC: less costs more to spend than it is worth, and nodes do not pass it on.`,
    );
  }
  return { script, amount };
}

/** Thousandths of a satoshi for a virtual byte. */
function milliRate(feeRate: number): bigint {
  const milli = Math.round(feeRate * Number(MILLI));
  if (!(feeRate > 0 && feeRate <= MAX_FEE_RATE) || milli < 1) {
    throw new FundsError(
      'bitcoin/funds-fee-rate',
      `A fee rate is between 0.001 and ${String(MAX_FEE_RATE)} satoshis for a byte.`,
    );
  }
  return BigInt(milli);
}

function tooLittle(
  { coins }: BitcoinPayment,
  targets: readonly { readonly amount: bigint }[],
): FundsError {
  const total = (of: readonly { readonly amount: bigint }[]): bigint =>
    of.reduce((sum, { amount }) => sum + amount, 0n);
  if (coins.length > MAX_DIGESTS && total(coins) > total(targets)) {
    return new FundsError(
      'bitcoin/funds-many-coins',
      `This needs more than ${String(MAX_DIGESTS)} coins, and one approval signs at most so many. Send an amount to your own account first, which joins coins, or pay in parts.`,
    );
  }
  return new FundsError(
    'bitcoin/funds-too-little',
    `The coins of this account are worth ${formatBtc(total(coins))} BTC: too little for the amount and the fee.`,
  );
}
