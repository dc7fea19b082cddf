/**
 * What this device thinks of the other members of a key (specification 9.1 and 14.4): whom it refuses after
 * a wrong multiplication, and how many failures with each could not be attributed. Durable by records.
 */
import { equalBytes } from '../codec.ts';
import { ProtocolError, UsageError, type PartyIndex } from './abort.ts';
import type { KeyInfo } from './keys.ts';
import type { DurableRecord } from './records.ts';

/** Unattributable failures with a peer after which nothing is retried without a person. */
const MAX_FAILURES = 3;

/** What is recorded about one peer. */
export interface Standing {
  readonly refused: boolean;
  readonly failures: number;
}

/** The standing of every other member of one key. One per key and device; any number of sessions use it. */
export class PeerStandings {
  readonly #kid: Uint8Array;
  readonly #self: PartyIndex;
  readonly #standings: Map<PartyIndex, Standing>;

  /** @param self this device, which has no standing with itself */
  constructor(info: Pick<KeyInfo, 'kid' | 'members'>, self: PartyIndex) {
    this.#kid = info.kid;
    this.#self = self;
    this.#standings = new Map(
      info.members
        .filter(({ index }) => index !== self)
        .map(({ index }) => [index, { refused: false, failures: 0 }]),
    );
  }

  /** Whether these are the standings that the share's device keeps for the share's key. */
  belongsTo({ info, index }: { readonly info: KeyInfo; readonly index: PartyIndex }): boolean {
    return equalBytes(this.#kid, info.kid) && this.#self === index;
  }

  /** @throws ProtocolError class A when a person has to decide about one of the peers first */
  check(peers: readonly PartyIndex[]): void {
    for (const peer of peers) {
      const { refused, failures } = this.#of(peer);
      if (!refused && failures < MAX_FAILURES) continue;
      throw new ProtocolError(
        'A',
        `no session with party ${String(peer)} before a person allows it: ` +
          (refused ? 'its last message was wrong' : 'too many signatures failed'),
      );
    }
  }

  /** Refuses sessions with a peer whose multiplication check failed (class C), until `allow`. */
  refuse(peer: PartyIndex): DurableRecord {
    return this.#set(peer, { ...this.#of(peer), refused: true });
  }

  /** Counts a failure that cannot be attributed (class D) against every peer of the session. */
  countFailure(peers: readonly PartyIndex[]): DurableRecord[] {
    return peers.map((peer) => {
      const { refused, failures } = this.#of(peer);
      return this.#set(peer, { refused, failures: failures + 1 });
    });
  }

  /** A signature was completed: failures are counted anew. Gives a record for each peer that changed. */
  clearFailures(peers: readonly PartyIndex[]): DurableRecord[] {
    return peers
      .filter((peer) => this.#of(peer).failures > 0)
      .map((peer) => this.#set(peer, { ...this.#of(peer), failures: 0 }));
  }

  /** A person allows sessions with a peer again. */
  allow(peer: PartyIndex): DurableRecord {
    return this.#set(peer, { refused: false, failures: 0 });
  }

  /** Restores what was recorded about a peer. */
  restore(peer: PartyIndex, standing: Standing): void {
    this.#set(peer, { refused: standing.refused, failures: standing.failures });
  }

  #set(peer: PartyIndex, standing: Standing): DurableRecord {
    this.#of(peer);
    this.#standings.set(peer, standing);
    return { kind: 'peer-standing', kid: this.#kid, peer, ...standing };
  }

  #of(peer: PartyIndex): Standing {
    const standing = this.#standings.get(peer);
    if (standing === undefined) throw new UsageError(`party ${String(peer)} is no other member`);
    return standing;
  }
}
