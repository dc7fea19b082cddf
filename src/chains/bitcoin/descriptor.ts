/** What a watch-only wallet needs: the account's extended public key and its output descriptors. */
import { HDKey } from '@scure/bip32';
import {
  type AccountKind,
  accountPath,
  type BitcoinAccount,
  fingerprintOf,
  type Place,
} from './account.ts';
import { NETWORKS } from './network.ts';

/**
 * The account's extended public key (BIP-32), with the version bytes of xpub or tpub for every kind of
 * account (no SLIP-132). Depth 3, the real fingerprint of the parent, and the account's number as child
 * number, not hardened: all of it is what the derivation from the vault's key gives.
 */
export function extendedKeyOf(account: BitcoinAccount): string {
  const path = accountPath(account);
  const { publicKey, chainCode } = account.derive(path);
  const parent = account.derive(path.slice(0, -1));
  return new HDKey({
    versions: NETWORKS[account.network].extended,
    depth: path.length,
    index: account.index,
    parentFingerprint: fingerprintOf(parent.publicKey),
    chainCode,
    publicKey,
  }).publicExtendedKey;
}

const FUNCTION: Readonly<Record<AccountKind, string>> = { p2wpkh: 'wpkh', p2tr: 'tr' };

/**
 * The output descriptor of all addresses to receive (`change` 0) or of all change (1), with its checksum:
 * `wpkh([fingerprint/84/0/0]xpub…/0/*)#…`. The origin names the vault's key and the path below it, so that
 * PSBTs made from it name our inputs as this wallet does.
 *
 * @see BIP-380, BIP-382, BIP-386
 */
export function descriptorOf(account: BitcoinAccount, change: Place['change']): string {
  const fingerprint = fingerprintOf(account.derive([]).publicKey).toString(16).padStart(8, '0');
  const origin = [fingerprint, ...accountPath(account)].join('/');
  return withChecksum(
    `${FUNCTION[account.kind]}([${origin}]${extendedKeyOf(account)}/${String(change)}/*)`,
  );
}

/** Characters of descriptors in groups of 32: the more common ones are in the first. @see BIP-380 */
const INPUT =
  '0123456789()[],\'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#"\\ ';
const OUTPUT = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0xf5dee51989n, 0xa9fdca3312n, 0x1bab10e32dn, 0x3706b1677an, 0x644d626ffdn];
const CHECKSUM_CHARACTERS = 8;

/**
 * A descriptor with `#` and its checksum of 8 characters behind it.
 *
 * @throws RangeError for a character that no descriptor has
 * @see BIP-380
 */
export function withChecksum(descriptor: string): string {
  let state = 1n;
  const feed = (value: number): void => {
    const top = state >> 35n;
    state = ((state & 0x7ffffffffn) << 5n) ^ BigInt(value);
    for (const [bit, generator] of GENERATOR.entries()) {
      if (((top >> BigInt(bit)) & 1n) === 1n) state ^= generator;
    }
  };
  let group = 0;
  let count = 0;
  for (const character of descriptor) {
    const position = INPUT.indexOf(character);
    if (position < 0) throw new RangeError('a character that no descriptor has');
    feed(position & 31);
    group = group * 3 + (position >> 5);
    if (++count === 3) {
      feed(group);
      group = count = 0;
    }
  }
  if (count > 0) feed(group);
  for (let i = 0; i < CHECKSUM_CHARACTERS; i++) feed(0);
  state ^= 1n;
  const checksum = Array.from({ length: CHECKSUM_CHARACTERS }, (_, i) =>
    OUTPUT.charAt(Number((state >> BigInt(5 * (CHECKSUM_CHARACTERS - 1 - i))) & 31n)),
  );
  return `${descriptor}#${checksum.join('')}`;
}
