/** P-13: the time of what is done with secret bits does not depend on them. A smoke test, see testing/timing.ts. */
import { describe, expect, it } from 'vitest';
import { toWords } from '../bits.ts';
import { fold, GF_WORDS, multiplyInto, shiftTable } from '../gf128.ts';
import { CHECK_BLOCKS, ROW_BYTES } from '../parameters.ts';
import { seeded } from '../testing/seeded.ts';
import { NO_BRANCH, slowestT } from '../testing/timing.ts';

const random = seeded('timing');

describe('P-13 timing', () => {
  const many =
    <T>(make: () => T) =>
    (): T[] =>
      Array.from({ length: 64 }, make);
  const rowOf = (byte: number) => () => toWords(new Uint8Array(ROW_BYTES).fill(byte));
  const table = shiftTable(toWords(random(16)));
  const tables = Array.from({ length: CHECK_BLOCKS }, () => shiftTable(toWords(random(16))));
  const out = new Uint32Array(GF_WORDS);
  const varied = many(() => toWords(random(ROW_BYTES)));

  it.each([
    ['zeros', 0],
    ['ones', 0xff],
  ])('P-13 of the product by a secret is that of random secrets: %s', (_, byte) => {
    const multiplied = (words: Uint32Array): void => {
      multiplyInto(table, words, 0, out, 0);
    };
    const options = { samples: 20_000, repeat: 8 };
    expect(slowestT(many(rowOf(byte)), varied, multiplied, options)).toBeLessThan(NO_BRANCH);
  });

  it.each([
    ['zeros', 0],
    ['ones', 0xff],
  ])('P-13 of fold of a secret row is that of random rows: %s', (_, byte) => {
    const folded = (words: Uint32Array): void => {
      fold(tables, words, 0, out, 0);
    };
    const options = { samples: 20_000, repeat: 2 };
    expect(slowestT(many(rowOf(byte)), varied, folded, options)).toBeLessThan(NO_BRANCH);
  });

  it('P-13 is measured well enough to see a branch on the secret', () => {
    const branching = (words: Uint32Array): void => {
      let sum = 0;
      for (let bit = 0; bit < 128; bit++) {
        if ((((words[bit >> 5] ?? 0) >>> (bit & 31)) & 1) === 1) {
          for (let k = 0; k < 4; k++) sum ^= table[(4 * bit + k + (sum & 1)) % 512] ?? 0;
        }
      }
      out[0] = sum;
    };
    const options = { samples: 20_000, repeat: 8 };
    expect(slowestT(many(rowOf(0)), varied, branching, options)).toBeGreaterThan(NO_BRANCH);
  });
});
