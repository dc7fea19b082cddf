/** The keys that other tests start from. */
import { describe, expect, it } from 'vitest';
import { concat } from '../../codec.ts';
import { lagrange } from '../polynomial.ts';
import { ORDER, reduce } from '../scalars.ts';
import { Point } from '../points.ts';
import { SECP256K1 } from '../group.ts';
import { bitOf } from '../secret-bits.ts';
import { dealtKeys, ecdsaKeys, frostKeys, signPlayers, testItem, type EcdsaKeys } from './keys.ts';
import { lockstep } from './lockstep.ts';

const secretOf = (keys: EcdsaKeys, set: readonly number[]): bigint =>
  set.reduce(
    (sum, i) =>
      reduce(sum + lagrange(SECP256K1, set, i) * keys.share(i).withSecret((secret) => secret)),
    0n,
  );

describe.each([
  ['generated', () => ecdsaKeys(2, 2)],
  ['dealt', () => dealtKeys(2, 3)],
])('%s keys', (_, make) => {
  it('are one key, and are made once', () => {
    const keys = make();
    expect(make()).toBe(keys);
    const secret = secretOf(keys, [1, 2]);
    expect(secret).toBeLessThan(ORDER);
    expect(Point.BASE.multiply(secret).toBytes()).toEqual(keys.publicKey);
  });

  it('come with pads that fit, and each book has its own copy', () => {
    const keys = make();
    const [here, there] = [keys.generation(1, 2), keys.generation(2, 1)];
    expect(here.pid).toEqual(there.pid);
    for (const [send, receive] of [
      [here.send, there.receive],
      [there.send, here.receive],
    ] as const) {
      const chosen = Array.from({ length: 128 }, (_, i) =>
        (bitOf(send.nabla, i) === 1 ? receive.ones : receive.zeros).slice(32 * i, 32 * (i + 1)),
      );
      expect(send.chosen).toEqual(concat(...chosen));
    }
    keys.book(1).ban(2);
    expect(keys.generation(1, 2)).toEqual(here);
    expect(keys.book(1).report(2).held).toHaveLength(1);
  });

  it('sign', () => {
    const outcomes = lockstep(signPlayers(make(), [1, 2], [testItem('a')]), 'keys');
    expect([...outcomes.values()].map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(outcomes.get(1)?.output).toEqual(outcomes.get(2)?.output);
  });
});

it('FROST keys exist for both suites', () => {
  for (const suite of ['mpc-frost/v1/secp256k1-bip340', 'mpc-frost/v1/ed25519'] as const) {
    const keys = frostKeys(suite, 2, 3);
    expect(keys.info.suite).toBe(suite);
    expect(keys.output(3).certificate.confirms.size).toBe(3);
    expect(keys.share(2).info.kid).toEqual(keys.info.kid);
  }
});
