/** Packets: what authenticates is opened, everything else is dropped without a word. */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { describe, expect, it } from 'vitest';
import { concat, toHex, u16, u32, u8 } from '../../codec.ts';
import { hash } from '../hash.ts';
import {
  flip,
  HEADER_FIELDS,
  headerOf,
  handshakesOf,
  identitiesOf,
  overwrite,
  recordsOf,
  toyCeremony,
  toySessions,
} from '../testing/network.ts';
import { TAGS } from '../tags.ts';
import { handshakeId } from './handshake.ts';
import {
  broadcastDigest,
  openHandshakePacket,
  openPacket,
  sealBroadcast,
  sealDirect,
  type PacketSlot,
} from './packet.ts';
import { of } from './round.ts';
import type { Session } from './session.ts';

const HEADER_BYTES = 44;
const identities = identitiesOf(3);
const sessions = toySessions(identities, 'packets');
const [one, two, three] = [of(sessions, 1), of(sessions, 2), of(sessions, 3)];
const body = Uint8Array.of(1, 2, 3, 4, 5);

const broadcastBy = (session: Session, slot: PacketSlot, content = body): Uint8Array => {
  const signature = of(identities, session.self).sign(broadcastDigest(session, slot, content));
  return sealBroadcast(session, slot, content, signature);
};
const broadcast = broadcastBy(two, { round: 1, from: 2, to: 0 });
const direct = sealDirect(two, { round: 1, from: 2, to: 1 }, body);

/** The packet with another header, signed over that header by its sender. */
const signedAgain = (packet: Uint8Array, signer = 2): Uint8Array => {
  const head = packet.slice(0, HEADER_BYTES);
  const content = packet.slice(HEADER_BYTES, -64);
  return concat(head, content, of(identities, signer).sign(hash(TAGS.packet, head, content)));
};

/** The packet with another header, sealed over that header with the key of the pair. */
const sealedAgain = (head: Uint8Array, round = 1): Uint8Array => {
  const nonce = concat(new Uint8Array(8), u32(round));
  return concat(head, chacha20poly1305(two.keysWith(1).send, nonce, head).encrypt(body));
};

const other: Readonly<Record<keyof typeof HEADER_FIELDS, Uint8Array>> = {
  version: u8(2),
  suite: u8(1),
  protocol: u8(2),
  round: u8(2),
  from: u16(3),
  to: u16(1),
  session: new Uint8Array(32).fill(7),
  length: u32(body.length + 1),
};
const fields = Object.keys(HEADER_FIELDS) as (keyof typeof HEADER_FIELDS)[];
const altered = (packet: Uint8Array, field: keyof typeof HEADER_FIELDS): Uint8Array => {
  const value = packet === direct && field === 'to' ? u16(0) : other[field];
  return overwrite(packet, HEADER_FIELDS[field].offset, value);
};

describe('a packet', () => {
  it('is opened by the parties it is for', () => {
    for (const session of [one, three]) {
      expect(openPacket(session, broadcast)).toEqual({ round: 1, from: 2, to: 0, body });
    }
    expect(openPacket(one, direct)).toEqual({ round: 1, from: 2, to: 1, body });
    expect(openPacket(three, direct)).toBeUndefined();
  });

  it('names version, suite, protocol, round, sender, receiver, session and length', () => {
    expect(broadcast.slice(0, 8)).toEqual(Uint8Array.of(1, 3, 1, 1, 0, 2, 0, 0));
    expect(headerOf(broadcast).session).toEqual(one.sid);
    expect(broadcast.slice(40, 44)).toEqual(u32(body.length));
  });

  it.each(fields)('is dropped when %s alone was altered on the way', (field) => {
    for (const packet of [broadcast, direct]) {
      const { offset, length } = HEADER_FIELDS[field];
      expect(openPacket(one, altered(packet, field))).toBeUndefined();
      for (let at = offset; at < offset + length; at++) {
        expect(openPacket(one, flip(packet, at))).toBeUndefined();
        expect(openPacket(one, flip(packet, at, 0x80))).toBeUndefined();
      }
    }
  });

  it.each(['version', 'suite', 'protocol', 'from', 'to', 'session', 'length'] as const)(
    'P-45 is dropped when its own sender signs or seals another %s',
    (field) => {
      expect(openPacket(one, signedAgain(altered(broadcast, field)))).toBeUndefined();
      const head = altered(direct, field).slice(0, HEADER_BYTES);
      expect(openPacket(one, sealedAgain(head))).toBeUndefined();
    },
  );

  it('P-45 is dropped when its header names another receiver, whatever key sealed it', () => {
    const head = overwrite(direct, HEADER_FIELDS.to.offset, u16(3)).slice(0, HEADER_BYTES);
    expect(openPacket(one, sealedAgain(head))).toBeUndefined();
  });

  it('is what its sender made of it: the control of the cases above', () => {
    expect(signedAgain(broadcast)).toEqual(broadcast);
    expect(sealedAgain(direct.slice(0, HEADER_BYTES))).toEqual(direct);
    const moved = altered(broadcast, 'round');
    expect(openPacket(one, signedAgain(moved))).toEqual({ round: 2, from: 2, to: 0, body });
  });

  it.each([
    ['broadcast', broadcast],
    ['direct', direct],
  ])('is dropped when any byte of a %s packet changes, is missing or is added', (_, packet) => {
    for (let at = 0; at < packet.length; at++) {
      expect(openPacket(one, flip(packet, at))).toBeUndefined();
      expect(openPacket(one, packet.slice(0, at))).toBeUndefined();
    }
    expect(openPacket(one, concat(packet, u8(0)))).toBeUndefined();
    expect(openPacket(one, concat(u8(0), packet))).toBeUndefined();
  });

  it('is copied: a carrier that reuses its buffer changes nothing', () => {
    for (const packet of [broadcast.slice(), direct.slice()]) {
      const opened = openPacket(one, packet);
      packet.fill(0);
      expect(opened?.body).toEqual(body);
    }
  });

  it('carries an empty body', () => {
    const nothing = new Uint8Array();
    const slot = { round: 1, from: 2, to: 1 };
    expect(openPacket(one, sealDirect(two, slot, nothing))?.body).toEqual(nothing);
    expect(openPacket(one, broadcastBy(two, { ...slot, to: 0 }, nothing))?.body).toEqual(nothing);
  });
});

describe('P-38 the sender of a packet', () => {
  it('is who authenticated it, not who the header names', () => {
    const claimed = { round: 1, from: 2, to: 0 };
    const forged = of(identities, 3).sign(broadcastDigest(three, claimed, body));
    expect(openPacket(one, sealBroadcast(three, claimed, body, forged))).toBeUndefined();
    // sealed with the key between 3 and 1, but in the name of 2
    expect(openPacket(one, sealDirect(three, { ...claimed, to: 1 }, body))).toBeUndefined();
  });

  it('is never the receiver: what a party sent is not reflected to it', () => {
    const own = broadcastBy(one, { round: 1, from: 1, to: 0 });
    expect(openPacket(two, own)?.from).toBe(1);
    expect(openPacket(one, own)).toBeUndefined();
    const sealed = sealDirect(one, { round: 1, from: 1, to: 2 }, body);
    expect(openPacket(one, sealed)).toBeUndefined();
    const turned = overwrite(sealed, HEADER_FIELDS.from.offset, concat(u16(2), u16(1)));
    expect(openPacket(one, turned)).toBeUndefined();
  });

  it.each([0, 4, 65_535])('is a party of the session: not number %i', (from) => {
    const stranger = overwrite(broadcast, HEADER_FIELDS.from.offset, u16(from));
    expect(openPacket(one, signedAgain(stranger))).toBeUndefined();
    const head = overwrite(direct, HEADER_FIELDS.from.offset, u16(from)).slice(0, HEADER_BYTES);
    expect(openPacket(one, sealedAgain(head))).toBeUndefined();
  });
});

describe('P-36 the keys of a pair', () => {
  it('differ by direction, and both ends agree on each', () => {
    for (const [party, session] of sessions) {
      for (const peer of session.peers) {
        const { send, receive } = session.keysWith(peer);
        expect(send).not.toEqual(receive);
        expect(of(sessions, peer).keysWith(party)).toEqual({ send: receive, receive: send });
      }
    }
  });

  it('are all different, and different in every session of the same devices', () => {
    const again = toySessions(identities, 'another');
    const keys = [...sessions.values(), ...again.values()].flatMap((session) =>
      session.peers.map((peer) => toHex(session.keysWith(peer).send)),
    );
    expect(new Set(keys).size).toBe(12);
  });

  it('make different ciphertexts of equal plaintexts: by direction, peer, round and session', () => {
    const again = of(toySessions(identities, 'another'), 2);
    const sealed = [
      direct,
      sealDirect(two, { round: 1, from: 2, to: 3 }, body),
      sealDirect(two, { round: 2, from: 2, to: 1 }, body),
      sealDirect(one, { round: 1, from: 1, to: 2 }, body),
      sealDirect(again, { round: 1, from: 2, to: 1 }, body),
    ].map((packet) => toHex(packet.slice(HEADER_BYTES)));
    expect(new Set(sealed).size).toBe(sealed.length);
  });

  it('are gone when the session is wiped', () => {
    const session = of(toySessions(identities, 'wiped'), 1);
    const { send, receive } = session.keysWith(2);
    session.wipe();
    expect([...send, ...receive].every((byte) => byte === 0)).toBe(true);
    expect(() => session.keysWith(2)).toThrow('no channel');
  });
});

describe('a round-0 packet', () => {
  const { handshake: spec } = toyCeremony({ self: 1, identities });
  const frame = { ...spec, sid: handshakeId(spec.context) };
  const specs = new Map(
    [...identities.keys()].map((self) => [self, toyCeremony({ self, identities }).handshake]),
  );
  const handshakes = handshakesOf(specs, 'round 0');
  const signed = of(recordsOf(handshakes, identities), 2);
  const slot = { round: 0, from: 2, to: 0 };
  const packet = sealBroadcast(frame, slot, signed.slice(0, -64), signed.slice(-64));

  it('carries a signed record', () => {
    expect(openHandshakePacket(frame, packet)).toEqual({ ...slot, body: signed });
    expect(of(handshakes, 1).admits(2, signed)).toBe(true);
  });

  it.each(['version', 'suite', 'protocol', 'round', 'to', 'session', 'length'] as const)(
    'is dropped when %s alone was altered',
    (field) => {
      expect(openHandshakePacket(frame, altered(packet, field))).toBeUndefined();
    },
  );

  it('is refused when its record is not of the party that the header names', () => {
    const renamed = openHandshakePacket(frame, altered(packet, 'from'));
    expect(renamed?.from).toBe(3);
    expect(of(handshakes, 1).admits(3, renamed?.body ?? new Uint8Array())).toBe(false);
  });

  it('is no packet of an established session, nor the other way round', () => {
    expect(openPacket(one, packet)).toBeUndefined();
    expect(openHandshakePacket(frame, broadcast)).toBeUndefined();
    const zero = broadcastBy(two, slot);
    expect(openPacket(one, zero)).toBeUndefined();
  });
});
