import { describe, expect, it, test } from 'vitest';
import { encodeCbor, type CborValue } from '../../cbor.ts';
import {
  decodePairAgreement,
  encodePairAgreement,
  noAgreement,
  recentRuns,
  type PairAgreement,
} from './pair-agreement.ts';

const id = new Uint8Array(16).fill(1);
const full: PairAgreement = { mine: 'agreed', open: id, last: id.slice().fill(2), runs: [1, 2, 3] };

test.each([noAgreement, full])('comes back as it was (%#)', (agreement) => {
  expect(decodePairAgreement(encodePairAgreement(agreement))).toEqual(agreement);
});

describe('refused', () => {
  const right = { v: 1, mine: 'agreed', open: id, last: null, runs: [1] };

  it.each<[string, CborValue]>([
    ['v', 2],
    ['mine', 'willing'],
    ['open', id.slice(1)],
    ['last', 'text'],
    ['runs', [1, 2, 3, 4]],
    ['runs', [-1]],
    ['more', 1],
  ])('a wrong %s', (field, value) => {
    expect(() => decodePairAgreement(encodeCbor(right))).not.toThrow();
    expect(() => decodePairAgreement(encodeCbor({ ...right, [field]: value }))).toThrow(
      /agreement about a pair/,
    );
  });

  it('bytes that are not canonical', () => {
    const bytes = encodePairAgreement(full);
    expect(() => decodePairAgreement(Uint8Array.of(...bytes, 0))).toThrow(/agreement/);
    expect(() => decodePairAgreement(new Uint8Array())).toThrow(/agreement/);
  });
});

it('counts the set-ups of one day', () => {
  const day = 24 * 3_600_000;
  expect(recentRuns({ ...full, runs: [10, 20, day] }, day + 10)).toEqual([20, day]);
});
