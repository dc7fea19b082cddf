/**
 * The gates of signing (specification section 9, addendum H6): what must hold for every peer and item
 * before anything that depends on it is sent.
 *
 *     gate 1   the OT extension of every peer and item: one verdict per peer, class B
 *     gate 2   (2) the echo of round 1            (3) the nonce commitments open
 *              (4) the multiplication check       (5) chi R_i  = GammaU + du G
 *              (6) chi pk_i = GammaV + dv G       (7) sum R_i is usable
 *              (8) sum pk_i = PK                  (1) is the decoding of the messages
 */
import { equalBytes, u16 } from '../../codec.ts';
import { ProtocolError, UsageError, type PartyIndex } from '../abort.ts';
import { multiplyBase, multiplyEach } from '../curve/lanes.ts';
import { hash } from '../hash.ts';
import { finishReceiver, type Pair } from '../multiply.ts';
import { decodeExtension, extendAsSender } from '../ot/extension.ts';
import { Point, type Point as PointType } from '../points.ts';
import { RecordedAbort, type DurableRecord } from '../records.ts';
import { ORDER } from '../scalars.ts';
import { of, requireEcho } from '../session/round.ts';
import { TAGS } from '../tags.ts';
import {
  multiplicationOf,
  one,
  two,
  type ItemSecrets,
  type OwnItem,
  type SignView,
} from './items.ts';
import type { ExtendMessage, MultiplyMessage } from './rounds.ts';

/** Class C: the peer is refused until a person decides. */
const cheated = ({ book }: SignView, peer: PartyIndex, reason: string): RecordedAbort =>
  new RecordedAbort('C', reason, peer, [book.refuse(peer)]);

/** Class D: nobody can be named; counted against all. */
const failed = ({ book, session }: SignView, reason: string): RecordedAbort =>
  new RecordedAbort('D', reason, undefined, book.countFailure(session.peers));

/** com_i = H("sign/commit"; sid, u16 i, u16 B, R_{i,0}..R_{i,B-1}, salt_i). */
export const commitmentTo = (
  { session }: SignView,
  party: PartyIndex,
  nonces: readonly Uint8Array[],
  salt: Uint8Array,
): Uint8Array =>
  hash(TAGS.signCommit, session.sid, u16(party), u16(nonces.length), ...nonces, salt);

/** Gate 1: all checks of all peers and items before anything else; one verdict per peer (H6). */
export function checkExtensions(
  view: SignView,
  drawn: readonly ItemSecrets[],
  told: ReadonlyMap<PartyIndex, ExtendMessage>,
): void {
  const { session, pairs, book } = view;
  const cheats = new Set<PartyIndex>();
  for (const peer of session.peers) {
    const { extensions } = of(told, peer);
    for (const [k, { isid, senders }] of drawn.entries()) {
      const message = decodeExtension(extensions[k] ?? new Uint8Array());
      const msid = multiplicationOf(view, isid, session.self, peer);
      const extension = extendAsSender(msid, of(pairs, peer).send, message);
      if (!extension.consistent) cheats.add(peer);
      senders.set(peer, extension);
    }
  }
  const [culprit] = cheats;
  if (culprit === undefined) return;
  const bans: DurableRecord[] = [...cheats].map((peer) => book.ban(peer));
  throw new RecordedAbort('B', 'the OT extension check failed', culprit, bans);
}

/** Checks 2 and 3: everyone saw the same commitments, which open. */
export function checkOpenings(
  view: SignView,
  echo1: Uint8Array,
  commitments: ReadonlyMap<PartyIndex, { readonly commitment: Uint8Array }>,
  told: ReadonlyMap<PartyIndex, MultiplyMessage>,
): void {
  for (const message of told.values()) requireEcho(equalBytes(message.echo1, echo1), 1);
  for (const [peer, message] of told) {
    const nonces = message.items.map(({ nonce }) => nonce.toBytes());
    const expected = commitmentTo(view, peer, nonces, message.salt);
    if (!equalBytes(of(commitments, peer).commitment, expected)) {
      throw new ProtocolError("A'", 'nonce commitment does not open', peer);
    }
  }
}

/** Checks 4 to 6: the multiplication, and that its inputs were R_i and pk_i. Gives (du, dv). */
export function checkProducts(
  view: SignView,
  item: OwnItem,
  k: number,
  peer: PartyIndex,
  message: MultiplyMessage,
): Pair {
  const claim = message.items[k];
  const state = of(item.receivers, peer);
  if (claim === undefined) throw new UsageError('item missing');
  const shares = finishReceiver(state, claim);
  if (shares === 'not-canonical') {
    throw new ProtocolError("A'", 'a scalar is not below the group order', peer);
  }
  if (shares === 'inconsistent') throw cheated(view, peer, 'the multiplication check failed');
  const [nonceSide, keySide] = two(
    multiplyEach([claim.nonce as PointType, claim.key as PointType], [state.b, state.b]),
  );
  const [du, dv] = two(baseTimesEach(shares));
  // (5) chi R_i = GammaU + du G
  if (!nonceSide.equals((claim.gammaU as PointType).add(du))) {
    throw cheated(view, peer, 'the nonce share was not the committed one');
  }
  // (6) chi pk_i = GammaV + dv G
  if (!keySide.equals((claim.gammaV as PointType).add(dv))) {
    throw cheated(view, peer, 'the key share was not the announced one');
  }
  return shares;
}

/** The joint nonce of one item. */
export interface Sums {
  /** R = sum R_i, and its x-coordinate below the group order. */
  readonly point: PointType;
  readonly rx: bigint;
  /** pk_i of every signer, ascending. */
  readonly keys: readonly Uint8Array[];
}

/** Checks 7 and 8: the sum of nonces is usable, and the sum of key shares is the item's key. */
export function checkSums(
  view: SignView,
  item: OwnItem,
  k: number,
  told: ReadonlyMap<PartyIndex, MultiplyMessage>,
): Sums {
  let sum = Point.ZERO;
  let keySum = Point.ZERO;
  const keys: Uint8Array[] = [];
  for (const signer of view.signers) {
    const claim = signer === view.session.self ? item : of(told, signer).items[k];
    if (claim === undefined) throw new UsageError('item missing');
    sum = sum.add(claim.nonce as PointType);
    keySum = keySum.add(claim.key as PointType);
    keys.push(claim.key.toBytes());
  }
  const rx = sum.is0() ? 0n : sum.toAffine().x % ORDER;
  if (rx === 0n) throw failed(view, 'the joint nonce is degenerate');
  if (!keySum.equals(item.item.point))
    throw failed(view, 'the key shares do not add up to the key');
  return { point: sum, rx, keys };
}

/** k G for each, the identity for 0. */
const baseTimesEach = (scalars: Pair): PointType[] =>
  scalars.some((k) => k === 0n)
    ? scalars.map((k) => (k === 0n ? Point.ZERO : one(multiplyBase([k]))))
    : multiplyBase(scalars);
