/** Packets that come before the session exists: kept in order, within bounds, and only if they could be right. */
import { describe, expect, it } from 'vitest';
import { concat, u16, u8 } from '../../codec.ts';
import {
  HEADER_FIELDS,
  identitiesOf,
  overwrite,
  toyCeremony,
  toySessions,
} from '../testing/network.ts';
import { EarlyPackets } from './early.ts';
import { sealBroadcast, sealDirect } from './packet.ts';
import { of } from './round.ts';

/** What is kept at most. */
const EARLY_BYTES = 2 ** 25;
const identities = identitiesOf(3);
const spec = toyCeremony({ self: 1, identities }).handshake;
const two = of(toySessions(identities, 'early'), 2);
const broadcast = (round: number, body = new Uint8Array(8)): Uint8Array =>
  sealBroadcast(two, { round, from: 2, to: 0 }, body, new Uint8Array(64));
const direct = (to: number): Uint8Array =>
  sealDirect(two, { round: 1, from: 2, to }, new Uint8Array(16));

const keptOf = (packets: readonly Uint8Array[]): Uint8Array[] => {
  const early = new EarlyPackets(spec);
  for (const packet of packets) early.keep(packet);
  return drain(early);
};
function drain(early: EarlyPackets): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let next = early.next(); next !== undefined; next = early.next()) out.push(next);
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

  it('P-37 take bounded memory: the oldest go first, and one that is too long is not kept', () => {
    const quarter = concat(broadcast(1), new Uint8Array(EARLY_BYTES / 4 - broadcast(1).length));
    const numbered = [1, 2, 3, 4, 5].map((round) => overwrite(quarter, 3, u8(round)));
    const rounds = keptOf(numbered).map((packet) => packet[3]);
    expect(rounds).toEqual([2, 3, 4, 5]);
    const whole = concat(broadcast(1), new Uint8Array(EARLY_BYTES + 1 - broadcast(1).length));
    expect(keptOf([broadcast(2), whole])).toEqual([broadcast(2)]);
  });
});
