/**
 * Pairing as a pure machine: states in, states and messages out. It can be stored and resumed at any
 * point, and every message may be lost, repeated or come early.
 *
 *     joiner -> creator   join      with a commitment to a nonce
 *     creator -> all      roster    founding document and all commitments, once everyone joined
 *     all -> all          reveal    the nonces, only after the roster stands
 *     all -> all          confirm   a person says that the words are the same everywhere
 *
 * Four words are 44 bits of a hash over the roster and every nonce. Whoever sits between two devices has
 * to fix its own nonce before it sees theirs, so it has one guess in 2^44 (commit-then-reveal short
 * authentication strings, Vaudenay 2005).
 */
import { compareBytes, equalBytes, toHex } from '../../codec.ts';
import { encodeFounding, parseFounding, type Founding } from '../../journal/index.ts';
import { peerOf } from '../peers.ts';
import type { Invitation } from './invitation.ts';
import type { PairingMessage } from './messages.ts';
import {
  commitment,
  founded,
  isComplete,
  isCreator,
  isMember,
  rosterDigest,
  transcript,
  withConfirmed,
  type Introduction,
  type Joined,
  type Outgoing,
  type PairingState,
  type Received,
  type Step,
} from './state.ts';

const MAX_EARLY = 64;
/** @param nonce 32 fresh random bytes */
export function begin(
  role: PairingState['role'],
  invitation: Invitation,
  self: Introduction,
  nonce: Uint8Array,
): Step {
  const state: PairingState = {
    role,
    invitation,
    self,
    nonce,
    joined: [],
    names: [],
    founding: undefined,
    commits: [],
    nonces: new Map(),
    confirmed: new Set(),
    early: [],
    failure: undefined,
  };
  return { state, send: resend(state) };
}

/** What this device has to say now, again: after a reload, or when the relay is back. */
export function resend(state: PairingState): Outgoing[] {
  const { invitation, self, founding } = state;
  const { pairing } = invitation;
  if (state.failure !== undefined) return [];
  if (founding === undefined) {
    if (state.role === 'creator') return toJoined(state, progress(state));
    const { identity, sealing, inbox, name } = self;
    const commit = commitment(pairing, identity, state.nonce);
    return [
      {
        to: invitation.identity,
        message: { t: 'join', pairing, name, identity, sealing, inbox, commit },
      },
    ];
  }
  const out: PairingMessage[] = [];
  if (state.role === 'creator') {
    out.push({ t: 'roster', pairing, founding, commits: [...state.commits] });
  }
  out.push({ t: 'reveal', pairing, roster: rosterDigest(state), nonce: state.nonce });
  if (state.confirmed.has(toHex(self.identity))) out.push(confirmation(state, true));
  return out.flatMap((message) => toOthers(state, message));
}

/** Takes in a message of another device. Anything out of place leaves the state as it is. */
export function receive(state: PairingState, received: Received, now: number): Step {
  const { message, from } = received;
  const stay: Step = { state, send: [] };
  if (state.failure !== undefined || !equalBytes(message.pairing, state.invitation.pairing)) {
    return stay;
  }
  // All have confirmed and a key may exist: nobody can say any more that there is none.
  if (message.t !== 'join' && isComplete(state)) return stay;
  switch (message.t) {
    case 'join':
      return state.role === 'creator' ? takeJoin(state, from, message, now) : stay;
    case 'progress':
      return isCreator(state, from)
        ? { state: { ...state, names: message.names }, send: [] }
        : stay;
    case 'roster':
      return isCreator(state, from) && state.role === 'joiner' ? takeRoster(state, message) : stay;
    case 'reveal':
    case 'confirm':
      if (state.founding === undefined) return keepEarly(state, received);
      return message.t === 'reveal'
        ? takeReveal(state, from, message)
        : takeConfirm(state, received, message);
    case 'end':
      return isMember(state, from) || isCreator(state, from)
        ? { state: { ...state, failure: message.reason }, send: [] }
        : stay;
  }
}

/** A person compared the words. */
export function confirm(state: PairingState, same: boolean): Step {
  if (transcript(state) === undefined || state.failure !== undefined) return { state, send: [] };
  const send = toOthers(state, confirmation(state, same));
  return same
    ? { state: withConfirmed(state, state.self.identity), send }
    : { state: { ...state, failure: 'words-differ' }, send };
}

/** A person ends it. */
export function end(state: PairingState): Step {
  if (state.failure !== undefined) return { state, send: [] };
  const message: PairingMessage = {
    t: 'end',
    pairing: state.invitation.pairing,
    reason: 'cancelled',
  };
  const others =
    state.founding !== undefined
      ? toOthers(state, message)
      : state.role === 'creator'
        ? toJoined(state, message)
        : [{ to: state.invitation.identity, message }];
  return { state: { ...state, failure: 'cancelled' }, send: others };
}

function takeJoin(
  state: PairingState,
  from: Uint8Array,
  join: Extract<PairingMessage, { t: 'join' }>,
  now: number,
): Step {
  const stay: Step = { state, send: [] };
  if (!equalBytes(from, join.identity) || equalBytes(from, state.self.identity)) return stay;
  const known = state.joined.find(({ identity }) => equalBytes(identity, from));
  if (known !== undefined) {
    // It asks again: it was reloaded, or our answer was lost. A changed commitment is not taken.
    return { state, send: resend(state).filter(({ to }) => equalBytes(to, from)) };
  }
  const { pairing } = state.invitation;
  const refuse = (reason: 'full' | 'expired'): Step => ({
    state,
    send: [{ to: from, message: { t: 'end', pairing, reason }, peer: peerOf(join) }],
  });
  if (state.founding !== undefined) return refuse('full');
  if (now > state.invitation.expiresAt) return refuse('expired');
  const taken = [state.self, ...state.joined];
  const clash = taken.some(
    ({ sealing, inbox }) => equalBytes(sealing, join.sealing) || equalBytes(inbox, join.inbox),
  );
  if (clash) return stay;
  const { identity, sealing, inbox, name, commit } = join;
  const next = { ...state, joined: [...state.joined, { identity, sealing, inbox, name, commit }] };
  if (next.joined.length + 1 < state.invitation.size) {
    return { state: next, send: toJoined(next, progress(next)) };
  }
  return found(next, now);
}

/** Everyone is there: the creator writes the founding document. */
function found(state: PairingState, now: number): Step {
  const { invitation, self } = state;
  const own: Joined = {
    ...self,
    commit: commitment(invitation.pairing, self.identity, state.nonce),
  };
  const members = [own, ...state.joined];
  const founding = encodeFounding({
    nonce: invitation.pairing,
    name: invitation.vaultName,
    threshold: invitation.threshold,
    created: now,
    members: members.map(({ identity, sealing, inbox, name }, i) => ({
      index: i + 1,
      identity,
      sealing,
      inbox,
      name,
    })),
  });
  const next: PairingState = {
    ...state,
    founding,
    commits: members.map(({ commit }) => commit),
    nonces: new Map([[toHex(self.identity), state.nonce]]),
  };
  return takeEarly({ state: next, send: resend(next) });
}

function takeRoster(state: PairingState, roster: Extract<PairingMessage, { t: 'roster' }>): Step {
  if (state.founding !== undefined) return { state, send: [] };
  const next: PairingState = {
    ...state,
    founding: roster.founding,
    commits: roster.commits,
    nonces: new Map([[toHex(state.self.identity), state.nonce]]),
  };
  if (!rosterFits(next)) return { state: { ...state, failure: 'roster' }, send: [] };
  return takeEarly({ state: next, send: resend(next) });
}

/** Whether the creator's roster is what this device was invited to, with itself in it unchanged. */
function rosterFits(state: PairingState): boolean {
  const { invitation, self } = state;
  let founding: Founding;
  try {
    founding = parseFounding(state.founding ?? new Uint8Array());
  } catch {
    return false;
  }
  const own = founding.members.find(({ identity }) => equalBytes(identity, self.identity));
  const [creator] = founding.members;
  const same = (
    a: Introduction | undefined,
    b: Omit<Introduction, 'name'>,
    name: string,
  ): boolean =>
    a?.name === name &&
    equalBytes(a.identity, b.identity) &&
    equalBytes(a.sealing, b.sealing) &&
    equalBytes(a.inbox, b.inbox);
  return (
    founding.name === invitation.vaultName &&
    founding.threshold === invitation.threshold &&
    founding.members.length === invitation.size &&
    state.commits.length === invitation.size &&
    equalBytes(founding.nonce, invitation.pairing) &&
    same(own, self, self.name) &&
    same(creator, invitation, invitation.creatorName) &&
    equalBytes(
      state.commits[(own?.index ?? 0) - 1] ?? new Uint8Array(),
      commitment(invitation.pairing, self.identity, state.nonce),
    )
  );
}

function takeReveal(
  state: PairingState,
  from: Uint8Array,
  reveal: Extract<PairingMessage, { t: 'reveal' }>,
): Step {
  const member = founded(state)?.members.find(({ identity }) => equalBytes(identity, from));
  const commit = member === undefined ? undefined : state.commits[member.index - 1];
  if (commit === undefined || state.nonces.has(toHex(from))) return { state, send: [] };
  const opens = equalBytes(commit, commitment(state.invitation.pairing, from, reveal.nonce));
  if (!opens || !equalBytes(reveal.roster, rosterDigest(state))) {
    return { state: { ...state, failure: 'roster' }, send: [] };
  }
  const nonces = new Map(state.nonces).set(toHex(from), reveal.nonce);
  return takeEarly({ state: { ...state, nonces }, send: [] });
}

function takeConfirm(
  state: PairingState,
  received: Received,
  message: Extract<PairingMessage, { t: 'confirm' }>,
): Step {
  const { from } = received;
  if (!isMember(state, from)) return { state, send: [] };
  const own = transcript(state);
  if (own === undefined) return keepEarly(state, received);
  if (!message.same || !equalBytes(message.transcript, own)) {
    return { state: { ...state, failure: 'words-differ' }, send: [] };
  }
  return { state: withConfirmed(state, from), send: [] };
}

function keepEarly(state: PairingState, received: Received): Step {
  const others = state.early.filter(
    ({ from, message }) => !equalBytes(from, received.from) || message.t !== received.message.t,
  );
  if (others.length >= MAX_EARLY) return { state, send: [] };
  return { state: { ...state, early: [...others, received] }, send: [] };
}

/** Judges what came early, now that more is known: reveals first. */
function takeEarly({ state, send }: Step): Step {
  const early = [...state.early].sort((a, b) => compareBytes(rank(a), rank(b)));
  let current: PairingState = { ...state, early: [] };
  const out = [...send];
  for (const received of early) {
    const step = receive(current, received, 0);
    current = step.state;
    out.push(...step.send);
  }
  return { state: current, send: out };
}

const rank = ({ message }: Received): Uint8Array => Uint8Array.of(message.t === 'reveal' ? 0 : 1);

const confirmation = (state: PairingState, same: boolean): PairingMessage => ({
  t: 'confirm',
  pairing: state.invitation.pairing,
  transcript: transcript(state) ?? new Uint8Array(32),
  same,
});

const progress = (state: PairingState): PairingMessage => ({
  t: 'progress',
  pairing: state.invitation.pairing,
  names: [state.self.name, ...state.joined.map(({ name }) => name)],
});

const toJoined = (state: PairingState, message: PairingMessage): Outgoing[] =>
  state.joined.map(({ identity }) => ({ to: identity, message }));

const toOthers = (state: PairingState, message: PairingMessage): Outgoing[] =>
  (founded(state)?.members ?? [])
    .filter(({ identity }) => !equalBytes(identity, state.self.identity))
    .map(({ identity }) => ({ to: identity, message }));
