/**
 * The three rounds of signing (specification section 9, addendum A1, A2, H2, H3, H6). B items share the
 * rounds; no mask is shared between items. The checks between the rounds are in `checks`.
 */
import { equalBytes, u16 } from '../../codec.ts';
import type { PartyIndex } from '../abort.ts';
import { multiplyBase } from '../curve/lanes.ts';
import { SECP256K1 } from '../group.ts';
import { hash, toInteger } from '../hash.ts';
import { multiplyAsSender, startReceiver, type Pair } from '../multiply.ts';
import { encodeExtension } from '../ot/extension.ts';
import { ROW_BYTES } from '../parameters.ts';
import { encodePoint, Point, type Point as PointType } from '../points.ts';
import { lagrange } from '../polynomial.ts';
import type { HedgedRandom } from '../random.ts';
import { ORDER, reduce } from '../scalars.ts';
import type { Protocol } from '../session/ceremony.ts';
import { awaitRound, of, type Outgoing, type Transition } from '../session/round.ts';
import { TAGS } from '../tags.ts';
import { zeroSeed, zeroShare } from '../zero.ts';
import {
  checkExtensions,
  checkOpenings,
  checkProducts,
  checkSums,
  commitmentTo,
} from './checks.ts';
import {
  forget,
  multiplicationOf,
  one,
  two,
  type ItemSecrets,
  type OwnItem,
  type SignView,
} from './items.ts';
import type { PreparedItem } from './request.ts';
import { signRounds, type CombineMessage, type MultiplyMessage } from './rounds.ts';
import { assemble, IncompleteBatch, type EcdsaSignature } from './signature.ts';

/** What one party brings into the rounds. */
export interface SignInputs extends SignView {
  readonly items: readonly PreparedItem[];
  readonly kid: Uint8Array;
  /** s_i. */
  readonly share: bigint;
  readonly random: HedgedRandom;
}

type Signing = Transition<readonly EcdsaSignature[]>;

/** The rounds of one party. */
export function signProtocol(inputs: SignInputs): Protocol<readonly EcdsaSignature[]> {
  const { session, items, random, pairs, book, lease, signers, kid, share } = inputs;
  const { sid, self, peers } = session;
  const rounds = signRounds(signers, self, items.length);

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
        const msid = multiplicationOf(inputs, isid, peer, self);
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
      send: [{ to: 'all', body: commitmentTo(inputs, self, nonces, salt) }, ...direct],
      next: awaitRound(
        rounds.extend,
        ({ broadcasts, said, told }) => {
          lease.check();
          checkExtensions(inputs, drawn, told);
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
        const msid = multiplicationOf(inputs, item.isid, self, peer);
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
          checkOpenings(inputs, echo1, commitments, told);
          return combine(own, echo1, told);
        },
        () => {
          forget(own, random);
        },
      ),
    };
  }

  // Gate 2 for every peer and item, then round 3.
  function combine(
    own: readonly OwnItem[],
    echo1: Uint8Array,
    told: ReadonlyMap<PartyIndex, MultiplyMessage>,
  ): Signing {
    const results = own.map((item, k) => {
      const received = new Map<PartyIndex, Pair>();
      for (const [peer, message] of told) {
        received.set(peer, checkProducts(inputs, item, k, peer, message));
      }
      return { item, received, ...checkSums(inputs, item, k, told) };
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
    if (agreed && valid.length === items.length) return valid;
    const reason = agreed ? 'the signature does not verify' : 'the signers saw different shares';
    throw new IncompleteBatch(signatures, reason, book.countFailure(peers));
  }

  return { rounds: Object.values(rounds), start };
}
