/**
 * Runs all parties of a ceremony in one thread, round by round, without packets: messages can be looked
 * at and altered on their way. Deterministic: the seed decides every draw.
 */
import { concat, toHex } from '../../codec.ts';
import type { PartyIndex } from '../abort.ts';
import { RecordedAbort, type DurableRecord } from '../records.ts';
import type { Ceremony, Protocol } from '../session/ceremony.ts';
import { Handshake, NonceMemory } from '../session/handshake.ts';
import { Mailbox } from '../session/mailbox.ts';
import type { Outgoing, PendingRound, Transition } from '../session/round.ts';
import type { Session } from '../session/session.ts';
import { seeded, type TestIdentity } from './seeded.ts';

/** One message on its way to one receiver. Round 0 carries the signed session records. */
export interface Delivery {
  readonly from: PartyIndex;
  readonly to: PartyIndex;
  readonly round: number;
  readonly kind: 'broadcast' | 'direct';
  readonly body: Uint8Array;
}

/** What reaches the receiver in place of a message: nothing, one body, or several. */
export type Tamper = (delivery: Delivery) => readonly Uint8Array[];

/** How it went for one party. */
export interface Outcome<Out> {
  readonly output: Out | undefined;
  readonly error: unknown;
  /** The round whose messages never all came, when the party neither finished nor failed. */
  readonly waitingIn: number | undefined;
  readonly persisted: readonly DurableRecord[];
  readonly sent: readonly Delivery[];
  readonly sid: string | undefined;
}

/** One party of a run. */
export interface Player<Out> {
  readonly ceremony: Ceremony<Out>;
  readonly identity: TestIdentity;
}

interface Running<Out> {
  readonly party: PartyIndex;
  readonly player: Player<Out>;
  session?: Session;
  mailbox?: Mailbox;
  pending?: PendingRound<Out>;
  output?: Out;
  error?: unknown;
  failed: boolean;
  readonly persisted: DurableRecord[];
  readonly sent: Delivery[];
}

const deliver: Tamper = ({ body }) => [body];

/** Runs a ceremony of all players. @param seed decides every random draw */
export function lockstep<Out>(
  players: ReadonlyMap<PartyIndex, Player<Out>>,
  seed: string,
  tamper: Tamper = deliver,
): Map<PartyIndex, Outcome<Out>> {
  const run = [...players].map(([party, player]): Running<Out> => ({
    party,
    player,
    failed: false,
    persisted: [],
    sent: [],
  }));
  shakeHands(run, seed, tamper);
  for (let active = true; active;) {
    active = false;
    for (const one of run) {
      const inbox = one.pending && one.mailbox?.take(one.pending.shape.number);
      if (one.failed || one.pending === undefined || inbox === undefined) continue;
      active = true;
      const { pending } = one;
      delete one.pending;
      guard(one, () => {
        perform(run, one, pending.advance(inbox), tamper);
      });
    }
  }
  for (const { player } of run) player.ceremony.release();
  return new Map(
    run.map((one) => [
      one.party,
      {
        output: one.output,
        error: one.error,
        waitingIn: one.failed || one.output !== undefined ? undefined : one.pending?.shape.number,
        persisted: one.persisted,
        sent: one.sent,
        sid: one.session && toHex(one.session.sid),
      },
    ]),
  );
}

function guard<Out>(one: Running<Out>, action: () => void): void {
  try {
    action();
  } catch (error) {
    one.failed = true;
    one.error = error;
    if (error instanceof RecordedAbort) one.persisted.push(...error.persist);
  }
}

function shakeHands<Out>(run: readonly Running<Out>[], seed: string, tamper: Tamper): void {
  const inboxes = new Map(run.map(({ party }) => [party, new Map<PartyIndex, Uint8Array>()]));
  const handshakes = new Map<PartyIndex, Handshake>();
  for (const one of run) {
    const secrets = secretsOf(one, seed);
    const hedge = { deviceSecret: secrets.deviceSecret, counter: 1n };
    guard(one, () => {
      const spec = one.player.ceremony.handshake;
      const handshake = new Handshake(spec, secrets.random, new NonceMemory(), hedge);
      handshakes.set(one.party, handshake);
      const body = concat(handshake.record, one.player.identity.sign(handshake.digest));
      inboxes.get(one.party)?.set(one.party, body);
      for (const { party: to } of run) {
        if (to === one.party) continue;
        const delivery: Delivery = { from: one.party, to, round: 0, kind: 'broadcast', body };
        one.sent.push(delivery);
        for (const received of tamper(delivery)) {
          const inbox = inboxes.get(to);
          if (inbox?.has(one.party) === false) inbox.set(one.party, received);
        }
      }
    });
  }
  const protocols = new Map<PartyIndex, Protocol<Out>>();
  for (const one of run) {
    const inbox = inboxes.get(one.party);
    const handshake = handshakes.get(one.party);
    if (handshake === undefined || inbox?.size !== run.length) continue;
    guard(one, () => {
      one.session = handshake.finish(inbox);
      const protocol = one.player.ceremony.begin(one.session, secretsOf(one, `${seed}/rounds`));
      one.mailbox = new Mailbox(one.party, protocol.rounds);
      protocols.set(one.party, protocol);
    });
  }
  // Parties with different session ids do not hear each other.
  for (const one of run) {
    const protocol = protocols.get(one.party);
    if (protocol === undefined) continue;
    guard(one, () => {
      perform(run, one, protocol.start(), tamper);
    });
  }
}

const secretsOf = <Out>(one: Running<Out>, seed: string) => ({
  random: seeded(`${seed}/${String(one.party)}`),
  deviceSecret: seeded(`${seed}/device/${String(one.party)}`)(32),
});

function perform<Out>(
  run: readonly Running<Out>[],
  one: Running<Out>,
  transition: Transition<Out>,
  tamper: Tamper,
): void {
  one.persisted.push(...(transition.persist ?? []));
  if ('output' in transition.next) {
    one.output = transition.next.output;
  } else {
    one.pending = transition.next;
  }
  const round = one.pending?.shape.number ?? 0;
  for (const message of transition.send) send(run, one, message, round, tamper);
}

function send<Out>(
  run: readonly Running<Out>[],
  one: Running<Out>,
  message: Outgoing,
  round: number,
  tamper: Tamper,
): void {
  const { identity } = one.player;
  const signature = message.attest === undefined ? [] : [identity.sign(message.attest)];
  const body = concat(message.body, ...signature);
  const kind = message.to === 'all' ? 'broadcast' : 'direct';
  if (kind === 'broadcast') one.mailbox?.put(round, kind, one.party, body);
  for (const other of run) {
    if (other === one || (message.to !== 'all' && message.to !== other.party)) continue;
    const delivery: Delivery = { from: one.party, to: other.party, round, kind, body };
    one.sent.push(delivery);
    const heard =
      other.session !== undefined &&
      one.session !== undefined &&
      toHex(other.session.sid) === toHex(one.session.sid);
    if (!heard || other.failed) continue;
    for (const received of tamper(delivery)) {
      guard(other, () => other.mailbox?.put(round, kind, one.party, received));
    }
  }
}
