/** Evidence of equivocation: what convinces somebody who was not there, and nothing else does. */
import { describe, expect, it } from 'vitest';
import { concat, u16, u32, u8 } from '../../codec.ts';
import {
  flip,
  HEADER_FIELDS,
  identitiesOf,
  overwrite,
  toyCeremony,
  toySessions,
} from '../testing/network.ts';
import { seeded } from '../testing/seeded.ts';
import { verifyEquivocation } from './equivocation.ts';
import { recordDigest } from './handshake.ts';
import { ABORT_ROUND, broadcastDigest, sealBroadcast, sealDirect } from './packet.ts';
import { of } from './round.ts';

const identities = identitiesOf(3);
const accused = of(identities, 2);
const session = of(toySessions(identities, 'evidence'), 2);
const elsewhere = of(toySessions(identities, 'evidence of another session'), 2);
const bodies = [seeded('one')(8), seeded('two')(8)] as const;

interface Change {
  readonly frame?: Parameters<typeof broadcastDigest>[0];
  readonly slot?: Partial<Parameters<typeof broadcastDigest>[1]>;
  readonly body?: Uint8Array;
}
/** A broadcast of party 2, signed by it whatever it says. */
function signed({ frame = session, slot = {}, body = bodies[1] }: Change = {}): Uint8Array {
  const full = { round: 1, from: 2, to: 0, ...slot };
  const signature = accused.sign(broadcastDigest(frame, full, body));
  return sealBroadcast(frame, full, body, signature);
}
const first = signed({ body: bodies[0] });
const verdict = (second: Uint8Array, one = first, key = accused.publicKey) =>
  verifyEquivocation([one, second], key);

/** A packet whose header says something else, signed as it is. */
function altered(field: keyof typeof HEADER_FIELDS, value: Uint8Array): Uint8Array {
  const { offset } = HEADER_FIELDS[field];
  return overwrite(signed(), offset, value);
}

describe('two signed packets', () => {
  it('of one slot with different bodies prove it, in either order, and say of what', () => {
    const proven = { suite: session.suite, protocol: 'dkg', sid: session.sid, round: 1, from: 2 };
    expect(verdict(signed())).toEqual(proven);
    expect(verdict(first, signed())).toEqual(proven);
  });

  it('prove it for bodies of different lengths: the length is no part of the slot', () => {
    expect(verdict(signed({ body: new Uint8Array(9) }))).toMatchObject({ round: 1, from: 2 });
    expect(verdict(signed({ body: new Uint8Array() }))).toMatchObject({ round: 1, from: 2 });
  });

  it.each<[string, Change]>([
    ['with the same body', { body: bodies[0] }],
    ['of another round', { slot: { round: 2 } }],
    ['under another number', { slot: { from: 3 } }],
    ['of another session', { frame: elsewhere }],
    [
      'of another protocol',
      { frame: { suite: session.suite, protocol: 'sign', sid: session.sid } },
    ],
    [
      'of another suite',
      { frame: { suite: 'mpc-frost/v1/secp256k1-bip340', protocol: 'dkg', sid: session.sid } },
    ],
  ])('prove nothing when the second is one %s', (_, change) => {
    expect(verdict(signed(change))).toBeUndefined();
  });

  it.each<[string, number]>([
    ['round 0, which is signed otherwise and may be repeated', 0],
    ['the notice that ends a session', ABORT_ROUND],
  ])('prove nothing of %s', (_, round) => {
    const [one, two] = bodies.map((body) => signed({ slot: { round }, body }));
    expect(verdict(two ?? first, one)).toBeUndefined();
  });

  it('prove nothing of direct packets: whoever can read them can write them', () => {
    const slot = { round: 1, from: 2, to: 1 };
    const [one, two] = bodies.map((body) => sealDirect(session, slot, body));
    expect(verdict(two ?? first, one)).toBeUndefined();
    const [three, four] = bodies.map((body) => signed({ slot: { to: 1 }, body }));
    expect(verdict(four ?? first, three)).toBeUndefined();
  });

  it.each([
    ['the first', (packet: Uint8Array) => verdict(signed(), packet)],
    ['the second', (packet: Uint8Array) => verdict(packet)],
  ])('prove nothing when any byte of %s is another one, or missing, or added', (_, check) => {
    const packet = signed({ body: seeded('three')(8) });
    expect(check(packet)).toBeDefined();
    for (let at = 0; at < packet.length; at++) {
      expect(check(flip(packet, at)), `byte ${String(at)}`).toBeUndefined();
      expect(check(packet.slice(0, at))).toBeUndefined();
    }
    expect(check(concat(packet, u8(0)))).toBeUndefined();
  });

  it('prove nothing against anyone else', () => {
    for (const party of [1, 3]) {
      expect(verdict(signed(), first, of(identities, party).publicKey)).toBeUndefined();
    }
    expect(verdict(signed(), first, new Uint8Array(31))).toBeUndefined();
  });

  it('prove nothing when only one of them is signed by the accused', () => {
    const digest = broadcastDigest(session, { round: 1, from: 2, to: 0 }, bodies[1]);
    const slot = { round: 1, from: 2, to: 0 };
    const forged = sealBroadcast(session, slot, bodies[1], of(identities, 1).sign(digest));
    expect(verdict(forged)).toBeUndefined();
    expect(verdict(first, forged)).toBeUndefined();
  });

  it('prove nothing of a session record, which the same key signed', () => {
    const { context } = toyCeremony({ self: 2, identities }).handshake;
    const signature = accused.sign(recordDigest(context, bodies[1]));
    const slot = { round: 1, from: 2, to: 0 };
    expect(verdict(sealBroadcast(session, slot, bodies[1], signature))).toBeUndefined();
  });

  it.each([
    ['version', u8(2)],
    ['suite', u8(0)],
    ['protocol', u8(0)],
    ['to', u16(1)],
    ['length', u32(9)],
  ] as const)('prove nothing with an impossible %s in both headers', (field, value) => {
    const { offset } = HEADER_FIELDS[field];
    expect(verdict(altered(field, value), overwrite(first, offset, value))).toBeUndefined();
  });
});
