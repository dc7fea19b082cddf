/**
 * The activation rules at their edges: states that are rare, but in which one comparison or one half of a
 * condition decides alone. Found by mutation testing; see docs/mutation.md.
 */
import { describe, expect, it } from 'vitest';
import { UsageError } from './abort.ts';
import { describeDraft } from './certificate.ts';
import {
  acceptCertificate,
  confirmPending,
  deleteRetired,
  discard,
  discardDigest,
  emptyEpochs,
  noteAttempt,
  signDiscard,
  type EpochState,
} from './epochs.ts';
import * as library from './index.ts';
import type { KeyShare } from './keys.ts';
import { testIdentity } from './testing/seeded.ts';
import {
  generatedKey,
  redistributedKey,
  stateWith,
  type ModelAttempt,
} from './testing/simulator-model.ts';

type State = EpochState<KeyShare>;

const old = generatedKey(['a', 'b', 'm'], 2);
/** d joins, m stays. */
const joining = redistributedKey(old, {
  name: 'd joins',
  dealers: ['a', 'b'],
  members: ['a', 'b', 'm', 'd'],
  threshold: 2,
});
/** The attempt after that: neither d nor m is in it. */
const without = redistributedKey(old, {
  name: 'without d and m',
  dealers: ['a', 'b'],
  members: ['a', 'b'],
  threshold: 2,
  largest: 1,
});

const start = (device: string): State => stateWith(library, old, device);
const confirm = (state: State, attempt: ModelAttempt, device: string): State =>
  confirmPending(
    state,
    attempt.certificate,
    attempt.shares.get(device) ?? expect.unreachable('no share'),
  );
const attemptsOf = (state: State): number[] => state.pending.map(({ height }) => height.attempt);

describe('a certificate', () => {
  it('that leaves out a device with nothing but a confirmed share retires it', () => {
    const waiting = confirm(start('d'), joining, 'd');
    expect(waiting.active).toBeUndefined();
    const { state, effect } = acceptCertificate(waiting, without.certificate);
    expect(effect).toBe('retired');
    expect(state.retired).toBe(true);
    expect(attemptsOf(state)).toEqual([1]);
  });

  it('of the greatest height says the same whenever it comes again', () => {
    for (const [device, attempt, effect] of [
      ['m', without, 'retired'],
      ['a', without, 'share-missing'],
    ] as const) {
      const once = acceptCertificate(start(device), attempt.certificate);
      const twice = acceptCertificate(once.state, attempt.certificate);
      expect([once.effect, twice.effect]).toEqual([effect, effect]);
      expect(twice.state).toEqual(once.state);
    }
  });
});

describe('the deletion that the user of a retired device confirms', () => {
  it('takes the confirmed shares below the height that left it out, too', () => {
    const retired = acceptCertificate(confirm(start('m'), joining, 'm'), without.certificate).state;
    expect(attemptsOf(retired)).toEqual([1]);
    expect(attemptsOf(deleteRetired(retired))).toEqual([]);
  });
});

describe('the discarding of an unfinished key', () => {
  it('H4 is not signed for a redistribution, though this device is one of its members', () => {
    expect(() => signDiscard(start('d'), joining.certificate)).toThrow(UsageError);
    const fresh = emptyEpochs<KeyShare>(testIdentity('a').publicKey);
    expect(() => signDiscard(fresh, joining.certificate)).toThrow(UsageError);
  });

  it('H4 deletes the share of that key and no other', () => {
    const key = generatedKey(['p', 'q'], 2);
    const { height, info } = describeDraft(key.certificate);
    const signatures = new Map(
      ['p', 'q'].map((name, i) => [
        i + 1,
        testIdentity(name).sign(discardDigest(height.sid, info.kid, i + 1)),
      ]),
    );
    const waiting = confirm(start('d'), joining, 'd');
    expect(discard(waiting, key.certificate, signatures).pending).toEqual(waiting.pending);
  });
});

it('an attempt number that is known already changes nothing', () => {
  const state = noteAttempt(start('a'), { epoch: 1, attempt: 7 });
  expect(noteAttempt(state, { epoch: 1, attempt: 7 })).toBe(state);
});
