/** P-10: what the check and the encoding need, since both are attacked offline. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { expect, it } from 'vitest';
import {
  CHECK_BLOCKS,
  KAPPA,
  L,
  LAMBDA_C,
  LAMBDA_S,
  MAX_ITEMS,
  MAX_PARTIES,
  RHO,
  ROW_BYTES,
  SIGMA,
  WIDTH,
  XI,
} from './parameters.ts';

it('P-10 the check field and the slack are computational, not statistical', () => {
  expect(SIGMA).toBeGreaterThanOrEqual(128);
  expect(LAMBDA_C).toBeGreaterThanOrEqual(128);
  expect(LAMBDA_S).toBeGreaterThanOrEqual(128);
  expect(XI).toBeGreaterThanOrEqual(256 + 2 * 128);
  expect(XI % SIGMA).toBe(0);
  expect(CHECK_BLOCKS).toBe(XI / SIGMA);
  expect(ROW_BYTES).toBe((XI + SIGMA) / 8);
});

it('fits the group and the specification (section 1)', () => {
  expect(secp256k1.Point.Fn.ORDER.toString(2)).toHaveLength(KAPPA);
  expect([XI, ROW_BYTES, CHECK_BLOCKS, L, RHO, WIDTH]).toEqual([512, 80, 4, 2, 1, 3]);
  expect([MAX_ITEMS, MAX_PARTIES]).toEqual([16, 255]);
});
