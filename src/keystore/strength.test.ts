import { describe, expect, it } from 'vitest';
import { passphraseStrength } from './strength.ts';

describe('passphraseStrength', () => {
  it('finds what everybody types', async () => {
    for (const passphrase of ['password', '123456', 'qwertyuiop', 'countersign', 'Wallet']) {
      const { score, holds, advice } = await passphraseStrength(passphrase);
      expect([passphrase, score]).toEqual([passphrase, 0]);
      expect(holds).toBe('less than a second');
      expect(advice).toMatch(/\.$/);
    }
  });

  it('asks for no particular characters', async () => {
    const strength = await passphraseStrength('lantern oyster mitten gravel');
    expect(strength).toEqual({ score: 4, holds: 'centuries', advice: undefined });
  });

  it('says how long something in between holds', async () => {
    const { score, holds, advice } = await passphraseStrength('gravelmitten');
    expect(score).toBeGreaterThan(0);
    expect(score).toBeLessThan(4);
    expect(holds).toMatch(/^\d+ (?:second|minute|hour|day|month|year)s?$/);
    expect(advice).toBe('Use four or more unrelated words.');
  });

  it('takes nothing and very long texts', async () => {
    expect(await passphraseStrength('')).toMatchObject({ score: 0 });
    expect((await passphraseStrength('x7Qd'.repeat(256))).score).toBeLessThanOrEqual(4);
  });

  it('judges the normalised text', async () => {
    expect(await passphraseStrength('\uFF50\uFF41\uFF53\uFF53\uFF57\uFF4F\uFF52\uFF44')).toEqual(
      await passphraseStrength('password'),
    );
  });
});
