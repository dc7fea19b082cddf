import { describe, expect, it, test } from 'vitest';
import { encodeCbor, type CborValue } from '../cbor.ts';
import {
  decodeCeremony,
  decodePresence,
  encodeWire,
  type CeremonyMessage,
  type PresenceMessage,
} from './wire.ts';

const id = new Uint8Array(16).fill(1);
const hash = new Uint8Array(32).fill(2);
const presences: readonly PresenceMessage[] = [
  { t: 'hello', nonce: id, fresh: true },
  { t: 'here', nonce: id },
  { t: 'bye' },
];
const ceremonies: readonly CeremonyMessage[] = [
  { t: 'packet', request: id, packet: new Uint8Array(1_000) },
  { t: 'keygen', vault: hash, request: id },
  { t: 'keygen-ask', vault: hash, request: id },
  { t: 'sign', vault: hash, proposal: hash, request: id, signers: [1, 20] },
  { t: 'busy', vault: hash, request: id },
  { t: 'confirms', vault: hash, suite: 'mpc-ecdsa/v1/secp256k1/L128', held: [] },
  {
    t: 'confirms',
    vault: hash,
    suite: 'mpc-frost/v1/secp256k1-bip340',
    held: [{ kid: hash, index: 3, signature: new Uint8Array(64).fill(3) }],
  },
  { t: 'pair', vault: hash, stands: 'agreed', last: null, ask: true },
  { t: 'pair', vault: hash, stands: 'settled', last: id, ask: false },
  { t: 'pair-setup', vault: hash, request: id },
  { t: 'show', vault: hash, proposal: hash, shown: hash },
  { t: 'shown', vault: hash, proposal: hash, lines: [{ depth: 0, label: 'To', value: 'Bob' }] },
];

test.each(presences)('presence: $t comes back as it was', (message) => {
  expect(decodePresence(encodeWire(message))).toEqual(message);
  expect(() => decodeCeremony(encodeWire(message))).toThrow(/ceremony message/);
});

test.each(ceremonies)('ceremony: $t comes back as it was', (message) => {
  expect(decodeCeremony(encodeWire(message))).toEqual(message);
  expect(() => decodePresence(encodeWire(message))).toThrow(/presence message/);
});

describe('refused', () => {
  const held = { kid: hash, index: 3, signature: new Uint8Array(64) };
  const find = (t: string): Record<string, CborValue> => {
    const message = [...presences, ...ceremonies].find((one) => one.t === t);
    if (message === undefined) throw new Error(`no ${t}`);
    return { ...message };
  };
  test.each<[string, string, CborValue]>([
    ['hello', 'nonce', new Uint8Array(15)],
    ['hello', 'fresh', 1],
    ['here', 'fresh', true],
    ['here', 'nonce', 'text'],
    ['bye', 'nonce', id],
    ['packet', 'request', new Uint8Array(17)],
    ['packet', 'packet', new Uint8Array(2_000_001)],
    ['keygen', 'vault', new Uint8Array(31)],
    ['keygen', 'request', null],
    ['keygen-ask', 'vault', new Uint8Array(33)],
    ['keygen-ask', 'request', new Uint8Array(15)],
    ['sign', 'proposal', new Uint8Array(33)],
    ['sign', 'signers', [1]],
    ['sign', 'signers', [0, 1]],
    ['sign', 'signers', [1, 256]],
    ['sign', 'signers', [1, 1.5]],
    ['sign', 'signers', Array.from({ length: 21 }, (_, i) => i + 1)],
    ['busy', 'request', new Uint8Array(0)],
    ['confirms', 'suite', 'mpc-frost/v1/ed25519'],
    ['confirms', 'held', Array<CborValue>(17).fill(held)],
    ['confirms', 'held', [{ ...held, kid: new Uint8Array(31) }]],
    ['confirms', 'held', [{ ...held, index: 0 }]],
    ['confirms', 'held', [{ ...held, signature: new Uint8Array(63) }]],
    ['confirms', 'held', [{ ...held, more: 1 }]],
    ['pair', 'vault', new Uint8Array(31)],
    ['pair', 'stands', 'willing'],
    ['pair', 'last', new Uint8Array(15)],
    ['pair', 'last', false],
    ['pair', 'ask', 1],
    ['pair', 'request', id],
    ['pair-setup', 'vault', new Uint8Array(33)],
    ['show', 'shown', new Uint8Array(31)],
    ['show', 'proposal', 'text'],
    ['shown', 'lines', 'text'],
    ['shown', 'lines', [{ depth: 0, label: 'To' }]],
    ['shown', 'lines', [{ depth: -1, label: 'To', value: '' }]],
    ['shown', 'lines', [{ depth: 65, label: 'To', value: '' }]],
    ['shown', 'lines', [{ depth: 0, label: 'x'.repeat(1_001), value: '' }]],
    ['shown', 'lines', [{ depth: 0, label: '', value: 'x'.repeat(400_001) }]],
    ['shown', 'lines', [{ depth: 0, label: 'To', value: '', more: 1 }]],
    ['shown', 'lines', Array.from({ length: 5_001 }, () => ({ depth: 0, label: '', value: '' }))],
    ['pair-setup', 'request', new Uint8Array(17)],
    ['pair-setup', 'stands', 'agreed'],
  ])('%s with a wrong %s (%#)', (t, field, value) => {
    const decode = ['hello', 'here', 'bye'].includes(t) ? decodePresence : decodeCeremony;
    expect(() => decode(encodeCbor(find(t)))).not.toThrow();
    expect(() => decode(encodeCbor({ ...find(t), [field]: value }))).toThrow(/message/);
  });

  it('bytes that are not canonical', () => {
    const bytes = encodeWire({ t: 'bye' });
    for (const decode of [decodePresence, decodeCeremony]) {
      expect(() => decode(Uint8Array.of(...bytes, 0))).toThrow(/message/);
      expect(() => decode(new Uint8Array())).toThrow(/message/);
      expect(() => decode(encodeCbor({ t: 'unheard of' }))).toThrow(/message/);
    }
  });
});
