import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { toHex } from '../../codec.ts';
import { encodeFounding, parseFounding, type Founding } from '../../journal/index.ts';
import { begin, end, receive } from './machine.ts';
import type { PairingMessage } from './messages.ts';
import { decodePairing, encodePairing } from './persist.ts';
import {
  filled,
  Group,
  HOUR,
  introduction,
  invitationFor,
  nonceOf,
  NOW,
  type Letter,
} from './testing/group.ts';
import {
  founded,
  foundedVaultId,
  isComplete,
  pairingPeers,
  wordsOf,
  type PairingState,
} from './state.ts';

type Of<T extends PairingMessage['t']> = Extract<PairingMessage, { t: T }>;

const only = <T extends PairingMessage['t']>(
  letters: readonly Letter[],
  t: T,
): (Letter & { readonly message: Of<T> })[] =>
  letters.filter(
    (letter): letter is Letter & { readonly message: Of<T> } => letter.message.t === t,
  );

const first = <T>(list: readonly T[]): T => {
  const [one] = list;
  if (one === undefined) throw new Error('nothing there');
  return one;
};

const words = (group: Group): (string | undefined)[] =>
  group.states.map((state) => wordsOf(state)?.join(' '));

/** A group whose devices all show words. */
function compared(size = 3): Group {
  const group = new Group(size);
  group.settle();
  return group;
}

describe('pairing', () => {
  test.each([2, 3, 5])('%i devices see the same words and found the same vault', (size) => {
    const group = compared(size);
    expect(words(group)[0]?.split(' ')).toHaveLength(4);
    expect(new Set(words(group)).size).toBe(1);
    for (let n = 0; n < size; n++) {
      expect(group.states.some(isComplete)).toBe(false);
      group.confirm(n);
      group.settle();
    }
    expect(group.states.every(isComplete)).toBe(true);
    const ids = group.states.map((state) => toHex(foundedVaultId(state) ?? new Uint8Array()));
    expect(ids[0]).toHaveLength(64);
    expect(new Set(ids).size).toBe(1);
    const names = founded(group.state(size - 1))?.members.map(({ name }) => name);
    expect(names).toEqual(group.states.map(({ self }) => self.name));
  });

  it('makes other words from one other nonce', () => {
    const other = new Group(2);
    other.take(1, begin('joiner', invitationFor(2), introduction(1), filled(77, 4)));
    other.letters.splice(0, 1);
    other.settle();
    expect(words(other)[0]).toBe(words(other)[1]);
    expect(words(other)[0]).not.toBe(words(compared(2))[0]);
  });

  it('knows whom the channel has to reach, and never itself', () => {
    const group = new Group(3);
    expect(pairingPeers(group.state(1)).map(({ id }) => id)).toEqual([
      toHex(introduction(0).identity),
    ]);
    group.settle();
    for (const [n, state] of group.states.entries()) {
      const ids = pairingPeers(state).map(({ id }) => id);
      const others = [0, 1, 2].filter((i) => i !== n).map((i) => toHex(introduction(i).identity));
      expect(ids.sort()).toEqual(others.sort());
    }
  });

  it('tells those who wait who is there so far', () => {
    const group = new Group(3);
    group.deliver(first(only(group.letters, 'join')));
    for (const letter of only(group.letters, 'progress')) group.deliver(letter);
    expect(group.state(1).names).toEqual(['Ada', 'Ben']);
  });

  it('says nothing of its nonce before the roster stands', () => {
    const group = new Group(3);
    const joins = only(group.letters, 'join');
    group.deliver(first(joins));
    expect(only(group.letters, 'reveal')).toEqual([]);
    group.deliver(joins[1] ?? first(joins));
    expect(only(group.letters, 'reveal').map(({ from }) => from)).toEqual([0, 0]);
  });
});

describe('a network that loses, repeats and reorders', () => {
  it('delays pairing at most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.array(fc.nat(999), { minLength: 20, maxLength: 80 }),
        (size, choices) => {
          const group = new Group(size);
          for (const choice of choices) play(group, choice);
          // From here on nothing is lost; every device is reminded as after a reload.
          for (let round = 0; round < 4; round++) {
            for (let n = 0; n < size; n++) group.resend(n);
            group.settle();
            for (let n = 0; n < size; n++) group.confirm(n);
            group.settle();
          }
          expect(group.states.map(({ failure }) => failure)).toEqual(
            group.states.map(() => undefined),
          );
          expect(group.states.every(isComplete)).toBe(true);
          expect(new Set(words(group)).size).toBe(1);
        },
      ),
      { numRuns: 25 },
    );
  });
});

/** One thing that can happen, by a number below 1000. */
function play(group: Group, choice: number): void {
  const at = choice % Math.max(1, group.letters.length);
  const [letter] = group.letters.slice(at, at + 1);
  const n = choice % group.states.length;
  const kind = choice % 10;
  if (kind === 9) group.resend(n);
  else if (kind === 8) {
    // A reload: what was stored is all there is.
    group.states[n] = decodePairing(
      encodePairing({ state: group.state(n), code: undefined, taproot: false }),
    ).state;
  } else if (kind === 7) group.confirm(n);
  else if (letter !== undefined) {
    if (kind !== 6) group.letters.splice(at, 1); // otherwise it comes again
    if (kind !== 5) group.deliver(letter);
  }
}

describe('messages out of place', () => {
  it('that come early wait', () => {
    const group = new Group(3);
    for (const letter of only(group.letters, 'join')) group.deliver(letter);
    const toBen = group.letters.filter(({ to }) => toHex(to) === toHex(introduction(1).identity));
    const toCleo = group.letters.filter(({ to }) => toHex(to) === toHex(introduction(2).identity));
    group.letters.length = 0;
    for (const letter of toCleo) group.deliver(letter);
    const fromCleo = only(group.letters, 'reveal').filter(({ from }) => from === 2);
    expect(fromCleo).toHaveLength(2);
    for (const letter of fromCleo) group.deliver(letter);
    expect(group.state(1).founding).toBeUndefined();
    expect(group.state(1).early).toHaveLength(1);
    for (const letter of toBen) group.deliver(letter);
    expect(group.state(1).early).toEqual([]);
    expect(wordsOf(group.state(1))).toHaveLength(4);
  });

  it('of another pairing change nothing', () => {
    const group = compared(2);
    const before = group.state(0);
    const message: PairingMessage = {
      t: 'end',
      pairing: new Uint8Array(16).fill(8),
      reason: 'cancelled',
    };
    group.deliver({ from: 1, to: introduction(0).identity, message });
    expect(group.state(0)).toBe(before);
  });

  it.each(['roster', 'progress', 'end'] as const)('%s from a stranger changes nothing', (t) => {
    const group = new Group(3);
    for (const letter of only(group.letters, 'join').slice(0, 1)) group.deliver(letter);
    const done = compared(3);
    const { pairing } = invitationFor(3);
    const { founding = new Uint8Array(), commits } = done.state(0);
    const messages: Record<typeof t, PairingMessage> = {
      roster: { t: 'roster', pairing, founding, commits: [...commits] },
      progress: { t: 'progress', pairing, names: ['Eve'] },
      end: { t: 'end', pairing, reason: 'cancelled' },
    };
    for (const n of [0, 1]) {
      const before = group.state(n);
      group.deliver({ from: 4, to: introduction(n).identity, message: messages[t] });
      expect(group.state(n)).toBe(before);
    }
  });

  it.each(['reveal', 'confirm'] as const)(
    '%s of a device that is no member changes nothing',
    (t) => {
      const group = compared(2);
      const { pairing } = invitationFor(2);
      const message: PairingMessage =
        t === 'reveal'
          ? { t, pairing, roster: filled(0, 0), nonce: nonceOf(4) }
          : { t, pairing, transcript: filled(0, 0), same: false };
      const before = group.state(0);
      group.deliver({ from: 4, to: introduction(0).identity, message });
      expect(group.state(0)).toBe(before);
    },
  );

  it('early ones of many senders do not pile up', () => {
    let { state } = begin('joiner', invitationFor(3), introduction(1), nonceOf(1));
    for (let n = 0; n < 200; n++) {
      const from = filled(n, 50);
      const message: PairingMessage = {
        t: 'reveal',
        pairing: state.invitation.pairing,
        roster: filled(0, 0),
        nonce: filled(n, 6),
      };
      state = receive(state, { from, message }, NOW).state;
    }
    expect(state.early.length).toBe(64);
  });
});

describe('joining', () => {
  const join = (group: Group, n: number, change: Partial<Of<'join'>> = {}, from = n): Letter => {
    const { invitation } = group.state(0);
    const { send } = begin('joiner', invitation, introduction(n), nonceOf(n));
    const { to, message } = first(send);
    if (message.t !== 'join') throw new Error('not a join');
    return { from, to, message: { ...message, ...change } };
  };
  const alone = (size: number): Group => {
    const group = new Group(size);
    group.letters.length = 0;
    return group;
  };

  it('too late is answered with "full"', () => {
    const group = compared(2);
    const before = group.state(0);
    group.deliver(join(group, 4));
    expect(group.state(0)).toBe(before);
    expect(group.letters.map(({ message }) => message)).toEqual([
      { t: 'end', pairing: before.invitation.pairing, reason: 'full' },
    ]);
  });

  it('after the time of the invitation is answered with "expired"', () => {
    const group = alone(2);
    group.now = NOW + HOUR;
    const inTime = alone(2);
    inTime.now = NOW + HOUR;
    inTime.deliver(join(inTime, 1));
    expect(inTime.state(0).founding).toBeDefined();
    group.now += 1;
    group.deliver(join(group, 1));
    expect(group.state(0).joined).toEqual([]);
    expect(group.letters.map(({ message }) => message)).toEqual([
      { t: 'end', pairing: group.state(0).invitation.pairing, reason: 'expired' },
    ]);
  });

  it('in the name of another device is not taken', () => {
    const group = alone(3);
    group.deliver(join(group, 1, {}, 4));
    expect(group.state(0).joined).toEqual([]);
  });

  it('with the own identity of the creator is not taken', () => {
    const group = alone(3);
    const { identity } = introduction(0);
    group.take(
      0,
      receive(
        group.state(0),
        { from: identity, message: join(group, 1, { identity }).message },
        NOW,
      ),
    );
    expect(group.state(0).joined).toEqual([]);
  });

  it.each(['sealing', 'inbox'] as const)('with the %s of another device is not taken', (field) => {
    const group = alone(3);
    group.deliver(join(group, 1));
    group.deliver(join(group, 2, { [field]: introduction(1)[field] }));
    group.deliver(join(group, 2, { [field]: introduction(0)[field] }));
    expect(group.state(0).joined.map(({ name }) => name)).toEqual(['Ben']);
    group.deliver(join(group, 2));
    expect(group.state(0).founding).toBeDefined();
  });

  it('again with another commitment or name keeps the first', () => {
    const group = alone(3);
    group.deliver(join(group, 1));
    const [before] = group.state(0).joined;
    group.deliver(join(group, 1, { commit: filled(8, 8), name: 'Mallory' }));
    expect(group.state(0).joined).toEqual([before]);
  });

  it('again after a reload is answered, to that device alone', () => {
    const group = alone(3);
    group.deliver(join(group, 1));
    group.letters.length = 0;
    group.deliver(join(group, 1));
    expect(group.letters.map(({ to }) => toHex(to))).toEqual([toHex(introduction(1).identity)]);
  });

  it('is nothing that a joiner answers', () => {
    const group = new Group(2);
    const before = group.state(1);
    group.deliver({ ...join(group, 4), to: introduction(1).identity });
    expect(group.state(1)).toBe(before);
  });
});

describe('a roster', () => {
  /** The first joiner, and the roster that an honest creator would send it. */
  const offered = (): { state: PairingState; founding: Founding; commits: Uint8Array[] } => {
    const group = new Group(3);
    for (const letter of only(group.letters, 'join')) group.deliver(letter);
    const { message } = first(only(group.letters, 'roster'));
    return {
      state: group.state(1),
      founding: parseFounding(message.founding),
      commits: message.commits,
    };
  };
  const give = (founding: Uint8Array, commits: readonly Uint8Array[]): PairingState => {
    const { state } = offered();
    const { pairing, identity } = state.invitation;
    const message: PairingMessage = { t: 'roster', pairing, founding, commits: [...commits] };
    return receive(state, { from: identity, message }, NOW).state;
  };
  const member = (founding: Founding, at: number, change: object): Founding => ({
    ...founding,
    members: founding.members.map((one, i) => (i === at ? { ...one, ...change } : one)),
  });

  it('that fits is taken', () => {
    const { founding, commits } = offered();
    expect(give(encodeFounding(founding), commits).failure).toBeUndefined();
  });

  const changes: Record<string, (founding: Founding) => Founding> = {
    'another name of the vault': (f) => ({ ...f, name: 'Treasury 2' }),
    'another threshold': (f) => ({ ...f, threshold: 3 }),
    'another pairing': (f) => ({ ...f, nonce: new Uint8Array(16) }),
    'one device less': (f) => ({ ...f, members: f.members.slice(0, 2) }),
    'one device more': (f) => ({
      ...f,
      members: [...f.members, { ...introduction(4), index: 4 }],
    }),
    'this device under another name': (f) => member(f, 1, { name: 'Bob' }),
    'another inbox of this device': (f) => member(f, 1, { inbox: filled(4, 3) }),
    'another sealing key of this device': (f) => member(f, 1, { sealing: filled(4, 2) }),
    'another device in the place of this one': (f) => member(f, 1, introduction(4)),
    'another name of the creator': (f) => member(f, 0, { name: 'Ida' }),
    'another inbox of the creator': (f) => member(f, 0, { inbox: filled(4, 3) }),
    'another sealing key of the creator': (f) => member(f, 0, { sealing: filled(4, 2) }),
    'another creator': (f) => member(f, 0, introduction(4)),
  };
  it.each(Object.keys(changes))('with %s ends the pairing', (name) => {
    const { founding, commits } = offered();
    const changed = changes[name]?.(founding) ?? founding;
    expect(give(encodeFounding(changed), commits).failure).toBe('roster');
  });

  it('with another commitment of this device ends the pairing', () => {
    const { founding, commits } = offered();
    const changed = commits.map((commit, i) => (i === 1 ? filled(7, 7) : commit));
    expect(give(encodeFounding(founding), changed).failure).toBe('roster');
  });

  it('with a commitment too many or too few ends the pairing', () => {
    const { founding, commits } = offered();
    const bytes = encodeFounding(founding);
    expect(give(bytes, [...commits, filled(7, 7)]).failure).toBe('roster');
    expect(give(bytes, commits.slice(0, 2)).failure).toBe('roster');
  });

  it('that is none ends the pairing', () => {
    expect(give(Uint8Array.of(1, 2, 3), offered().commits).failure).toBe('roster');
  });

  it('that differs between two devices is found out by the reveals', () => {
    const group = new Group(3);
    for (const letter of only(group.letters, 'join')) group.deliver(letter);
    group.letters.splice(0, group.letters.length, ...group.letters.map(otherForCleo));
    group.settle();
    expect(group.states.some(({ failure }) => failure === 'roster')).toBe(true);
    expect(group.states.every((state) => !isComplete(state))).toBe(true);
  });

  it('comes once: another one later changes nothing', () => {
    const group = compared(3);
    const before = group.state(1);
    const { founding, commits } = offered();
    const message: PairingMessage = {
      t: 'roster',
      pairing: before.invitation.pairing,
      founding: encodeFounding({ ...founding, created: founding.created + 1 }),
      commits,
    };
    group.deliver({ from: 0, to: introduction(1).identity, message });
    expect(group.state(1)).toBe(before);
  });
});

/** A creator that tells Cleo of another founding time than Ben. */
function otherForCleo(letter: Letter): Letter {
  const { to, message } = letter;
  if (message.t !== 'roster' || toHex(to) !== toHex(introduction(2).identity)) return letter;
  const founding = parseFounding(message.founding);
  const changed = encodeFounding({ ...founding, created: founding.created + 1 });
  return { ...letter, message: { ...message, founding: changed } };
}

describe('a reveal', () => {
  const tampered = (change: (message: Of<'reveal'>) => Of<'reveal'>): Group => {
    const group = new Group(2);
    for (const letter of only(group.letters, 'join')) group.deliver(letter);
    const toBen = group.letters.splice(0, group.letters.length);
    for (const letter of toBen) {
      const { message } = letter;
      group.deliver(message.t === 'reveal' ? { ...letter, message: change(message) } : letter);
    }
    return group;
  };

  it('as it should be shows the words', () => {
    expect(wordsOf(tampered((message) => message).state(1))).toHaveLength(4);
  });

  it('of another nonce than committed ends the pairing', () => {
    const group = tampered((message) => ({ ...message, nonce: filled(7, 7) }));
    expect(group.state(1).failure).toBe('roster');
  });

  it('under another roster ends the pairing', () => {
    const group = tampered((message) => ({ ...message, roster: filled(7, 7) }));
    expect(group.state(1).failure).toBe('roster');
  });

  it('counts once: a second with another nonce changes nothing', () => {
    const group = compared(2);
    const before = group.state(1);
    const message: PairingMessage = {
      t: 'reveal',
      pairing: before.invitation.pairing,
      roster: filled(0, 0),
      nonce: filled(7, 7),
    };
    group.deliver({ from: 0, to: introduction(1).identity, message });
    expect(group.state(1)).toBe(before);
  });
});

describe('a person', () => {
  it.each([0, 1, 2])('who sees other words at device %i ends it for all', (n) => {
    const group = compared(3);
    for (const other of [0, 1, 2].filter((i) => i !== n)) group.confirm(other);
    group.settle();
    group.confirm(n, false);
    group.settle();
    expect(group.states.map(({ failure }) => failure)).toEqual(Array(3).fill('words-differ'));
    group.confirm(n, true);
    group.settle();
    expect(group.states.some(isComplete)).toBe(false);
  });

  it('cannot confirm before there are words', () => {
    const group = new Group(2);
    const before = group.states.slice();
    const letters = group.letters.length;
    group.confirm(0);
    group.confirm(1);
    expect(group.states).toEqual(before);
    expect(group.letters).toHaveLength(letters);
  });

  it.each([0, 1, 2])('who ends it at device %i ends it for all', (n) => {
    const group = compared(3);
    group.end(n);
    group.settle();
    expect(group.states.map(({ failure }) => failure)).toEqual(Array(3).fill('cancelled'));
  });

  it.each([0, 1])('can end it at device %i before everyone joined', (n) => {
    const group = new Group(3);
    group.deliver(first(only(group.letters, 'join')));
    group.letters.length = 0;
    group.end(n);
    group.settle();
    expect([0, 1].map((i) => group.state(i).failure)).toEqual(['cancelled', 'cancelled']);
  });

  it('who ends it again says nothing more', () => {
    const group = compared(2);
    group.end(0);
    expect(end(group.state(0)).send).toEqual([]);
  });

  it('at the other device who confirmed other words ends it', () => {
    const group = compared(2);
    const { pairing } = invitationFor(2);
    const message: PairingMessage = { t: 'confirm', pairing, transcript: filled(7, 7), same: true };
    group.deliver({ from: 1, to: introduction(0).identity, message });
    expect(group.state(0).failure).toBe('words-differ');
  });
});

/**
 * Mallory poses as Ben to Ada and as Ada to Ben. She may choose everything and wait as long as she likes,
 * but she has to commit before she sees.
 */
describe('somebody in the middle', () => {
  const attack = (
    guess: Uint8Array,
    reveal: (honest: Group, seen: Uint8Array) => Uint8Array,
  ): { readonly toAda: Group; readonly ben: PairingState } => {
    const invitation = invitationFor(2);
    // With Ada, from the beginning to the end: these words are fixed first.
    const toAda = new Group(2, invitation);
    toAda.take(1, begin('joiner', invitation, introduction(4), filled(4, 4)));
    toAda.letters.splice(0, 1);
    toAda.states[1] = begin('joiner', invitation, introduction(4), filled(4, 4)).state;
    toAda.deliver({ ...first(only(toAda.letters, 'join')), from: 4 });
    // With Ben, under an invitation of her own.
    const { identity, sealing, inbox } = introduction(5);
    const forged = { ...invitation, identity, sealing, inbox };
    const posing = { ...introduction(5), name: 'Ada' };
    let mallory = begin('creator', forged, posing, guess);
    let ben = begin('joiner', forged, introduction(1), nonceOf(1));
    mallory = receive(
      mallory.state,
      { from: introduction(1).identity, message: first(ben.send).message },
      NOW,
    );
    const [roster] = mallory.send.filter(({ message }) => message.t === 'roster');
    if (roster === undefined) throw new Error('no roster');
    ben = receive(ben.state, { from: identity, message: roster.message }, NOW);
    // Now she sees Ben's nonce, and opens her commitment as it suits her.
    const shown = first(ben.send).message;
    const mine = mallory.send.map(({ message }) => message).find(({ t }) => t === 'reveal');
    if (shown.t !== 'reveal' || mine?.t !== 'reveal') throw new Error('no reveal');
    const opened = { ...mine, nonce: reveal(toAda, shown.nonce) };
    return { toAda, ben: receive(ben.state, { from: identity, message: opened }, NOW).state };
  };

  it('cannot make the words equal by chance', () => {
    const same = Array.from({ length: 40 }, (_, seed) => {
      const guess = filled(seed, 61);
      const { toAda, ben } = attack(guess, () => guess);
      toAda.settle();
      const [ada] = words(toAda);
      expect(wordsOf(ben)).toHaveLength(4);
      return ada === wordsOf(ben)?.join(' ');
    });
    expect(same).not.toContain(true);
  });

  it('cannot open her commitment to what would suit her', () => {
    const { ben } = attack(filled(0, 61), () => filled(1, 61));
    expect(ben.failure).toBe('roster');
    expect(wordsOf(ben)).toBeUndefined();
  });
});
