/** Packets that come before the session exists: kept in order, within bounds, and only if they could be right. */
import { describe, expect, it } from 'vitest';
import { concat, u16, u32, u8 } from '../../codec.ts';
import { EXTENSION_BYTES } from '../ot/extension.ts';
import { reshareRounds } from '../reshare-rounds.ts';
import { dealtKey } from '../testing/dealt.ts';
import {
  HEADER_FIELDS,
  identitiesOf,
  overwrite,
  toyCeremony,
  toySessions,
} from '../testing/network.ts';
import { requestId, seeded, testIdentity } from '../testing/seeded.ts';
import type { ReshareContext } from './context.ts';
import { EarlyPackets, LAST_EARLY_ROUND } from './early.ts';
import { sealBroadcast, sealDirect } from './packet.ts';
import { of } from './round.ts';

const identities = identitiesOf(3);
const spec = toyCeremony({ self: 1, identities }).handshake;
const two = of(toySessions(identities, 'early'), 2);
const broadcast = (round: number, body: Uint8Array = new Uint8Array(8)): Uint8Array =>
  sealBroadcast(two, { round, from: 2, to: 0 }, body, new Uint8Array(64));
const direct = (to: number, round = 1): Uint8Array =>
  sealDirect(two, { round, from: 2, to }, new Uint8Array(16));
const from = (party: number, packet: Uint8Array): Uint8Array =>
  overwrite(packet, HEADER_FIELDS.from.offset, u16(party));

const keptOf = (packets: readonly Uint8Array[]): Uint8Array[] => {
  const early = new EarlyPackets(spec);
  for (const packet of packets) early.keep(packet);
  return drain(early);
};
function drain(early: EarlyPackets): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let next = early.next(); next !== undefined; next = early.next()) {
    out.push(next);
    if (out.length > 100) throw new Error('given back more often than kept');
  }
  return out;
}

describe('early packets', () => {
  it('are given back once each, in the order in which they came', () => {
    const packets = [broadcast(1), direct(1), broadcast(2), broadcast(255)];
    expect(keptOf(packets)).toEqual(packets);
    expect(keptOf([])).toEqual([]);
  });

  it('are copied: a carrier that reuses its buffer changes nothing', () => {
    const buffer = broadcast(1);
    const early = new EarlyPackets(spec);
    early.keep(buffer);
    const before = buffer.slice();
    buffer.fill(0);
    expect(drain(early)).toEqual([before]);
  });

  const altered = (field: keyof typeof HEADER_FIELDS, value: Uint8Array): Uint8Array =>
    overwrite(broadcast(1), HEADER_FIELDS[field].offset, value);
  it.each([
    ['of another version', altered('version', u8(2))],
    ['of another suite', altered('suite', u8(1))],
    ['of another protocol', altered('protocol', u8(2))],
    ['of a stranger', altered('from', u16(4))],
    ['of this party', altered('from', u16(1))],
    ['for another party', direct(3)],
    ['of round 0', altered('round', u8(0))],
    ['without a whole header', broadcast(1).slice(0, 43)],
    ['that are empty', new Uint8Array()],
  ])('%s are dropped at once', (_, packet) => {
    expect(keptOf([packet, broadcast(1)])).toEqual([broadcast(1)]);
  });

  it('of any session are kept, because the session id is not known yet', () => {
    const other = altered('session', new Uint8Array(32));
    expect(keptOf([other])).toEqual([other]);
  });

  it('of rounds in which this party would have spoken first are dropped', () => {
    const late = [4, 5, 254].flatMap((round) => [broadcast(round), direct(1, round)]);
    expect(keptOf([...late, direct(1, 255), direct(1, LAST_EARLY_ROUND)])).toEqual([
      direct(1, LAST_EARLY_ROUND),
    ]);
  });
});

describe('P-37 early packets that anyone may have forged', () => {
  /** Candidates of a slot, and the bytes that each slot of two peers has. */
  const [CANDIDATES, SLOT] = [4, Math.floor(2 ** 25 / 14)];
  const numbered = (i: number): Uint8Array => broadcast(1, u32(i));
  const padded = (packet: Uint8Array, length: number): Uint8Array =>
    concat(packet, new Uint8Array(length - packet.length));

  it('take four places of one slot, and never the place of one that came before', () => {
    const flood = Array.from({ length: 500 }, (_, i) => numbered(i));
    expect(keptOf(flood)).toEqual(flood.slice(0, CANDIDATES));
    expect(keptOf([broadcast(1), ...flood])[0]).toEqual(broadcast(1));
  });

  it('take nothing from another kind, round or sender', () => {
    const flood = Array.from({ length: 100 }, (_, i) => numbered(i));
    const genuine = [direct(1), broadcast(2), broadcast(255), from(3, broadcast(1))];
    expect(keptOf([...flood, ...genuine])).toEqual([...flood.slice(0, CANDIDATES), ...genuine]);
  });

  it('take one place when they are the same bytes: a carrier may repeat itself', () => {
    const repeated = Array.from({ length: CANDIDATES }, () => broadcast(1));
    expect(keptOf([...repeated, numbered(1)])).toEqual([broadcast(1), numbered(1)]);
  });

  it('take bounded memory: the bytes of a slot are counted together', () => {
    const whole = padded(broadcast(1), SLOT);
    expect(keptOf([whole])).toHaveLength(1);
    expect(keptOf([padded(broadcast(1), SLOT + 1)])).toHaveLength(0);
    const most = padded(broadcast(1), SLOT - numbered(1).length);
    const lengths = keptOf([most, numbered(1), numbered(2)]).map(({ length }) => length);
    expect(lengths).toEqual([most.length, numbered(1).length]);
    expect(keptOf([whole, broadcast(2)])).toHaveLength(2);
  });

  it('leave room for the largest early packet, however many peers there are', () => {
    const many = identitiesOf(255);
    const early = new EarlyPackets(toyCeremony({ self: 1, identities: many }).handshake);
    const largest = 44 + 32 + 16 * EXTENSION_BYTES + 16;
    early.keep(padded(direct(1), largest));
    expect(drain(early)).toHaveLength(1);
    const tooMuch = padded(direct(1), 2 ** 18 + 1);
    early.keep(tooMuch);
    expect(drain(early)).toEqual([]);
  });

  it('leave nothing behind once they were given back', () => {
    const early = new EarlyPackets(spec);
    for (let i = 0; i < CANDIDATES; i++) early.keep(numbered(i));
    expect(drain(early)).toHaveLength(CANDIDATES);
    early.keep(numbered(9));
    expect(drain(early)).toEqual([numbered(9)]);
  });

  it('can only be of rounds that do not wait for this party', () => {
    // The third round of a redistribution is the first in which everyone speaks, and waits for everyone.
    const { info } = dealtKey('mpc-frost/v1/ed25519', 2, 2, seeded('early'));
    const members = [...info.members].map(({ index, identity }) => ({ index, identity }));
    const newcomer = { index: 3, identity: testIdentity('newcomer').publicKey };
    const context: ReshareContext = {
      suite: info.suite,
      requestId: requestId('early'),
      old: info,
      dealers: [1, 2],
      threshold: 2,
      members: [...members, newcomer],
    };
    const rounds = Object.values(reshareRounds(context, 3));
    const waiting = rounds.find(({ broadcast }) => broadcast.from.includes(3));
    expect(waiting?.number).toBe(LAST_EARLY_ROUND);
  });
});
