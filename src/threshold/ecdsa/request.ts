/** What is to be signed, as every signer computes it by itself: keys, context, reports of pairs. */
import { concat, Reader, u32, u8 } from '../../codec.ts';
import { blaming, UsageError, type PartyIndex } from '../abort.ts';
import { derive, type DerivationPath } from '../derive.ts';
import { publicKeyOf, type EcdsaSuite, type KeyShare } from '../keys.ts';
import type { Point } from '../points.ts';
import { checkRequest, encodePurpose, encodeRequest, type AnyPurpose } from '../request.ts';
import { readPairReport, type PairReport } from './pairs.ts';

/** What an ECDSA key signs. */
export type Purpose = Extract<
  AnyPurpose,
  'evm-transaction' | 'evm-typed-data' | 'evm-message' | 'bitcoin-input'
>;

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

/** Derives every item's key and checks the request. @throws UsageError for one that this key cannot serve */
export function prepareItems(request: SignRequest, share: KeyShare<EcdsaSuite>): PreparedItem[] {
  const { info } = share;
  checkRequest(request, info, share.index);
  const prepared = request.items.map((item) => {
    if (item.digest.length !== 32) throw new UsageError('a digest has 32 bytes');
    return { ...item, ...derive(publicKeyOf(info), info.chainCode, item.path) };
  });
  const distinct = new Set(
    prepared.map(({ publicKey, digest }) => concat(publicKey, digest).join()),
  );
  if (distinct.size !== prepared.length) throw new UsageError('the same digest appears twice');
  return prepared;
}

/** enc(ctx), with per item: u8 purpose, path, PK_k, digest_k. */
export const encodeSignContext = (
  request: SignRequest,
  { info }: KeyShare<EcdsaSuite>,
  items: readonly PreparedItem[],
): Uint8Array =>
  encodeRequest(
    request,
    info,
    items.map(({ purpose, path, publicKey, digest }) =>
      concat(encodePurpose(purpose), u8(path.length), ...path.map(u32), publicKey, digest),
    ),
  );

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
