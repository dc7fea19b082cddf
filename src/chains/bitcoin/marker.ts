/**
 * A PSBT names neither its network nor the key that is asked to sign. One proprietary global field says
 * both, so that every device reads the same from the bytes alone:
 *
 *     key   = FC || u8 11 || "countersign" || u8 0
 *     value = u8 1 || network (16) || u8 witness version (0: P2WPKH, 1: P2TR) || fingerprint (4)
 *
 * The network is the front of its genesis hash, as in CAIP-2.
 */
import { hex } from '@scure/base';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat, equalBytes, toHex, u32, u8 } from '../../codec.ts';
import type { AccountKind } from './account.ts';
import type { Fields } from './codec.ts';
import { PsbtError } from './errors.ts';
import { networkOfReference, referenceOf, type BitcoinNetwork } from './network.ts';

export interface Marker {
  readonly network: BitcoinNetwork;
  readonly kind: AccountKind;
  /** Of the vault's key (BIP-32). */
  readonly fingerprint: number;
}

const VERSION = 1;
const IDENTIFIER = utf8ToBytes('countersign');
const KEY = concat(u8(IDENTIFIER.length), IDENTIFIER, u8(0));
const KINDS = ['p2wpkh', 'p2tr'] as const;
const LENGTH = 22;

/** @returns `undefined` without a marker @throws PsbtError for one that this app does not know */
export function readMarker({ global }: Fields): Marker | undefined {
  const value = global.proprietary?.find(([key]) => equalBytes(key, KEY))?.[1];
  if (value === undefined) return undefined;
  const network = networkOfReference(toHex(value.subarray(1, 17)));
  const kind = KINDS[value[17] ?? KINDS.length];
  if (
    value.length !== LENGTH ||
    value[0] !== VERSION ||
    network === undefined ||
    kind === undefined
  ) {
    throw new PsbtError(
      'bitcoin/psbt-marker',
      'This PSBT was prepared by an app that this one does not understand. Update both.',
    );
  }
  return { network, kind, fingerprint: Number(`0x${toHex(value.subarray(18))}`) };
}

/** The fields with this marker in place of any other. */
export function withMarker(fields: Fields, { network, kind, fingerprint }: Marker): Fields {
  const value = concat(
    u8(VERSION),
    hex.decode(referenceOf(network)),
    u8(KINDS.indexOf(kind)),
    u32(fingerprint),
  );
  const others = (fields.global.proprietary ?? []).filter(([key]) => !equalBytes(key, KEY));
  return { ...fields, global: { ...fields.global, proprietary: [...others, [KEY, value]] } };
}
