/**
 * Distributed key generation (specification section 8, addendum H4): commit, reveal, share, prove,
 * confirm. Output of every party: a share s_i, F, the chain code, the OT state with every other member
 * (in the ECDSA suite), and a certificate signed by all. Without the certificate the key is not active.
 */
import { concat, equalBytes, u16 } from '../codec.ts';
import { ProtocolError, type PartyIndex } from './abort.ts';
import {
  confirmDigest,
  describeDraft,
  type Certificate,
  type CertificateDraft,
} from './certificate.ts';
import { generationOf } from './ecdsa/pairs.ts';
import { baseTimes, groupOf, type Element, type Suite } from './group.ts';
import { hash } from './hash.ts';
import { SIGNATURE_BYTES, verifyIdentity } from './identity.ts';
import { KeyShare, rosterOf } from './keys.ts';
import { BASE_OT_BYTES } from './ot/base.ts';
import { PairSetup, type PairGeneration } from './ot/pair.ts';
import { commit, evaluate, evaluateCommitment, sumCommitments } from './polynomial.ts';
import { prove, verifyProof, type ProofBinding } from './proofs.ts';
import { HedgedRandom } from './random.ts';
import { bytes, list, point, scalar, struct } from './schema.ts';
import type { Ceremony, Protocol, SecretSources } from './session/ceremony.ts';
import { encodeKeygenContext, type KeygenContext } from './session/context.ts';
import { awaitRound, of, requireEcho, type Outgoing, type Transition } from './session/round.ts';
import type { Session } from './session/session.ts';
import { TAGS } from './tags.ts';

/** A key that this device holds a share of. */
export interface NewKey<S extends Suite = Suite> {
  readonly share: KeyShare<S>;
  readonly pairs: ReadonlyMap<PartyIndex, PairGeneration>;
  readonly certificate: Certificate;
}

/** Whether keys of a suite come with OT state for every pair. */
export const hasPairs = (suite: Suite): boolean => suite === 'mpc-ecdsa/v1/secp256k1/L128';

/** The rounds of a key generation as party `self` sees them. */
export function keygenRounds(context: KeygenContext, self: PartyIndex) {
  const group = groupOf(context.suite);
  const everyone = context.members.map(({ index }) => index);
  const others = everyone.filter((party) => party !== self);
  const proof = { proofPoint: point(group), proofScalar: scalar(group) };
  const ot = hasPairs(context.suite);
  return {
    commit: {
      number: 1,
      stage: 'commit',
      broadcast: { from: everyone, schema: struct({ commitment: bytes(32) }) },
    },
    reveal: {
      number: 2,
      stage: 'reveal',
      broadcast: {
        from: everyone,
        schema: struct({
          echo1: bytes(32),
          coefficients: list(context.threshold, point(group)),
          chainCode: bytes(32),
          ...proof,
          salt: bytes(32),
        }),
      },
    },
    share: {
      number: 3,
      stage: 'share',
      direct: {
        from: others,
        schema: struct({
          echo2: bytes(32),
          share: scalar(group),
          opening: bytes(ot ? BASE_OT_BYTES : 0),
        }),
      },
    },
    prove: {
      number: 4,
      stage: 'prove',
      broadcast: { from: everyone, schema: struct({ publicShare: point(group), ...proof }) },
      direct: { from: ot ? others : [], schema: struct({ answer: bytes(BASE_OT_BYTES) }) },
    },
    confirm: {
      number: 5,
      stage: 'confirm',
      broadcast: { from: everyone, schema: struct({ signature: bytes(SIGNATURE_BYTES) }) },
    },
  } as const;
}

/**
 * One party's part in a key generation.
 *
 * @param context what all members approved
 * @param self this device's number
 * @throws UsageError for an impossible context
 */
export function keygenCeremony<S extends Suite>(
  context: KeygenContext<S>,
  self: PartyIndex,
): Ceremony<NewKey<S>> {
  return {
    handshake: {
      suite: context.suite,
      protocol: 'dkg',
      context: encodeKeygenContext(context),
      self,
      roster: rosterOf(context.members),
      extra: new Uint8Array(),
      complete(extras) {
        for (const [party, extra] of extras) {
          if (extra.length > 0) throw new ProtocolError("A'", 'unexpected report', party);
        }
        return encodeKeygenContext(context);
      },
    },
    begin: (session, secrets) => keygen(context, session, secrets),
    release: () => undefined,
  };
}

type Rounds = ReturnType<typeof keygenRounds>;
type Reveal = Rounds['reveal']['broadcast']['schema'] extends { read(reader: never): infer T }
  ? T
  : never;

function keygen<S extends Suite>(
  context: KeygenContext<S>,
  session: Session,
  secrets: SecretSources,
): Protocol<NewKey<S>> {
  const { suite, threshold, members } = context;
  const { sid, self, peers } = session;
  const group = groupOf(suite);
  const { order } = group;
  const rounds = keygenRounds(context, self);
  const random = new HedgedRandom(secrets.random, secrets.deviceSecret, sid);
  const setups = new Map<PartyIndex, PairSetup>();
  const wipe = (): void => {
    random.wipe();
    for (const setup of setups.values()) setup.wipe();
  };

  /** payload_i = (A_{i,*}, cc_i, PoK_i): what the commitment of round 1 hides. */
  const payload = rounds.reveal.broadcast.schema;
  const payloadBytes = (reveal: Reveal): Uint8Array =>
    payload.encode({ ...reveal, echo1: new Uint8Array(32), salt: new Uint8Array(32) });
  const commitmentTo = (party: PartyIndex, reveal: Reveal): Uint8Array =>
    hash(TAGS.dkgCommit, sid, u16(party), payloadBytes(reveal), reveal.salt);
  const boundTo = (
    party: PartyIndex,
    reveal: Pick<Reveal, 'coefficients' | 'chainCode'>,
  ): ProofBinding => ({
    label: 'dkg',
    sid,
    prover: party,
    context: concat(...reveal.coefficients.slice(1).map((a) => a.toBytes()), reveal.chainCode),
  });

  // Round 1: f_i with exactly t coefficients, PoK of a_{i,0}, commitment to all of it.
  function start(): Transition<NewKey<S>> {
    const polynomial = random.scalars('polynomial', order, threshold);
    const coefficients = commit(group, polynomial);
    const chainCode = random.bytes('chain-code', 32);
    const [secret, statement] = [polynomial[0] ?? 0n, coefficients[0] ?? group.zero];
    const bound = boundTo(self, { coefficients, chainCode });
    const proof = prove(group, bound, secret, statement, random.scalar('proof', order));
    const own: Reveal = {
      echo1: new Uint8Array(32),
      coefficients,
      chainCode,
      proofPoint: proof.commitment,
      proofScalar: proof.response,
      salt: random.bytes('salt', 32),
    };
    return {
      send: [{ to: 'all', body: commitmentTo(self, own) }],
      next: awaitRound(
        rounds.commit,
        ({ broadcasts, said }) => {
          const echo1 = session.echo(1, broadcasts);
          return reveal(polynomial, { ...own, echo1 }, echo1, said);
        },
        wipe,
      ),
    };
  }

  // Round 2: open.
  function reveal(
    polynomial: readonly bigint[],
    own: Reveal,
    echo1: Uint8Array,
    commitments: ReadonlyMap<PartyIndex, { readonly commitment: Uint8Array }>,
  ): Transition<NewKey<S>> {
    return {
      send: [{ to: 'all', body: payload.encode(own) }],
      next: awaitRound(
        rounds.reveal,
        ({ broadcasts, said }) => {
          for (const [party, opened] of said) {
            requireEcho(equalBytes(opened.echo1, echo1), 1);
            const committed = of(commitments, party).commitment;
            if (!equalBytes(committed, commitmentTo(party, opened))) {
              throw new ProtocolError("A'", 'commitment does not open', party);
            }
            const { proofPoint, proofScalar, coefficients } = opened;
            const proof = { commitment: proofPoint, response: proofScalar };
            if (!verifyProof(group, boundTo(party, opened), coefficients[0] ?? group.zero, proof)) {
              throw new ProtocolError("A'", 'proof of the constant term fails', party);
            }
          }
          return share(polynomial, said, echo1, session.echo(2, broadcasts));
        },
        wipe,
      ),
    };
  }

  // Round 3: f_i(j) to each j, and the first message of the base OTs.
  function share(
    polynomial: readonly bigint[],
    opened: ReadonlyMap<PartyIndex, Reveal>,
    echo1: Uint8Array,
    echo2: Uint8Array,
  ): Transition<NewKey<S>> {
    const ordered = members.map(({ index }) => of(opened, index));
    const commitment = sumCommitments(
      group,
      ordered.map(({ coefficients }) => coefficients),
    );
    if (commitment[0]?.is0() !== false || commitment.at(-1)?.is0() !== false) {
      throw new ProtocolError('A', 'the joint polynomial is degenerate');
    }
    const chainCode = hash(TAGS.dkgChainCode, sid, ...ordered.map(({ chainCode: part }) => part));
    const otsid = hash(TAGS.otSetup, sid, echo2);
    const send: Outgoing[] = peers.map((peer) => {
      const setup = hasPairs(suite) ? new PairSetup(sid, otsid, self, peer, random) : undefined;
      if (setup !== undefined) setups.set(peer, setup);
      const body = rounds.share.direct.schema.encode({
        echo2,
        share: evaluate(group, polynomial, peer),
        opening: setup?.opening ?? new Uint8Array(),
      });
      return { to: peer, body };
    });
    return {
      send,
      next: awaitRound(
        rounds.share,
        ({ told }) => {
          let secret = evaluate(group, polynomial, self);
          for (const [peer, message] of told) {
            requireEcho(equalBytes(message.echo2, echo2), 2);
            const expected = evaluateCommitment(group, of(opened, peer).coefficients, self);
            if (!baseTimes(group, message.share).equals(expected)) {
              throw new ProtocolError("A'", 'share does not fit the commitments', peer);
            }
            secret = (secret + message.share) % order;
          }
          const publicShare = evaluateCommitment(group, commitment, self);
          if (secret === 0n || !baseTimes(group, secret).equals(publicShare)) {
            throw new ProtocolError('A', 'the own share is degenerate');
          }
          const answers = new Map(
            [...setups].map(([peer, setup]) => [peer, setup.answer(of(told, peer).opening)]),
          );
          const draft: CertificateDraft = {
            kind: 'dkg',
            context: session.context,
            attempt: 0,
            records: session.records,
            echo1,
            echo2,
            chainCode,
            commitment: commitment.map((a) => a.toBytes()),
            auths: new Map(),
          };
          return proveShare(secret, publicShare, commitment, answers, draft);
        },
        wipe,
      ),
    };
  }

  // Round 4: S_i with a proof of s_i, and the second message of the base OTs.
  function proveShare(
    secret: bigint,
    publicShare: Element,
    commitment: readonly Element[],
    answers: ReadonlyMap<PartyIndex, Uint8Array>,
    draft: CertificateDraft,
  ): Transition<NewKey<S>> {
    const schema = rounds.prove.broadcast.schema;
    const boundShare = (party: PartyIndex): ProofBinding => ({
      label: 'share',
      sid,
      prover: party,
      context: concat(draft.echo2, ...draft.commitment.slice(0, 1), draft.chainCode),
    });
    const proof = prove(
      group,
      boundShare(self),
      secret,
      publicShare,
      random.scalar('proof', order),
    );
    const own = { publicShare, proofPoint: proof.commitment, proofScalar: proof.response };
    const direct = [...answers].map(([to, answer]): Outgoing => ({ to, body: answer }));
    return {
      send: [{ to: 'all', body: schema.encode(own) }, ...direct],
      next: awaitRound(
        rounds.prove,
        ({ said, told }) => {
          for (const [party, message] of said) {
            if (!message.publicShare.equals(evaluateCommitment(group, commitment, party))) {
              throw new ProtocolError("A'", 'public share is not on the polynomial', party);
            }
            const shown = { commitment: message.proofPoint, response: message.proofScalar };
            if (!verifyProof(group, boundShare(party), message.publicShare, shown)) {
              throw new ProtocolError("A'", 'proof of the share fails', party);
            }
          }
          const { info } = describeDraft(draft);
          const key = { ...info, suite };
          const pairs = new Map(
            [...setups].map(([peer, setup]) => {
              const pads = setup.finish(of(told, peer).answer);
              return [peer, generationOf(pads, sid, info, 1, self, peer)];
            }),
          );
          random.wipe();
          return confirm(new KeyShare(key, self, group.encodeScalar(secret)), pairs, draft);
        },
        wipe,
      ),
    };
  }

  // Round 5: store, then sign the key id. Active only with everyone's signature.
  function confirm(
    share: KeyShare<S>,
    pairs: ReadonlyMap<PartyIndex, PairGeneration>,
    draft: CertificateDraft,
  ): Transition<NewKey<S>> {
    const { kid } = share.info;
    const digestOf = (party: PartyIndex): Uint8Array =>
      confirmDigest(draft, sid, kid, 0, party, kid);
    return {
      persist: [{ kind: 'pending-key', pending: { share, pairs, draft } }],
      send: [{ to: 'all', body: new Uint8Array(), attest: digestOf(self) }],
      // What is pending is never wiped by a failure: it may be the share of a key that others activate (H4).
      next: awaitRound(
        rounds.confirm,
        ({ said }) => {
          for (const [party, { signature }] of said) {
            if (!verifyIdentity(session.identityOf(party), digestOf(party), signature)) {
              throw new ProtocolError("A'", 'confirmation does not fit the key', party);
            }
          }
          const confirms = new Map([...said].map(([party, { signature }]) => [party, signature]));
          return {
            send: [],
            next: { output: { share, pairs, certificate: { ...draft, confirms } } },
          };
        },
        () => undefined,
      ),
    };
  }

  return { rounds: Object.values(rounds), start };
}
