/** The five rounds of a redistribution (specification section 11, addendum C1, C2). */
import { concat, Reader } from '../codec.ts';
import { ProtocolError, type PartyIndex } from './abort.ts';
import {
  describeDraft,
  reshareAuthDigest,
  reshareParties,
  type Certificate,
  type CertificateDraft,
  type ReshareParty,
} from './certificate.ts';
import { generationOf } from './ecdsa/pairs.ts';
import { baseTimes, groupOf, type Element, type Suite } from './group.ts';
import { hash } from './hash.ts';
import { hasPairs } from './keygen.ts';
import { KeyShare, type KeyInfo } from './keys.ts';
import { PairSetup, type PairGeneration } from './ot/pair.ts';
import { commit, evaluate, evaluateCommitment, lagrange } from './polynomial.ts';
import { prove } from './proofs.ts';
import { HedgedRandom } from './random.ts';
import {
  boundShare,
  boundTo,
  checkAuths,
  checkConfirms,
  checkOpening,
  checkShares,
  commitmentTo,
  confirmationOf,
  newCommitment,
  takeShare,
  type Echoes,
  type ReshareView,
} from './reshare-checks.ts';
import { reshareRounds, type Auth, type Dealt, type Opened } from './reshare-rounds.ts';
import type { Protocol, SecretSources } from './session/ceremony.ts';
import type { ReshareContext } from './session/context.ts';
import { awaitRound, of, type Outgoing, type Transition } from './session/round.ts';
import type { Session } from './session/session.ts';
import { TAGS } from './tags.ts';

/** What a redistribution leaves with one party. */
export interface Redistributed<S extends Suite = Suite> {
  /** The new share; `undefined` for a dealer that is no member any more. */
  readonly key:
    | { readonly share: KeyShare<S>; readonly pairs: ReadonlyMap<PartyIndex, PairGeneration> }
    | undefined;
  readonly certificate: Certificate;
}

/** The attempt number at the end of enc(ctx'). */
const attemptOf = (session: Session): number =>
  new Reader(session.context.slice(-4), 'attempt').u32();

/** What a recipient learns in round 3. */
interface Received {
  readonly secret: bigint;
  readonly publicShare: Element;
  readonly answers: ReadonlyMap<PartyIndex, Uint8Array>;
}

/** The rounds of one party. @param share of the old key, when this party deals */
export function reshareProtocol<S extends Suite>(
  context: ReshareContext<S>,
  own: ReshareParty,
  share: KeyShare<S> | undefined,
  session: Session,
  secrets: SecretSources,
): Protocol<Redistributed<S>> {
  const { suite, old, dealers: dealerSet, threshold } = context;
  const { sid, self } = session;
  const group = groupOf(suite);
  const { order } = group;
  const attempt = attemptOf(session);
  const rounds = reshareRounds(context, self);
  const dealers = rounds.commit.broadcast.from;
  const recipients = rounds.confirm.broadcast.from;
  const parties = new Map(reshareParties(context).map((party) => [party.party, party]));
  const view: ReshareView = { context, session, rounds, parties };
  const random =
    share?.withSecret((_, secret) => new HedgedRandom(secrets.random, secret, sid)) ??
    new HedgedRandom(secrets.random, secrets.deviceSecret, sid);
  const setups = new Map<PartyIndex, PairSetup>();
  const wipe = (): void => {
    random.wipe();
    for (const setup of setups.values()) setup.wipe();
  };

  // Round 1: dealers share a_i = lambda_i s_i and commit to the polynomial.
  function start(): Transition<Redistributed<S>> {
    if (share === undefined || own.dealer === undefined) {
      return {
        send: [],
        next: awaitRound(
          rounds.commit,
          ({ broadcasts, said }) => open(undefined, broadcasts, said),
          wipe,
        ),
      };
    }
    const lambda = lagrange(group, dealerSet, own.dealer);
    const constant = share.withSecret((s) => (lambda * s) % order);
    const polynomial = [constant, ...random.scalars('polynomial', order, threshold - 1)];
    const coefficients = commit(group, polynomial);
    const bound = boundTo(view, self, coefficients);
    const statement = coefficients[0] ?? group.zero;
    const proof = prove(group, bound, constant, statement, random.scalar('proof', order));
    const opened: Opened = {
      echo1: new Uint8Array(32),
      coefficients,
      proofPoint: proof.commitment,
      proofScalar: proof.response,
      salt: random.bytes('salt', 32),
    };
    return {
      send: [{ to: 'all', body: commitmentTo(view, self, opened) }],
      next: awaitRound(
        rounds.commit,
        ({ broadcasts, said }) => open({ polynomial, opened }, broadcasts, said),
        wipe,
      ),
    };
  }

  // Round 2: dealers open; everyone checks every opening against the old key.
  function open(
    dealt: { readonly polynomial: readonly bigint[]; readonly opened: Opened } | undefined,
    broadcasts: ReadonlyMap<PartyIndex, Uint8Array>,
    commitments: ReadonlyMap<PartyIndex, { readonly commitment: Uint8Array }>,
  ): Transition<Redistributed<S>> {
    const echo1 = session.echo(1, broadcasts);
    const body = dealt && rounds.open.broadcast.schema.encode({ ...dealt.opened, echo1 });
    return {
      send: body === undefined ? [] : [{ to: 'all', body }],
      next: awaitRound(
        rounds.open,
        ({ broadcasts: openings, said }) => {
          for (const [party, opened] of said) {
            checkOpening(view, party, opened, echo1, commitments);
          }
          return deal(dealt?.polynomial, said, { echo1, echo2: session.echo(2, openings) });
        },
        wipe,
      ),
    };
  }

  // Round 3: dealers send shares; everyone signs the new set (C2); recipients begin their base OTs.
  function deal(
    polynomial: readonly bigint[] | undefined,
    opened: ReadonlyMap<PartyIndex, Opened>,
    echoes: Echoes,
  ): Transition<Redistributed<S>> {
    const { echo1, echo2 } = echoes;
    const commitment = newCommitment(view, opened);
    const draft: CertificateDraft = {
      kind: 'reshare',
      context: session.context.slice(0, -4),
      attempt,
      records: session.records,
      echo1,
      echo2,
      chainCode: old.chainCode,
      commitment: commitment.map((a) => a.toBytes()),
      auths: new Map(),
    };
    const { info } = describeDraft(draft);
    const auth = reshareAuthDigest(sid, context, attempt, info.kid);
    const otsid = hash(TAGS.otSetup, sid, echo2);
    const direct = recipients
      .filter((party) => party !== self)
      .map((peer): Outgoing => {
        const setup =
          own.recipient !== undefined && hasPairs(suite)
            ? new PairSetup(sid, otsid, self, peer, random)
            : undefined;
        if (setup !== undefined) setups.set(peer, setup);
        const message: Dealt = {
          share: polynomial && evaluate(group, polynomial, peer),
          opening: setup?.opening,
        };
        return { to: peer, body: of(rounds.deal.direct.per, self).encode(message) };
      })
      .filter(({ body }) => body.length > 0);
    return {
      send: [{ to: 'all', body: concat(echo1, echo2), attest: auth }, ...direct],
      next: awaitRound<Auth, Dealt, Redistributed<S>>(
        rounds.deal,
        ({ said, told }) => {
          const auths = checkAuths(view, said, auth, echoes);
          const signed = { ...draft, auths };
          if (own.recipient === undefined) return watch(signed, { ...info, suite });
          const received = takeShares(polynomial, opened, commitment, told);
          return proveShare(received, signed, { ...info, suite });
        },
        wipe,
      ),
    };
  }

  /** s'_j = sum_i f_i(j), each checked against its dealer's commitment. */
  function takeShares(
    polynomial: readonly bigint[] | undefined,
    opened: ReadonlyMap<PartyIndex, Opened>,
    commitment: readonly Element[],
    told: ReadonlyMap<PartyIndex, Dealt>,
  ): Received {
    let secret = polynomial === undefined ? 0n : evaluate(group, polynomial, self);
    for (const dealer of dealers) {
      if (dealer === self) continue;
      secret = (secret + takeShare(view, dealer, of(opened, dealer), of(told, dealer))) % order;
    }
    const publicShare = evaluateCommitment(group, commitment, self);
    if (secret === 0n || !baseTimes(group, secret).equals(publicShare)) {
      throw new ProtocolError('A', 'the own share is degenerate');
    }
    const answers = new Map(
      [...setups].map(([peer, setup]) => [
        peer,
        setup.answer(of(told, peer).opening ?? new Uint8Array()),
      ]),
    );
    return { secret, publicShare, answers };
  }

  // Round 4: recipients prove their shares and answer the base OTs.
  function proveShare(
    received: Received,
    draft: CertificateDraft,
    info: KeyInfo<S>,
  ): Transition<Redistributed<S>> {
    const { secret, publicShare, answers } = received;
    const nonce = random.scalar('proof', order);
    const proof = prove(group, boundShare(view, self, draft), secret, publicShare, nonce);
    const body = rounds.prove.broadcast.schema.encode({
      publicShare,
      proofPoint: proof.commitment,
      proofScalar: proof.response,
    });
    const direct = [...answers].map(([to, answer]): Outgoing => ({ to, body: answer }));
    return {
      send: [{ to: 'all', body }, ...direct],
      next: awaitRound(
        rounds.prove,
        ({ said, told }) => {
          checkShares(view, said, draft, info);
          const pairs = new Map(
            [...setups].map(([peer, setup]) => {
              const pads = setup.finish(of(told, peer).answer);
              return [peer, generationOf(pads, sid, info, 1, self, peer)];
            }),
          );
          random.wipe();
          return confirm(new KeyShare(info, self, group.encodeScalar(secret)), pairs, draft);
        },
        wipe,
      ),
    };
  }

  // Round 5: store as pending, then sign. Nothing that happens later deletes what is pending.
  function confirm(
    fresh: KeyShare<S>,
    pairs: ReadonlyMap<PartyIndex, PairGeneration>,
    draft: CertificateDraft,
  ): Transition<Redistributed<S>> {
    const { info } = fresh;
    const attest = confirmationOf(view, info, draft, self);
    return {
      persist: [{ kind: 'pending-key', pending: { share: fresh, pairs, draft } }],
      send: [{ to: 'all', body: new Uint8Array(), attest }],
      next: awaitConfirms(info, draft, { share: fresh, pairs }),
    };
  }

  /** A dealer that leaves waits for the certificate, to know that it is not needed any more. */
  function watch(draft: CertificateDraft, info: KeyInfo<S>): Transition<Redistributed<S>> {
    return {
      send: [],
      next: awaitRound(
        rounds.prove,
        ({ said }) => {
          checkShares(view, said, draft, info);
          random.wipe();
          return { send: [], next: awaitConfirms(info, draft, undefined) };
        },
        wipe,
      ),
    };
  }

  function awaitConfirms(info: KeyInfo<S>, draft: CertificateDraft, key: Redistributed<S>['key']) {
    return awaitRound(
      rounds.confirm,
      ({ said }): Transition<Redistributed<S>> => {
        const confirms = checkConfirms(view, said, info, draft);
        return { send: [], next: { output: { key, certificate: { ...draft, confirms } } } };
      },
      () => undefined,
    );
  }

  return { rounds: Object.values(rounds), start };
}
