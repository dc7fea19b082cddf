import type { KdfPolicy } from '../kdf.ts';

/** Derivations that take a millisecond, for tests only. */
export const CHEAP_KDF_POLICY: KdfPolicy = {
  cost: { m: 16, t: 1, p: 1 },
  floor: { m: 16, t: 1, p: 1 },
  ceiling: { m: 64, t: 2, p: 2 },
};
