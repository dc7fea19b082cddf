/**
 * Pairwise set-up: new base OTs for one pair (addendum A2), after a restored backup, a lost state or a
 * ban that both users lifted. Not for a new device or identity key: that is a redistribution.
 *
 * No value computed from pads or Nabla is ever compared: a cheating sender would turn such a test into
 * an oracle. Equality of the transcript, inside pid, is the only confirmation.
 */
import { concat, Reader, u16, u32, u8 } from '../../codec.ts';
import { blaming, ProtocolError, UsageError, type PartyIndex } from '../abort.ts';
import { SECP256K1 } from '../group.ts';
import { hash } from '../hash.ts';
import { SIGNATURE_BYTES, verifyIdentity } from '../identity.ts';
import { rosterOf, verifyingShare, type EcdsaSuite, type KeyShare } from '../keys.ts';
import { BASE_OT_BYTES } from '../ot/base.ts';
import { PairSetup, type PairGeneration } from '../ot/pair.ts';
import { prove, verifyProof, type ProofBinding } from '../proofs.ts';
import { HedgedRandom } from '../random.ts';
import { bytes, point, scalar, struct } from '../schema.ts';
import type { Ceremony, Protocol, SecretSources } from '../session/ceremony.ts';
import { contextHead } from '../session/context.ts';
import { awaitRound, of, type Transition } from '../session/round.ts';
import type { Session } from '../session/session.ts';
import { TAGS } from '../tags.ts';
import { generationOf, MAX_GENERATION_JUMP, type PairBook, type PairLease } from './pairs.ts';

/** Why a pair is set up again; part of the context. */
export type PairSetupReason = 'restored' | 'lost-state' | 'ban-lifted';

const REASON_CODES: Readonly<Record<PairSetupReason, number>> = {
  restored: 1,
  'lost-state': 2,
  'ban-lifted': 3,
};

/** What both users approved. */
export interface PairSetupRequest {
  /** 16 random bytes. */
  readonly requestId: Uint8Array;
  readonly peer: PartyIndex;
  readonly reason: PairSetupReason;
  /** SHA-256-sized digest of the certificate of the key's epoch: differing ones end in class A. */
  readonly certificateDigest: Uint8Array;
}

/** The rounds as one of the two sees them. */
export function pairSetupRounds(peer: PartyIndex) {
  const from = [peer];
  return {
    open: {
      number: 1,
      stage: 'open',
      direct: {
        from,
        schema: struct({
          proofPoint: point(SECP256K1),
          proofScalar: scalar(SECP256K1),
          opening: bytes(BASE_OT_BYTES),
        }),
      },
    },
    answer: {
      number: 2,
      stage: 'answer',
      direct: { from, schema: struct({ answer: bytes(BASE_OT_BYTES) }) },
    },
    confirm: {
      number: 3,
      stage: 'confirm',
      direct: { from, schema: struct({ signature: bytes(SIGNATURE_BYTES) }) },
    },
  } as const;
}

/**
 * One device's part in a pairwise set-up. The pair is locked until the ceremony is released.
 *
 * @throws UsageError when the pair state belongs to another key
 * @throws ProtocolError class A "busy" when the pair is in use
 */
export function pairSetupCeremony(
  request: PairSetupRequest,
  share: KeyShare<EcdsaSuite>,
  book: PairBook,
): Ceremony<PairGeneration> {
  const { info, index: self } = share;
  const { peer } = request;
  const pair = [self, peer].sort((a, b) => a - b);
  const members = info.members.filter(({ index }) => pair.includes(index));
  if (members.length !== 2) throw new UsageError('the peer is no other member of this key');
  if (!book.belongsTo(share))
    throw new UsageError('the pair state belongs to another key or epoch');
  if (request.certificateDigest.length !== 32) throw new UsageError('a digest has 32 bytes');
  const context = concat(
    contextHead(info.suite, 'pair-setup', request.requestId),
    info.kid,
    u32(info.epoch),
    ...members.flatMap(({ index, identity }) => [u16(index), identity]),
    request.certificateDigest,
    u8(REASON_CODES[request.reason]),
  );
  const lease = book.lock([peer]);
  const own = book.numbers(peer);
  return {
    handshake: {
      suite: info.suite,
      protocol: 'pair-setup',
      context,
      self,
      roster: rosterOf(members),
      extra: concat(u32(own.maxgen), u32(own.floor)),
      complete: (extras) => concat(context, u32(agreeGeneration(extras, own.maxgen))),
    },
    begin: (session, secrets) => setUp(request, share, book, lease, session, secrets),
    release() {
      book.unlock(lease);
    },
  };
}

/** gen = 1 + the largest number either has used or banned. @throws ProtocolError class A for a huge jump */
function agreeGeneration(extras: ReadonlyMap<PartyIndex, Uint8Array>, ownMax: number): number {
  let largest = 0;
  for (const [party, extra] of extras) {
    const [maxgen, floor] = blaming(party, 'pair numbers', () => {
      const reader = new Reader(extra, 'pair numbers');
      const numbers = [reader.u32(), reader.u32()] as const;
      reader.end();
      return numbers;
    });
    largest = Math.max(largest, maxgen, floor);
  }
  if (largest + 1 > ownMax + MAX_GENERATION_JUMP) {
    throw new ProtocolError('A', 'the other device reports an impossible generation number');
  }
  return largest + 1;
}

function setUp(
  request: PairSetupRequest,
  share: KeyShare<EcdsaSuite>,
  book: PairBook,
  lease: PairLease,
  session: Session,
  secrets: SecretSources,
): Protocol<PairGeneration> {
  const { info } = share;
  const { peer } = request;
  const { sid: psid, self } = session;
  const gen = new Reader(session.context.slice(-4), 'generation').u32();
  const rounds = pairSetupRounds(peer);
  const random = share.withSecret((_, secret) => new HedgedRandom(secrets.random, secret, psid));
  const bound = (prover: PartyIndex): ProofBinding => ({
    label: 'pair',
    sid: psid,
    prover,
    context: session.context,
  });

  // Round 1: prove the own share, open the base OTs. The generation number is used up from here on.
  function start(): Transition<PairGeneration> {
    lease.check();
    const reserved = book.reserve(peer, gen);
    const otsid = hash(TAGS.otSetup, psid, u32(gen));
    const setup = new PairSetup(psid, otsid, self, peer, random);
    const nonce = random.scalar('proof', SECP256K1.order);
    const proof = share.withSecret((s) =>
      prove(SECP256K1, bound(self), s, verifyingShare(info, self), nonce),
    );
    const body = rounds.open.direct.schema.encode({
      proofPoint: proof.commitment,
      proofScalar: proof.response,
      opening: setup.opening,
    });
    const wipe = (): void => {
      random.wipe();
      setup.wipe();
    };
    return {
      persist: [reserved],
      send: [{ to: peer, body }],
      next: awaitRound(
        rounds.open,
        ({ told }) => {
          lease.check();
          const { proofPoint, proofScalar, opening } = of(told, peer);
          const theirs = { commitment: proofPoint, response: proofScalar };
          if (!verifyProof(SECP256K1, bound(peer), verifyingShare(info, peer), theirs)) {
            throw new ProtocolError("A'", 'proof of the share fails', peer);
          }
          return answer(setup, opening, wipe);
        },
        wipe,
      ),
    };
  }

  // Round 2: answer the peer's base OTs.
  function answer(
    setup: PairSetup,
    opening: Uint8Array,
    wipe: () => void,
  ): Transition<PairGeneration> {
    return {
      send: [{ to: peer, body: setup.answer(opening) }],
      next: awaitRound(
        rounds.answer,
        ({ told }) => {
          lease.check();
          const pads = setup.finish(of(told, peer).answer);
          random.wipe();
          return confirm(generationOf(pads, psid, info, gen, self, peer));
        },
        wipe,
      ),
    };
  }

  // Round 3: store as pending, then confirm pid. A lost confirm leaves it pending, and nothing is deleted.
  function confirm(generation: PairGeneration): Transition<PairGeneration> {
    const digestOf = (party: PartyIndex): Uint8Array =>
      hash(TAGS.pairConfirm, psid, u16(party), u32(gen), generation.pid);
    book.add(peer, generation);
    return {
      persist: [{ kind: 'pair-pending', kid: info.kid, peer, generation }],
      send: [{ to: peer, body: new Uint8Array(), attest: digestOf(self) }],
      next: awaitRound(
        rounds.confirm,
        ({ told }) => {
          const { signature } = of(told, peer);
          if (!verifyIdentity(session.identityOf(peer), digestOf(peer), signature)) {
            throw new ProtocolError("A'", 'confirmation does not fit the pair', peer);
          }
          return { send: [], next: { output: generation } };
        },
        () => undefined,
      ),
    };
  }

  return { rounds: Object.values(rounds), start };
}
