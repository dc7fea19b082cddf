/** What a PSBT says about our key on one input or output (BIP-174 derivations, BIP-371 for Taproot). */
import type { TransactionInput, TransactionOutput } from '@scure/btc-signer/psbt.js';
import { equalBytes } from '../../codec.ts';
import { HARDENED, type AccountKind, type ChildKey, paymentOf } from './account.ts';
import type { Marker } from './marker.ts';
import type { KeyClaim } from './request.ts';

type Map = TransactionInput | TransactionOutput;

/** Claims for the key with this fingerprint, of both kinds of account. */
export function claimsOf(map: Map, { kind, fingerprint }: Omit<Marker, 'network'>): KeyClaim[] {
  if (kind === 'p2wpkh') {
    return (map.bip32Derivation ?? [])
      .filter(([, der]) => der.fingerprint === fingerprint)
      .map(([publicKey, { path }]) => ({ path, publicKey }));
  }
  return (map.tapBip32Derivation ?? [])
    .filter(([, { der }]) => der.fingerprint === fingerprint)
    .map(([publicKey, { der }]) => ({ path: der.path as readonly number[], publicKey }));
}

/**
 * The same map with this claim in place of every other of the key.
 *
 * @param claim with all 33 bytes of the public key, for Taproot too
 */
export function withClaim<T extends Map>(
  map: T,
  key: Omit<Marker, 'network'>,
  { path, publicKey }: KeyClaim,
): T {
  const { kind, fingerprint } = key;
  const der = { fingerprint, path: [...path] };
  if (kind === 'p2wpkh') {
    const others = (map.bip32Derivation ?? []).filter(
      ([other, { fingerprint: theirs }]) => theirs !== fingerprint && !equalBytes(other, publicKey),
    );
    return { ...map, bip32Derivation: [...others, [publicKey, der]] };
  }
  const internalKey = publicKey.slice(1);
  const others = (map.tapBip32Derivation ?? []).filter(
    ([other, { der: theirs }]) =>
      theirs.fingerprint !== fingerprint && !equalBytes(other, internalKey),
  );
  return {
    ...map,
    tapInternalKey: internalKey,
    tapBip32Derivation: [...others, [internalKey, { hashes: [], der }]],
  };
}

/** Whether the script is the one that a claim's key would have, as one of our addresses. */
export function fitsScript(
  claim: KeyClaim,
  script: Uint8Array,
  { kind, network }: Pick<Marker, 'kind' | 'network'>,
): boolean {
  const key = kind === 'p2wpkh' ? claim.publicKey : withPrefix(claim.publicKey);
  return key.length === 33 && equalBytes(paymentOf(kind, key, network).script, script);
}

/** Only x of an internal key counts (BIP-341). */
function withPrefix(xOnly: Uint8Array): Uint8Array {
  const key = new Uint8Array(xOnly.length + 1);
  key[0] = 2;
  key.set(xOnly, 1);
  return key;
}

/** Whether a claim's key is what the vault's key gives on its path. */
export function isProven(
  claim: KeyClaim,
  kind: AccountKind,
  derive: (path: readonly number[]) => ChildKey,
): boolean {
  if (!isSoft(claim.path)) return false;
  const { publicKey } = derive(claim.path);
  return equalBytes(kind === 'p2wpkh' ? publicKey : publicKey.subarray(1), claim.publicKey);
}

/** Whether a joint key can derive the path. */
export const isSoft = (path: readonly number[]): boolean =>
  path.length <= 255 && path.every((index) => index < HARDENED);
