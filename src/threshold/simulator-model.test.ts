/**
 * Every interleaving of a few redistributions (P-26, C1): confirmations and certificates that come late,
 * twice, in any order or never, devices that crash between any two writes, users that delete what a
 * retired device had. What breaks weakened builds here is in `attacks/`.
 */
import { describe, expect, it, vi } from 'vitest';
import * as library from './index.ts';
import { platformVerify } from './testing/platform-identity.ts';
import {
  explore,
  generatedKey,
  redistributedKey,
  stateWith,
  type AttemptPlan,
  type ModelAttempt,
} from './testing/simulator-model.ts';

// Ed25519 by the platform: most of the time would go into verifying signatures.
vi.mock(import('./identity.ts'), async (original) => ({
  ...(await original()),
  verifyIdentity: (...args) => platformVerify(...args),
}));

/** Names are single letters: `abc` are three devices. */
const letters = (names: string): string[] => names.split('');

const plan = (
  name: string,
  dealers: string,
  members: string,
  threshold: number,
  largest = 0,
): AttemptPlan => ({
  name,
  dealers: letters(dealers),
  members: letters(members),
  threshold,
  largest,
});

interface Scenario {
  readonly key: ModelAttempt;
  readonly honest: string;
  readonly attempts: readonly ModelAttempt[];
}

const fourKey = generatedKey(['a', 'b', 'c', 'm'], 3);
const threeKey = generatedKey(['a', 'b', 'm'], 2);
const from = (key: ModelAttempt, ...args: Parameters<typeof plan>): ModelAttempt =>
  redistributedKey(key, plan(...args));

const first = from(fourKey, 'first', 'abcm', 'abcm', 3);
const second = from(fourKey, 'second', 'abc', 'abc', 3, 1);

const scenarios: readonly (readonly [string, () => Scenario])[] = [
  [
    'C1 one late confirmation and a second attempt without that device',
    () => ({ key: fourKey, honest: 'abc', attempts: [first, second] }),
  ],
  [
    'C1 two sessions at one attempt',
    () => {
      const rival = from(fourKey, 'rival', 'abcm', 'abcm', 3);
      return { key: fourKey, honest: 'abc', attempts: [first, rival, second] };
    },
  ],
  [
    'C1 an attempt that leaves out a device which confirmed a later one',
    () => {
      const replace = from(fourKey, 'replace a', 'abm', 'bcme', 3);
      return { key: fourKey, honest: 'abce', attempts: [replace, second] };
    },
  ],
  [
    'C1 a second epoch from the attempt that lost',
    () => {
      const next = from(first, 'next', 'abc', 'abc', 3);
      return { key: fourKey, honest: 'abc', attempts: [first, second, next] };
    },
  ],
  [
    'C1 second epochs from both attempts',
    () => {
      const next = from(first, 'next', 'abm', 'abc', 3);
      const aside = from(second, 'aside', 'abc', 'abc', 3, 1);
      return { key: fourKey, honest: 'abc', attempts: [first, second, next, aside] };
    },
  ],
  [
    'a device is removed and comes back',
    () => {
      const removed = from(threeKey, 'remove b', 'am', 'ac', 2);
      const kept = from(threeKey, 'keep b', 'ab', 'ab', 2, 1);
      const back = from(removed, 'b comes back', 'ac', 'abc', 2);
      return { key: threeKey, honest: 'abc', attempts: [removed, kept, back] };
    },
  ],
];

describe('P-26 every interleaving', () => {
  it.each(scenarios)('P-26 %s: the key survives all', (_, make) => {
    const { key, honest, attempts } = make();
    const states = new Map(
      letters(honest).map((device) => [device, stateWith(library, key, device)]),
    );
    const { broken, states: reached, activations } = explore({ library, honest: states, attempts });
    expect(broken).toBeUndefined();
    expect(reached).toBeGreaterThan(20 * attempts.length);
    expect(activations).toBeGreaterThan(50);
  });
});
