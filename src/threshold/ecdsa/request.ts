/** What is to be signed, as every signer computes it by itself: keys, context, reports of pairs. */
import { concat, Reader, u16, u32, u8 } from '../../codec.ts';
import { blaming, UsageError, type PartyIndex } from '../abort.ts';
import { derive, type DerivationPath } from '../derive.ts';
import { publicKeyOf, type EcdsaSuite, type KeyShare } from '../keys.ts';
import { MAX_ITEMS } from '../parameters.ts';
import type { Point } from '../points.ts';
import { contextHead, encodeSet } from '../session/context.ts';
import { readPairReport, type PairReport } from './pairs.ts';

/** What a digest is for. Bound into the session, so that a signature for one purpose never serves another. */
export type Purpose = 'evm-transaction' | 'evm-typed-data' | 'evm-message' | 'bitcoin-input';

const PURPOSE_CODES: Readonly<Record<Purpose, number>> = {
  'evm-transaction': 1,
  'evm-typed-data': 2,
  'evm-message': 3,
  'bitcoin-input': 4,
};

/** One digest of a ceremony. */
export interface SignItem {
  readonly purpose: Purpose;
  readonly path: DerivationPath;
  /** 32 bytes, computed on this device from what its user approved. */
  readonly digest: Uint8Array;
}

/** What the signers approved. */
export interface SignRequest {
  /** 16 random bytes. */
  readonly requestId: Uint8Array;
  /** Ascending; at least the threshold. */
  readonly signers: readonly PartyIndex[];
  /** 1 to 16, in an order that is fixed for all. */
  readonly items: readonly SignItem[];
}

/** An item with what every signer computes about it. */
export interface PreparedItem extends SignItem {
  readonly tweak: bigint;
  readonly point: Point;
  readonly publicKey: Uint8Array;
}

/** Derives every item's key and checks the request. */
export function prepareItems(request: SignRequest, share: KeyShare<EcdsaSuite>): PreparedItem[] {
  const { info, index: self } = share;
  const { signers, items } = request;
  if (items.length < 1 || items.length > MAX_ITEMS) throw new UsageError('1 to 16 items');
  encodeSet(signers);
  const members = new Set(info.members.map(({ index }) => index));
  if (signers.length < info.threshold || !signers.every((signer) => members.has(signer))) {
    throw new UsageError('the signers are no quorum of this key');
  }
  if (!signers.includes(self)) throw new UsageError('this device is not among the signers');
  const prepared = items.map((item) => {
    if (item.digest.length !== 32) throw new UsageError('a digest has 32 bytes');
    return { ...item, ...derive(publicKeyOf(info), info.chainCode, item.path) };
  });
  const distinct = new Set(
    prepared.map(({ publicKey, digest }) => concat(publicKey, digest).join()),
  );
  if (distinct.size !== prepared.length) throw new UsageError('the same digest appears twice');
  return prepared;
}

/** enc(ctx): head, kid, u32 epoch, S, u16 B, then u16 k, u8 purpose, path, PK_k, digest_k. */
export function encodeSignContext(
  request: SignRequest,
  share: KeyShare<EcdsaSuite>,
  items: readonly PreparedItem[],
): Uint8Array {
  const { info } = share;
  return concat(
    contextHead(info.suite, 'sign', request.requestId),
    info.kid,
    u32(info.epoch),
    encodeSet(request.signers),
    u16(items.length),
    ...items.flatMap((item, k) => [
      u16(k),
      u8(PURPOSE_CODES[item.purpose]),
      u8(item.path.length),
      ...item.path.map(u32),
      item.publicKey,
      item.digest,
    ]),
  );
}

/** The reports of `party` about each of its peers, ascending. */
export function readReports(
  signers: readonly PartyIndex[],
  party: PartyIndex,
  extra: Uint8Array,
): ReadonlyMap<PartyIndex, PairReport> {
  return blaming(party, 'pair report', () => {
    const reader = new Reader(extra, 'pair report');
    const about = signers.filter((signer) => signer !== party);
    const reports = new Map(about.map((peer) => [peer, readPairReport(reader)]));
    reader.end();
    return reports;
  });
}
