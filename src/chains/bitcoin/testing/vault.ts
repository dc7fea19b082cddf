/** A key that is whole, in place of a joint one, and coins for it. */
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { hex } from '@scure/base';
import { HDKey } from '@scure/bip32';
import { Transaction, type TxOpts } from '@scure/btc-signer/transaction.js';
import { taprootTweakPrivKey } from '@scure/btc-signer/utils.js';
import {
  type AccountKind,
  addressAt,
  type BitcoinAccount,
  fingerprintOf,
  type Place,
} from '../account.ts';
import { bitcoinDigests } from '../digest.ts';
import type { BitcoinNetwork } from '../network.ts';
import { type BitcoinRequest, pathsOf } from '../request.ts';

export const ROOT = HDKey.fromMasterSeed(new Uint8Array(32).fill(7));

/** The private child key, as no device of a vault ever has it. */
export function childOf(path: readonly number[]): HDKey {
  const index = path.at(-1);
  if (index === undefined) return ROOT;
  const name = path.join('/');
  const known = CHILDREN.get(name);
  if (known !== undefined) return known;
  const child = childOf(path.slice(0, -1)).deriveChild(index);
  CHILDREN.set(name, child);
  return child;
}

const CHILDREN = new Map<string, HDKey>();

export const FINGERPRINT = fingerprintOf(ROOT.publicKey ?? new Uint8Array());

export function account(
  kind: AccountKind = 'p2wpkh',
  network: BitcoinNetwork = 'mainnet',
  index = 0,
): BitcoinAccount {
  return {
    network,
    kind,
    index,
    derive: (path) => {
      const { publicKey, chainCode } = childOf(path);
      if (publicKey === null || chainCode === null) throw new Error('no key');
      return { publicKey, chainCode };
    },
  };
}

/** Finds the first addresses of both branches. */
export function finder(of: BitcoinAccount, count = 5): (script: Uint8Array) => Place | undefined {
  const places = new Map<string, Place>();
  for (const change of [0, 1] as const) {
    for (let index = 0; index < count; index++) {
      places.set(hex.encode(addressAt(of, { change, index }).script), { change, index });
    }
  }
  return (script) => places.get(hex.encode(script));
}

/** Where money goes in these tests: keys of nobody here. */
export const OTHER = account('p2wpkh', 'mainnet', 77);
export const OTHER_TAPROOT = account('p2tr', 'mainnet', 77);

/** Nothing is checked: tests make what must be refused. */
export const LOOSE: TxOpts = {
  unknown: 'ignore',
  proprietary: 'ignore',
  allowUnknownInputs: true,
  allowUnknownOutputs: true,
  allowLegacyWitnessUtxo: true,
  disableScriptCheck: true,
};

/** A transaction that pays these outputs, and comes from nowhere. */
export function funding(
  outputs: readonly { readonly amount: bigint; readonly script: Uint8Array }[],
  salt = 1,
): Transaction {
  const transaction = new Transaction(LOOSE);
  transaction.addInput({ txid: new Uint8Array(32).fill(salt), index: 0 });
  for (const output of outputs) transaction.addOutput(output);
  return transaction;
}

export interface TestInput {
  readonly amount: bigint;
  readonly script: Uint8Array;
  /** Without it only the output that is spent comes along. */
  readonly previous?: boolean;
  readonly sequence?: number;
}

/** A transaction that spends coins, each from a funding transaction of its own. */
export function spending(
  inputs: readonly TestInput[],
  outputs: readonly { readonly amount: bigint; readonly script: Uint8Array }[],
  options: TxOpts = {},
): Transaction {
  const transaction = new Transaction({ ...LOOSE, ...options });
  for (const [i, { amount, script, previous = true, sequence = 0xfffffffd }] of inputs.entries()) {
    const from = funding([{ amount, script }], i + 1);
    transaction.addInput({
      txid: from.id,
      index: 0,
      sequence,
      witnessUtxo: { amount, script },
      ...(previous ? { nonWitnessUtxo: from.toBytes() } : {}),
    });
  }
  for (const output of outputs) transaction.addOutput(output);
  return transaction;
}

/** One coin of 100,000 satoshis, 60,000 to somebody, 39,000 back: a fee of 1,000. */
export function simple(of: BitcoinAccount = account()): Transaction {
  const coin = addressAt(of, { change: 0, index: 0 });
  const change = addressAt(of, { change: 1, index: 0 });
  return spending(
    [{ amount: 100_000n, script: coin.script }],
    [
      { amount: 60_000n, script: addressAt(OTHER, { change: 0, index: 0 }).script },
      { amount: 39_000n, script: change.script },
    ],
  );
}

/** Signatures over the digests of a request, by the whole key. */
export function sign(request: BitcoinRequest): Uint8Array[] {
  const digests = bitcoinDigests(request);
  return pathsOf(request).map((path, k) => {
    const { privateKey } = childOf(path);
    const digest = digests[k];
    if (privateKey === null || digest === undefined) throw new Error('no key');
    return request.key.kind === 'p2tr'
      ? schnorr.sign(digest, taprootTweakPrivKey(privateKey), new Uint8Array(32))
      : secp256k1.sign(digest, privateKey, { prehash: false, lowS: true });
  });
}
