import { describe, expect, it, test } from 'vitest';
import { decodeCbor, encodeCbor, type CborValue } from '../../cbor.ts';
import { resend } from './machine.ts';
import { decodePairing, encodePairing } from './persist.ts';
import { Group } from './testing/group.ts';
import type { PairingState } from './state.ts';

/** States of every device from the first to the last step, and after each way to fail. */
function states(): PairingState[] {
  const all: PairingState[] = [];
  const group = new Group(3);
  const note = (): void => {
    all.push(...group.states);
  };
  note();
  // The latest first, so that some come early.
  for (let letter = group.letters.pop(); letter !== undefined; letter = group.letters.pop()) {
    group.deliver(letter);
    note();
  }
  for (const n of [0, 1, 2]) {
    group.confirm(n);
    group.settle();
    note();
  }
  const differ = new Group(2);
  differ.settle();
  differ.confirm(0, false);
  differ.settle();
  const ended = new Group(2);
  ended.end(0);
  return [...all, ...differ.states, ...ended.states];
}

describe('a stored pairing', () => {
  it('comes back in every state, and says the same again', () => {
    const all = states();
    expect(new Set(all).size).toBeGreaterThan(20);
    expect(all.some(({ early }) => early.length > 0)).toBe(true);
    for (const state of all) {
      const { state: back, code } = decodePairing(
        encodePairing({ state, code: 'KATZE', taproot: false }),
      );
      expect(back).toEqual(state);
      expect(code).toBe('KATZE');
      expect(resend(back)).toEqual(resend(state));
    }
  });

  it('comes back without a code', () => {
    const [state] = states();
    if (state === undefined) throw new Error('no state');
    const bytes = encodePairing({ state, code: undefined, taproot: false });
    expect(decodePairing(bytes).code).toBeUndefined();
  });

  it('remembers whether the vault begins with Taproot', () => {
    const [state] = states();
    if (state === undefined) throw new Error('no state');
    for (const taproot of [true, false]) {
      const stored = decodePairing(encodePairing({ state, code: undefined, taproot }));
      expect(stored.taproot).toBe(taproot);
    }
  });

  const stored = (): Record<string, CborValue> => {
    const state = states()[12];
    if (state === undefined) throw new Error('no state');
    const bytes = encodePairing({ state, code: undefined, taproot: false });
    return decodeCbor(bytes, 'test') as Record<string, CborValue>;
  };

  test.each<[string, CborValue]>([
    ['v', 2],
    ['role', 'owner'],
    ['code', 7],
    ['invitation', new Uint8Array(3)],
    ['self', null],
    ['nonce', new Uint8Array(31)],
    ['joined', [{}]],
    ['names', ['']],
    ['founding', 'text'],
    ['commits', [new Uint8Array(31)]],
    ['nonces', [['zz', new Uint8Array(32)]]],
    ['nonces', [['ab'.repeat(32), new Uint8Array(31)]]],
    ['confirmed', ['ab']],
    ['early', [{ from: new Uint8Array(32), message: new Uint8Array(1) }]],
    ['failure', 'unknown'],
    ['taproot', false],
    ['more', 1],
  ])('with a wrong %s is refused (%#)', (field, value) => {
    expect(() => decodePairing(encodeCbor(stored()))).not.toThrow();
    expect(() => decodePairing(encodeCbor({ ...stored(), [field]: value }))).toThrow();
  });
});
