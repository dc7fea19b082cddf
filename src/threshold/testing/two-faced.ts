/** A Byzantine party of a ceremony that says different things to different peers, each of them valid. */
import { concat } from '../../codec.ts';
import type { PartyIndex } from '../abort.ts';
import type { RandomSource } from '../random.ts';
import type { Ceremony } from '../session/ceremony.ts';
import { PendingRound, type RawInbox, type Transition } from '../session/round.ts';
import type { Session } from '../session/session.ts';
import type { TestIdentity } from './seeded.ts';

/** A party that runs its part twice in one session, and what the second run says. */
export interface Faces {
  readonly identity: TestIdentity;
  /** The session, once it is established. */
  session(): Session | undefined;
  /** The body that the second run sends, with its signature; valid in itself. */
  said(round: number, to: PartyIndex | 'all'): Uint8Array | undefined;
}

/**
 * An equivocator (pitfall P-25): one session, two complete runs of the protocol that draw different
 * secrets. The ceremony that comes back behaves like the first; each message of the second is just as
 * valid and can be shown to some receivers in its place.
 */
export function twoFaced<Out>(
  ceremony: Ceremony<Out>,
  identity: TestIdentity,
  random: RandomSource,
): Faces & { readonly ceremony: Ceremony<Out> } {
  const bodies = new Map<string, Uint8Array>();
  const slot = (round: number, to: PartyIndex | 'all'): string => `${String(round)}/${String(to)}`;
  let established: Session | undefined;

  const record = ({ send, next }: Transition<Out>): void => {
    const round = 'output' in next ? 0 : next.shape.number;
    for (const { to, body, attest } of send) {
      const signature = attest === undefined ? [] : [identity.sign(attest)];
      bodies.set(slot(round, to), concat(body, ...signature));
    }
  };
  const mirrored = (inbox: RawInbox, round: number): RawInbox => {
    const own = bodies.get(slot(round, 'all'));
    const self = established?.self;
    if (own === undefined || self === undefined || !inbox.broadcasts.has(self)) return inbox;
    return { ...inbox, broadcasts: new Map(inbox.broadcasts).set(self, own) };
  };
  const both = (first: Transition<Out>, second: Transition<Out> | undefined): Transition<Out> => {
    if (second !== undefined) record(second);
    const { next } = first;
    if ('output' in next) return first;
    const other = second === undefined || 'output' in second.next ? undefined : second.next;
    const round = next.shape.number;
    const joint = new PendingRound<Out>(
      next.shape,
      (inbox) => {
        const advanced = attempt(() => other?.advance(mirrored(inbox, round)));
        return both(next.advance(inbox), advanced);
      },
      () => {
        next.abandon();
        other?.abandon();
      },
    );
    return { ...first, next: joint };
  };

  return {
    identity,
    session: () => established,
    said: (round, to) => bodies.get(slot(round, to)),
    ceremony: {
      ...ceremony,
      begin(session, secrets) {
        established = session;
        const first = ceremony.begin(session, secrets);
        const second = ceremony.begin(session, { ...secrets, random });
        return { rounds: first.rounds, start: () => both(first.start(), second.start()) };
      },
    },
  };
}

/** The second face may be found out: then it falls silent. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
