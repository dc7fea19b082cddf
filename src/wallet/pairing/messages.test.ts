import { describe, expect, it, test } from 'vitest';
import { encodeCbor, type CborValue } from '../../cbor.ts';
import { decodePairingMessage, encodePairingMessage, type PairingMessage } from './messages.ts';
import { filled, introduction } from './testing/group.ts';

const pairing = new Uint8Array(16).fill(9);
const messages: readonly PairingMessage[] = [
  { t: 'join', pairing, ...introduction(1), commit: filled(1, 5) },
  { t: 'progress', pairing, names: ['Ada', 'Ben'] },
  { t: 'roster', pairing, founding: new Uint8Array(500), commits: [filled(0, 5), filled(1, 5)] },
  { t: 'reveal', pairing, roster: filled(0, 6), nonce: filled(0, 4) },
  { t: 'confirm', pairing, transcript: filled(0, 7), same: true },
  { t: 'end', pairing, reason: 'full' },
];
const byName = new Map(messages.map((message) => [message.t, message]));

describe('a pairing message', () => {
  test.each(messages)('$t comes back as it was', (message) => {
    expect(decodePairingMessage(encodePairingMessage(message))).toEqual(message);
  });

  const wrong: readonly (readonly [PairingMessage['t'], string, CborValue])[] = [
    ['join', 'pairing', new Uint8Array(15)],
    ['join', 'name', ''],
    ['join', 'name', 'x'.repeat(41)],
    ['join', 'name', 'B\u200ben'],
    ['join', 'identity', new Uint8Array(31)],
    ['join', 'sealing', new Uint8Array(33)],
    ['join', 'inbox', null],
    ['join', 'commit', new Uint8Array(31)],
    ['progress', 'names', Array<string>(21).fill('Ada')],
    ['progress', 'names', ['']],
    ['progress', 'names', 'Ada'],
    ['roster', 'founding', new Uint8Array(10_001)],
    ['roster', 'commits', [filled(0, 5)]],
    ['roster', 'commits', Array<Uint8Array>(21).fill(filled(0, 5))],
    ['roster', 'commits', [filled(0, 5), new Uint8Array(31)]],
    ['reveal', 'roster', new Uint8Array(31)],
    ['reveal', 'nonce', new Uint8Array(33)],
    ['confirm', 'transcript', new Uint8Array(0)],
    ['confirm', 'same', 1],
    ['end', 'reason', 'words-differ'],
    ['end', 'reason', 'roster'],
    ['end', 't', 'stop'],
  ];
  test.each(wrong)('%s with a wrong %s is refused (%#)', (t, field, value) => {
    const message = { ...byName.get(t), [field]: value } as Record<string, CborValue>;
    expect(() => decodePairingMessage(encodeCbor(message))).toThrow(/pairing message/);
  });

  test.each(messages)('$t with a field too many or too few is refused', (message) => {
    const fields = Object.keys(message).filter((field) => field !== 't');
    expect(() => decodePairingMessage(encodeCbor({ ...message, more: 1 }))).toThrow(/more/);
    for (const field of fields) {
      const rest = Object.fromEntries(Object.entries(message).filter(([key]) => key !== field));
      expect(() => decodePairingMessage(encodeCbor(rest as Record<string, CborValue>))).toThrow(
        field,
      );
    }
  });

  it('that is none is refused', () => {
    for (const bytes of [new Uint8Array(), Uint8Array.of(0xf6), encodeCbor([]), encodeCbor({})]) {
      expect(() => decodePairingMessage(bytes)).toThrow(/pairing message/);
    }
    const [message] = messages;
    if (message === undefined) throw new Error('no message');
    const bytes = encodePairingMessage(message);
    expect(() => decodePairingMessage(Uint8Array.of(...bytes, 0))).toThrow(/pairing message/);
    expect(() => decodePairingMessage(bytes.subarray(0, -1))).toThrow(/pairing message/);
  });
});
