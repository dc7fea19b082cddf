/** What every request to sign has in common, in all suites: purposes, quorum, and the head of its context. */
import { concat, u16, u32, u8 } from '../codec.ts';
import { UsageError, type PartyIndex } from './abort.ts';
import type { KeyInfo } from './keys.ts';
import { MAX_ITEMS } from './parameters.ts';
import { contextHead, encodeSet } from './session/context.ts';

/**
 * What a digest or message is for, with its code. Bound into the session, so that a signature for one
 * purpose never serves another; a code means the same in every suite and is never given anew.
 */
const PURPOSE_CODES = {
  'evm-transaction': 1,
  'evm-typed-data': 2,
  'evm-message': 3,
  'bitcoin-input': 4,
  'solana-transaction': 5,
  'solana-message': 6,
} as const;

/** A purpose of any suite. */
export type AnyPurpose = keyof typeof PURPOSE_CODES;

/** u8. @throws UsageError for a purpose that is not registered */
export function encodePurpose(purpose: AnyPurpose): Uint8Array {
  if (!Object.hasOwn(PURPOSE_CODES, purpose)) throw new UsageError('unknown purpose');
  return u8(PURPOSE_CODES[purpose]);
}

/** The part of a request that does not depend on the suite. */
export interface AnyRequest {
  /** 16 random bytes. */
  readonly requestId: Uint8Array;
  /** Ascending; at least the threshold. */
  readonly signers: readonly PartyIndex[];
  /** 1 to 16, in an order that is fixed for all. */
  readonly items: readonly unknown[];
}

/**
 * The signers are distinct members of the key, this device among them, and as many as the threshold; and
 * there are 1 to 16 items.
 *
 * @throws UsageError otherwise
 */
export function checkRequest(request: AnyRequest, info: KeyInfo, self: PartyIndex): void {
  const { signers, items } = request;
  if (items.length < 1 || items.length > MAX_ITEMS) throw new UsageError('1 to 16 items');
  encodeSet(signers);
  const members = new Set(info.members.map(({ index }) => index));
  if (signers.length < info.threshold || !signers.every((signer) => members.has(signer))) {
    throw new UsageError('the signers are no quorum of this key');
  }
  if (!signers.includes(self)) throw new UsageError('this device is not among the signers');
}

/** enc(ctx): head, kid, u32 epoch, S, u16 B, then u16 k and each item. @param encoded of each item */
export const encodeRequest = (
  request: AnyRequest,
  info: KeyInfo,
  encoded: readonly Uint8Array[],
): Uint8Array =>
  concat(
    contextHead(info.suite, 'sign', request.requestId),
    info.kid,
    u32(info.epoch),
    encodeSet(request.signers),
    u16(encoded.length),
    ...encoded.flatMap((item, k) => [u16(k), item]),
  );
