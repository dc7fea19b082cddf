/**
 * Threshold ECDSA signing in three rounds (specification section 9, addendum A1, A2, H2, H3, H6), for one
 * or up to 16 digests under one signer set. B items share the rounds; no mask is shared between items.
 */
import { concat, equalBytes, u16 } from '../../codec.ts';
import { ProtocolError, UsageError, type PartyIndex } from '../abort.ts';
import { multiplyBase, multiplyEach } from '../curve/lanes.ts';
import { SECP256K1 } from '../group.ts';
import { hash, toInteger } from '../hash.ts';
import { rosterOf, type EcdsaSuite, type KeyShare } from '../keys.ts';
import {
  finishReceiver,
  multiplyAsSender,
  startReceiver,
  type MultiplyReceiver,
  type Pair,
} from '../multiply.ts';
import {
  decodeExtension,
  encodeExtension,
  extendAsSender,
  multiplicationId,
  type SenderExtension,
} from '../ot/extension.ts';
import type { PairGeneration } from '../ot/pair.ts';
import { ROW_BYTES } from '../parameters.ts';
import { encodePoint, Point, type Point as PointType } from '../points.ts';
import { lagrange } from '../polynomial.ts';
import { HedgedRandom } from '../random.ts';
import { RecordedAbort, type DurableRecord } from '../records.ts';
import { ORDER, reduce } from '../scalars.ts';
import type { Ceremony, Protocol } from '../session/ceremony.ts';
import { awaitRound, of, requireEcho, type Outgoing, type Transition } from '../session/round.ts';
import type { Session } from '../session/session.ts';
import { TAGS } from '../tags.ts';
import { zeroSeed, zeroShare } from '../zero.ts';
import { encodePairReport, type PairBook, type PairLease } from './pairs.ts';
import {
  encodeSignContext,
  prepareItems,
  readReports,
  type PreparedItem,
  type SignRequest,
} from './request.ts';
import {
  signRounds,
  type CombineMessage,
  type ExtendMessage,
  type MultiplyMessage,
} from './rounds.ts';
import { assemble, IncompleteBatch, type EcdsaSignature } from './signature.ts';

/**
 * One party's part in signing.
 *
 * @param share this device's share; its pairs are in `book`
 * @throws UsageError for a request that this key cannot serve
 * @throws ProtocolError class A "busy" when a pair is in use by another session
 */
export function signCeremony(
  request: SignRequest,
  share: KeyShare<EcdsaSuite>,
  book: PairBook,
): Ceremony<readonly EcdsaSignature[]> {
  const { info, index: self } = share;
  const { signers } = request;
  if (!book.belongsTo(share))
    throw new UsageError('the pair state belongs to another key or epoch');
  const items = prepareItems(request, share);
  const context = encodeSignContext(request, share, items);
  const roster = rosterOf(info.members.filter(({ index }) => signers.includes(index)));
  const peers = signers.filter((party) => party !== self);
  const lease = book.lock(peers);
  const chosen = new Map<PartyIndex, PairGeneration>();
  return {
    handshake: {
      suite: info.suite,
      protocol: 'sign',
      context,
      self,
      roster,
      extra: concat(...peers.map((peer) => encodePairReport(book.report(peer)))),
      complete(extras) {
        for (const peer of peers) {
          const theirs = readReports(signers, peer, of(extras, peer)).get(self);
          const common = theirs === undefined ? undefined : book.common(peer, theirs);
          if (common === undefined) {
            throw new ProtocolError('A', `pair set-up with party ${String(peer)} needed`);
          }
          chosen.set(peer, common);
        }
        return context;
      },
    },
    begin: (session, secrets) =>
      share.withSecret((scalarValue, secretBytes) =>
        sign({
          session,
          items,
          info: { share: scalarValue, signers, kid: info.kid },
          random: new HedgedRandom(secrets.random, secretBytes, session.sid),
          pairs: chosen,
          book,
          lease,
        }),
      ),
    release() {
      book.unlock(lease);
    },
  };
}

interface SignInputs {
  readonly session: Session;
  readonly items: readonly PreparedItem[];
  readonly info: {
    readonly share: bigint;
    readonly signers: readonly PartyIndex[];
    readonly kid: Uint8Array;
  };
  readonly random: HedgedRandom;
  readonly pairs: ReadonlyMap<PartyIndex, PairGeneration>;
  readonly book: PairBook;
  readonly lease: PairLease;
}

/** The secrets of one item, drawn for this session alone. */
interface ItemSecrets {
  readonly item: PreparedItem;
  readonly isid: Uint8Array;
  /** r_{i,k} and phi_{i,k}. */
  readonly r: bigint;
  readonly phi: bigint;
  /** R_{i,k}. */
  readonly nonce: PointType;
  /** The multiplications in which this party is the receiver, with chi_{i,j,k} as their b. */
  readonly receivers: Map<PartyIndex, MultiplyReceiver>;
  /** The multiplications in which this party is the sender, after the check. */
  readonly senders: Map<PartyIndex, SenderExtension>;
}

type Signing = Transition<readonly EcdsaSignature[]>;

function sign(inputs: SignInputs): Protocol<readonly EcdsaSignature[]> {
  const { session, items, random, pairs, book, lease } = inputs;
  const { share, signers, kid } = inputs.info;
  const { sid, self, peers } = session;
  const rounds = signRounds(signers, self, items.length);
  const multiplication = (isid: Uint8Array, sender: PartyIndex, receiver: PartyIndex): Uint8Array =>
    multiplicationId(isid, sender, receiver, of(pairs, sender === self ? receiver : sender).pid);
  const commitmentTo = (party: PartyIndex, nonces: readonly Uint8Array[], salt: Uint8Array) =>
    hash(TAGS.signCommit, sid, u16(party), u16(items.length), ...nonces, salt);

  /** Class C: the peer is refused until a person decides. */
  const cheated = (peer: PartyIndex, reason: string): RecordedAbort =>
    new RecordedAbort('C', reason, peer, [book.refuse(peer)]);
  /** Class D: nobody can be named; counted against all. */
  const failed = (reason: string): RecordedAbort =>
    new RecordedAbort('D', reason, undefined, book.countFailure(peers));

  // Round 1: commit to every R_{i,k}; extend the OTs of every pair and item, with fresh choices.
  function start(): Signing {
    lease.check();
    const salt = random.bytes('salt', 32);
    const drawn = items.map((item, k): ItemSecrets => {
      const [r = 0n, phi = 0n] = random.scalars(`nonce/${String(k)}`, ORDER, 2);
      const isid = hash(TAGS.signItem, sid, u16(items.length), u16(k), item.publicKey, item.digest);
      const nonce = one(multiplyBase([r]));
      return { item, isid, r, phi, nonce, receivers: new Map(), senders: new Map() };
    });
    const halves = new Map(peers.map((peer) => [peer, random.bytes('zero', 32)]));
    const direct = peers.map((peer): Outgoing => {
      const extensions = drawn.map(({ isid, receivers }) => {
        const x = random.bytes('choices', ROW_BYTES);
        const msid = multiplication(isid, peer, self);
        const { message, state } = startReceiver(msid, of(pairs, peer).receive, x);
        receivers.set(peer, state);
        return encodeExtension(message);
      });
      const body = rounds.extend.direct.schema.encode({ zeroHalf: of(halves, peer), extensions });
      return { to: peer, body };
    });
    const nonces = drawn.map(({ nonce }) => encodePoint(nonce));
    const wipe = (): void => {
      forget(drawn, random);
    };
    return {
      send: [{ to: 'all', body: commitmentTo(self, nonces, salt) }, ...direct],
      next: awaitRound(
        rounds.extend,
        ({ broadcasts, said, told }) => {
          lease.check();
          checkExtensions(drawn, told);
          const seeds = new Map(
            peers.map((peer) => {
              const theirs = of(told, peer).zeroHalf;
              return [peer, zeroSeed(sid, self, peer, of(halves, peer), theirs)];
            }),
          );
          return multiply(drawn, salt, seeds, session.echo(1, broadcasts), said);
        },
        wipe,
      ),
    };
  }

  // Gate 1: all checks of all peers and items before anything else; one verdict per peer (H6).
  function checkExtensions(
    drawn: readonly ItemSecrets[],
    told: ReadonlyMap<PartyIndex, ExtendMessage>,
  ): void {
    const cheats = new Set<PartyIndex>();
    for (const peer of peers) {
      const { extensions } = of(told, peer);
      for (const [k, { isid, senders }] of drawn.entries()) {
        const message = decodeExtension(extensions[k] ?? new Uint8Array());
        const msid = multiplication(isid, self, peer);
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

  // Round 2: multiply (r_i, sk_i) with every peer's chi.
  function multiply(
    drawn: readonly ItemSecrets[],
    salt: Uint8Array,
    seeds: ReadonlyMap<PartyIndex, Uint8Array>,
    echo1: Uint8Array,
    commitments: ReadonlyMap<PartyIndex, { readonly commitment: Uint8Array }>,
  ): Signing {
    const lambda = lagrange(SECP256K1, signers, self);
    const own = drawn.map((secrets): OwnItem => {
      const { item, isid } = secrets;
      const zeta = zeroShare(self, seeds, isid, echo1);
      const sk = (lambda * ((share + item.tweak) % ORDER) + zeta) % ORDER;
      return { ...secrets, sk, key: one(multiplyBase([sk])), products: new Map() };
    });
    const send = peers.map((peer): Outgoing => {
      const messages = own.map((item) => {
        const msid = multiplication(item.isid, self, peer);
        const extension = of(item.senders, peer);
        const aHat = random.scalar('check', ORDER);
        const { message, shares } = multiplyAsSender(msid, extension, [item.r, item.sk], aHat);
        extension.alpha0.fill(0);
        extension.alpha1.fill(0);
        item.products.set(peer, shares);
        const [gammaU, gammaV] = two(multiplyBase(shares));
        const psi = reduce(item.phi - of(item.receivers, peer).b);
        return { nonce: item.nonce, key: item.key, ...message, gammaU, gammaV, psi };
      });
      const body = rounds.multiply.direct.schema.encode({ echo1, salt, items: messages });
      return { to: peer, body };
    });
    random.wipe();
    return {
      send,
      next: awaitRound(
        rounds.multiply,
        ({ told }) => {
          lease.check();
          return combine(own, echo1, commitments, told);
        },
        () => {
          forget(own, random);
        },
      ),
    };
  }

  // Gate 2: checks 1 to 8 for every peer and item, then round 3.
  function combine(
    own: readonly OwnItem[],
    echo1: Uint8Array,
    commitments: ReadonlyMap<PartyIndex, { readonly commitment: Uint8Array }>,
    told: ReadonlyMap<PartyIndex, MultiplyMessage>,
  ): Signing {
    // (2) everyone saw the same commitments, (3) which open
    for (const message of told.values()) requireEcho(equalBytes(message.echo1, echo1), 1);
    for (const [peer, message] of told) {
      const nonces = message.items.map(({ nonce }) => nonce.toBytes());
      if (!equalBytes(of(commitments, peer).commitment, commitmentTo(peer, nonces, message.salt))) {
        throw new ProtocolError("A'", 'nonce commitment does not open', peer);
      }
    }
    const results = own.map((item, k) => {
      const received = new Map<PartyIndex, Pair>();
      for (const [peer, message] of told) {
        received.set(peer, checkProducts(item, k, peer, message));
      }
      return { item, received, ...checkSums(item, k, told) };
    });
    for (const [peer, { gen }] of pairs) book.settle(peer, gen);
    const parts = results.map(({ item, received, rx }, k) => {
      let phi = item.phi;
      let cross: Pair = [0n, 0n];
      for (const peer of peers) {
        const [du, dv] = of(received, peer);
        const [cu, cv] = of(item.products, peer);
        phi += of(told, peer).items[k]?.psi ?? 0n;
        cross = [cross[0] + cu + du, cross[1] + cv + dv];
      }
      // u = r (phi + psi) + sum (cu + du),  v = sk (phi + psi) + sum (cv + dv),  w = m phi + r_x v
      const u = (item.r * phi + cross[0]) % ORDER;
      const v = (item.sk * phi + cross[1]) % ORDER;
      const m = toInteger(item.item.digest) % ORDER;
      return { u, w: (m * item.phi + rx * v) % ORDER };
    });
    const view = hash(
      TAGS.signView,
      sid,
      echo1,
      ...results.flatMap(({ point: sum, keys }) => [encodePoint(sum), ...keys]),
    );
    forget(own, random);
    const points = results.map(({ point: sum }) => sum);
    return {
      persist: [
        {
          kind: 'maybe-signed',
          kid,
          sid,
          items: items.map(({ publicKey, digest }) => ({ publicKey, digest })),
        },
      ],
      send: [{ to: 'all', body: rounds.combine.broadcast.schema.encode({ parts, view }) }],
      next: awaitRound(
        rounds.combine,
        ({ said }) => {
          const output = finish(points, view, said);
          return { persist: book.clearFailures(peers), send: [], next: { output } };
        },
        () => undefined,
      ),
    };
  }

  /** Checks 4 to 6: the multiplication, and that its inputs were R_i and pk_i. */
  function checkProducts(
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
    if (shares === 'inconsistent') {
      throw cheated(peer, 'the multiplication check failed');
    }
    const [nonceSide, keySide] = two(
      multiplyEach([claim.nonce as PointType, claim.key as PointType], [state.b, state.b]),
    );
    const [du, dv] = two(baseTimesEach(shares));
    // (5) chi R_i = GammaU + du G
    if (!nonceSide.equals((claim.gammaU as PointType).add(du))) {
      throw cheated(peer, 'the nonce share was not the committed one');
    }
    // (6) chi pk_i = GammaV + dv G
    if (!keySide.equals((claim.gammaV as PointType).add(dv))) {
      throw cheated(peer, 'the key share was not the announced one');
    }
    return shares;
  }

  /** Checks 7 and 8: the sum of nonces is usable, and the sum of key shares is the item's key. */
  function checkSums(item: OwnItem, k: number, told: ReadonlyMap<PartyIndex, MultiplyMessage>) {
    let sum = Point.ZERO;
    let keySum = Point.ZERO;
    const keys: Uint8Array[] = [];
    for (const signer of signers) {
      const claim = signer === self ? item : of(told, signer).items[k];
      if (claim === undefined) throw new UsageError('item missing');
      sum = sum.add(claim.nonce as PointType);
      keySum = keySum.add(claim.key as PointType);
      keys.push(claim.key.toBytes());
    }
    const rx = sum.is0() ? 0n : sum.toAffine().x % ORDER;
    if (rx === 0n) throw failed('the joint nonce is degenerate');
    if (!keySum.equals(item.item.point)) {
      throw failed('the key shares do not add up to the key');
    }
    return { point: sum, rx, keys };
  }

  /** Puts the signatures together; each is verified before it is released. */
  function finish(
    points: readonly PointType[],
    view: Uint8Array,
    said: ReadonlyMap<PartyIndex, CombineMessage>,
  ): readonly EcdsaSignature[] {
    const agreed = [...said.values()].every((message) => equalBytes(message.view, view));
    const signatures = items.map((item, k) => {
      const parts = [...said.values()].map((message) => message.parts[k] ?? { u: 0n, w: 0n });
      const u = reduce(parts.reduce((total, part) => total + part.u, 0n));
      const w = reduce(parts.reduce((total, part) => total + part.w, 0n));
      return assemble(item, points[k] ?? Point.ZERO, u, w);
    });
    const valid = signatures.filter((signature) => signature !== undefined);
    if (!agreed)
      throw new IncompleteBatch(
        signatures,
        'the signers saw different shares',
        book.countFailure(peers),
      );
    if (valid.length < items.length) {
      throw new IncompleteBatch(
        signatures,
        'the signature does not verify',
        book.countFailure(peers),
      );
    }
    return valid;
  }

  return { rounds: Object.values(rounds), start };
}

/** An item from round 2 on. */
interface OwnItem extends ItemSecrets {
  /** sk_i = lambda_i (s_i + tau) + zeta_i, and pk_i. */
  readonly sk: bigint;
  readonly key: PointType;
  /** (cu, cv) per peer. */
  readonly products: Map<PartyIndex, Pair>;
}

/** k G for each, the identity for 0. */
const baseTimesEach = (scalars: Pair): PointType[] =>
  scalars.some((k) => k === 0n)
    ? scalars.map((k) => (k === 0n ? Point.ZERO : one(multiplyBase([k]))))
    : multiplyBase(scalars);

/** Overwrites what can be overwritten; integers stay until they are collected (see docs/protocol.md). */
function forget(items: readonly ItemSecrets[], random: HedgedRandom): void {
  random.wipe();
  for (const { receivers, senders } of items) {
    for (const { x, gamma } of receivers.values()) {
      x.fill(0);
      gamma.fill(0);
    }
    for (const { alpha0, alpha1 } of senders.values()) {
      alpha0.fill(0);
      alpha1.fill(0);
    }
  }
}

function one<T>(values: readonly T[]): T {
  const [value] = values;
  if (value === undefined) throw new UsageError('one value expected');
  return value;
}

function two<T>(values: readonly T[]): [T, T] {
  const [first, second] = values;
  if (first === undefined || second === undefined) throw new UsageError('two values expected');
  return [first, second];
}
