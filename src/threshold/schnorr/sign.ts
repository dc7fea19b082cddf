/**
 * FROST signing in two rounds (RFC 9591; specification section 13, addendum A1, A3, H3), for one or up to
 * 16 messages under one signer set, with BIP-340 or Ed25519 signatures. The steps are the library's; what
 * stands here is who signs what, with whom, and that every nonce serves once.
 *
 * E1 travels with z and is not a round of its own. A share over a list that others did not see is useless
 * to them and harmless to us: rho binds z_i to the whole list, and FROST is proved against a coordinator
 * who shows each signer another list. A round of its own would name nobody either, since a differing echo
 * never does, and a peer who wants our share and no signature can withhold its own anyway. So E1 is
 * compared before any z is looked at: after that, a wrong z is its sender's fault alone, because the same
 * signed message says which list it was made for.
 */
import { concat, equalBytes } from '../../codec.ts';
import { ProtocolError, UsageError, type PartyIndex } from '../abort.ts';
import { groupOf } from '../group.ts';
import { rosterOf, type FrostSuite, type KeyShare } from '../keys.ts';
import { HedgedRandom } from '../random.ts';
import type { Ceremony, Protocol } from '../session/ceremony.ts';
import { awaitRound, requireEcho, type Transition } from '../session/round.ts';
import type { Session } from '../session/session.ts';
import type { PeerStandings } from '../standing.ts';
import { withSecretPackage } from './effective.ts';
import {
  commitmentList,
  NoncePair,
  requireDistinct,
  requireList,
  type Commitment,
} from './nonces.ts';
import {
  encodeFrostContext,
  prepareItems,
  type FrostRequest,
  type PreparedItem,
} from './request.ts';
import { frostRounds, type CommitMessage, type RespondMessage } from './rounds.ts';
import { schemeOf } from './scheme.ts';
import { assemble, IncompleteSignatures, type SchnorrSignature } from './signature.ts';

/**
 * One party's part in FROST signing. ECDSA and FROST never share a ceremony, and an ECDSA key is refused
 * by its type (pitfall P-54).
 *
 * @param request what all signers approved: 1 to 16 items of the key's suite
 * @param share this device's share; lent twice, for the nonces and for the answer
 * @param standings what this device recorded about the other members: failures that nobody can be named for
 *   are counted there, and end automatic retries as in ECDSA
 * @returns the signatures in the order of the items, each verified
 * @throws UsageError for a request that this key cannot serve
 * @throws ProtocolError class A when a person has to decide about a signer first
 */
export function frostSignCeremony<S extends FrostSuite>(
  request: FrostRequest<NoInfer<S>>,
  share: KeyShare<S>,
  standings: PeerStandings,
): Ceremony<readonly SchnorrSignature[]> {
  const { info, index: self } = share;
  const items = prepareItems(request, share);
  const context = encodeFrostContext(request, info, items);
  const signers = [...request.signers];
  if (!standings.belongsTo(share)) {
    throw new UsageError('the standings are those of another key');
  }
  standings.check(signers.filter((signer) => signer !== self));
  return {
    handshake: {
      suite: info.suite,
      protocol: 'sign',
      context,
      self,
      roster: rosterOf(info.members.filter(({ index }) => signers.includes(index))),
      extra: new Uint8Array(),
      complete(extras) {
        for (const [party, extra] of extras) {
          if (extra.length > 0) throw new ProtocolError("A'", 'unexpected report', party);
        }
        return context;
      },
    },
    begin: (session, secrets) =>
      share.withSecret((_, bytes) => {
        const random = new HedgedRandom(secrets.random, bytes, session.sid);
        return sign({ session, share, signers, items, random, standings });
      }),
    release: () => undefined,
  };
}

interface SignInputs {
  readonly session: Session;
  readonly share: KeyShare<FrostSuite>;
  readonly signers: readonly PartyIndex[];
  readonly items: readonly PreparedItem[];
  readonly random: HedgedRandom;
  readonly standings: PeerStandings;
}

/** An item with this party's nonces for it. */
interface Drawn {
  readonly item: PreparedItem;
  readonly nonces: NoncePair;
}

/** An item with the list of commitments that its answers are for. */
interface Open {
  readonly item: PreparedItem;
  readonly list: readonly Commitment[];
}

type Signing = Transition<readonly SchnorrSignature[]>;

function sign(inputs: SignInputs): Protocol<readonly SchnorrSignature[]> {
  const { session, share, signers, items, random, standings } = inputs;
  const { info } = share;
  const scheme = schemeOf(info.suite);
  const { frost } = scheme;
  const group = groupOf(info.suite);
  const rounds = frostRounds(group, signers, items.length);

  // Round 1: (D_{i,k}, E_{i,k}) for every item, fresh in each.
  function start(): Signing {
    const drawn: Drawn[] = [];
    const wipe = (): void => {
      random.wipe();
      for (const { nonces } of drawn) nonces.wipe();
    };
    try {
      for (const [k, item] of items.entries()) {
        const label = `nonce/${String(k)}`;
        const nonces = withSecretPackage(share, item.key, item.publicPart, (secret) =>
          NoncePair.draw(frost, secret, random, label),
        );
        drawn.push({ item, nonces });
      }
      requireDistinct(drawn.map(({ nonces }) => nonces));
    } catch (error) {
      wipe();
      throw error;
    }
    random.wipe();
    const points = drawn.flatMap(({ nonces: { commitment } }) => [
      commitment.hiding,
      commitment.binding,
    ]);
    return {
      send: [{ to: 'all', body: concat(...points) }],
      next: awaitRound(
        rounds.commit,
        ({ broadcasts, said }) => respond(drawn, session.echo(1, broadcasts), said),
        wipe,
      ),
    };
  }

  // Round 2: z_{i,k} = d + rho e + lambda_i share_i c, once the lists of all items are checked.
  function respond(
    drawn: readonly Drawn[],
    echo1: Uint8Array,
    said: ReadonlyMap<PartyIndex, CommitMessage>,
  ): Signing {
    const listed = drawn.map(({ item, nonces }, k) => {
      const list = commitmentList(frost, signers, said, k);
      requireList(frost, signers, list, nonces.commitment);
      return { item, nonces, list };
    });
    const responses = listed.map(({ item: { message, key, publicPart }, nonces, list }) => {
      const z = nonces.spend((pair) =>
        withSecretPackage(share, key, publicPart, (secret) =>
          frost.signShare(secret, publicPart, pair, list, message),
        ),
      );
      return group.decodeScalar(z);
    });
    const open = listed.map(({ item, list }): Open => ({ item, list }));
    return {
      persist: [
        {
          kind: 'maybe-signed',
          kid: info.kid,
          sid: session.sid,
          // An Ed25519 message stands for its own digest.
          items: items.map(({ key, message }) => ({ publicKey: key.publicKey, digest: message })),
        },
      ],
      send: [{ to: 'all', body: rounds.respond.broadcast.schema.encode({ echo1, responses }) }],
      next: awaitRound(
        rounds.respond,
        ({ said }) => {
          const output = finish(open, echo1, said);
          return {
            persist: standings.clearFailures(session.peers),
            send: [],
            next: { output },
          };
        },
        () => undefined,
      ),
    };
  }

  // Finish: each item separately; what is valid is kept, whatever becomes of the others (addendum A1).
  function finish(
    open: readonly Open[],
    echo1: Uint8Array,
    said: ReadonlyMap<PartyIndex, RespondMessage>,
  ): readonly SchnorrSignature[] {
    for (const message of said.values()) requireEcho(equalBytes(message.echo1, echo1), 1);
    const results = open.map(({ item, list }, k) => {
      const responses = new Map<PartyIndex, Uint8Array>();
      for (const [party, message] of said) {
        const z = message.responses[k];
        if (z === undefined) throw new UsageError('item missing');
        responses.set(party, group.encodeScalar(z));
      }
      return assemble(scheme, item, session.self, list, responses);
    });
    const signatures = results.map(({ signature }) => signature);
    const valid = signatures.filter((signature) => signature !== undefined);
    if (valid.length === items.length) return valid;
    const culprit = results.find((result) => result.culprit !== undefined)?.culprit;
    // Class D, nobody can be named: counted against all.
    const counted = culprit === undefined ? standings.countFailure(session.peers) : undefined;
    throw new IncompleteSignatures(signatures, culprit, counted);
  }

  return { rounds: Object.values(rounds), start };
}
