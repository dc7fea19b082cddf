/**
 * Accounts of a vault's key, and their addresses. A joint key derives non-hardened children only, so the
 * BIP-84 and BIP-86 paths lose their hardening marks: `m/84/coin/account/change/index`. Why that is not
 * less safe here, see docs/bitcoin.md.
 */
import { p2tr, p2wpkh } from '@scure/btc-signer/payment.js';
import { HDKey } from '@scure/bip32';
import { NETWORKS, type BitcoinNetwork } from './network.ts';

/** Which scripts the account's addresses have. P2WPKH: ECDSA key; P2TR (key path): FROST key. */
export type AccountKind = 'p2wpkh' | 'p2tr';

/** A child of the vault's key for this kind of account. */
export interface ChildKey {
  /** 33 bytes, with the real parity. */
  readonly publicKey: Uint8Array;
  /** 32 bytes. */
  readonly chainCode: Uint8Array;
}

/** BIP-32 from the vault's key: pure, the same on every device. The empty path is the key itself. */
export type Derive = (path: readonly number[]) => ChildKey;

export interface BitcoinAccount {
  readonly network: BitcoinNetwork;
  readonly kind: AccountKind;
  /** 0 for the first. */
  readonly index: number;
  readonly derive: Derive;
}

/** Where an address stands in an account. */
export interface Place {
  /** 0: to receive. 1: change. */
  readonly change: 0 | 1;
  readonly index: number;
}

export interface OwnAddress extends Place {
  readonly address: string;
  readonly script: Uint8Array;
  /** From the vault's key. */
  readonly path: readonly number[];
  /** 33 bytes; for P2TR the internal key with its real parity. */
  readonly publicKey: Uint8Array;
}

/** The BIP whose path the kind follows. */
const PURPOSE = { p2wpkh: 84, p2tr: 86 } as const;

/** First hardened index (BIP-32). */
export const HARDENED = 0x8000_0000;

/** `m/84/coin/account` or `m/86/coin/account`, without hardening. @see BIP-84, BIP-86 */
export const accountPath = ({
  network,
  kind,
  index,
}: Omit<BitcoinAccount, 'derive'>): readonly number[] => [
  PURPOSE[kind],
  NETWORKS[network].coinType,
  checkIndex(index),
];

/**
 * One address with all that a spender needs.
 *
 * @throws RangeError for an index outside of 0 to 2^31 - 1
 */
export function addressAt(account: BitcoinAccount, { change, index }: Place): OwnAddress {
  const path = [...accountPath(account), change, checkIndex(index)];
  const { publicKey } = account.derive(path);
  const { address, script } = paymentOf(account.kind, publicKey, account.network);
  return { address, script, path, publicKey, change, index };
}

/**
 * Address and script of a child key. P2TR: the output key commits to no scripts (BIP-86).
 *
 * @param publicKey 33 bytes
 */
export function paymentOf(
  kind: AccountKind,
  publicKey: Uint8Array,
  network: BitcoinNetwork,
): { readonly address: string; readonly script: Uint8Array } {
  const { prefixes } = NETWORKS[network];
  const { address, script } =
    kind === 'p2wpkh'
      ? p2wpkh(publicKey, prefixes)
      : p2tr(publicKey.subarray(1), undefined, prefixes);
  return { address, script };
}

/** The first 4 bytes of HASH160 of the key, as a number: how PSBTs and descriptors name a key (BIP-32). */
export const fingerprintOf = (publicKey: Uint8Array): number =>
  new HDKey({ publicKey, chainCode: NO_CHAIN_CODE }).fingerprint;

/** A fingerprint does not depend on the chain code, but the library wants one. */
const NO_CHAIN_CODE = new Uint8Array(32);

/** `m/84/0/0/1/5`; hardened indices with an apostrophe. */
export const pathText = (path: readonly number[]): string =>
  [
    'm',
    ...path.map((index) => (index < HARDENED ? String(index) : `${String(index - HARDENED)}'`)),
  ].join('/');

/** The account and place of a path from the vault's key, if it is one of ours. */
export function placeOf(
  path: readonly number[],
  { network, kind }: Pick<BitcoinAccount, 'network' | 'kind'>,
): (Place & { readonly account: number }) | undefined {
  const [purpose, coin, account, change, index, ...rest] = path;
  if (purpose !== PURPOSE[kind] || coin !== NETWORKS[network].coinType || rest.length > 0) {
    return undefined;
  }
  if (account === undefined || index === undefined || (change !== 0 && change !== 1)) {
    return undefined;
  }
  return { account, change, index };
}

function checkIndex(index: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= HARDENED) {
    throw new RangeError('an index of a joint key is 0 to 2^31 - 1');
  }
  return index;
}
