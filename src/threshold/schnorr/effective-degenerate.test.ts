/**
 * A tweak that is minus the share of a signer: nobody comes across it. Found by mutation testing; see
 * docs/mutation.md.
 */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../abort.ts';
import { groupOf } from '../group.ts';
import { publicKeyOf } from '../keys.ts';
import { publicPackage, withSecretPackage, type EffectiveKey } from './effective.ts';
import { dealt, EDWARDS, TAPROOT } from './testing/frost.ts';

describe.each([TAPROOT, EDWARDS])('a share that the tweak makes zero: %s', (suite) => {
  const keys = dealt(suite, 2, 3, 'degenerate');
  const { order, base } = groupOf(suite);
  const k = keys.share(1).withSecret((s) => order - s);
  const publicKey = publicKeyOf(keys.info);
  const tweakedBy = (tweak: bigint): EffectiveKey => ({ g: 1, k: tweak, point: base, publicKey });
  const degenerate = tweakedBy(k);

  it('has no verifying share', () => {
    expect(() => publicPackage(keys.info, degenerate, [2, 3])).not.toThrow();
    expect(() => publicPackage(keys.info, degenerate, [1, 3])).toThrow(UsageError);
    expect(() => publicPackage(keys.info, degenerate, [1, 3])).toThrow(/is the identity/);
  });

  it('is not lent', () => {
    const publicPart = publicPackage(keys.info, tweakedBy(0n), [1, 3]);
    const lend = () => withSecretPackage(keys.share(1), degenerate, publicPart, () => 'lent');
    expect(lend).toThrow(UsageError);
    expect(lend).toThrow(/effective share is degenerate/);
  });
});
