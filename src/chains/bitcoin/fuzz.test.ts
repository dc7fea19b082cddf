/** Bytes of enemies: every reader answers with an error of its own, or reads. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CountersignError } from '../../errors.ts';
import { parseBitcoinAddress } from './address.ts';
import { extractTransaction, mergePsbt } from './assemble.ts';
import { decodePsbt, encodeCanonical } from './codec.ts';
import { parseBitcoinLink } from './link.ts';
import { parseBitcoin } from './parse.ts';
import { preparePsbt } from './prepare.ts';
import { account, finder, simple } from './testing/vault.ts';

const OF = { p2wpkh: account(), p2tr: account('p2tr') };
const FIND = { p2wpkh: finder(OF.p2wpkh, 1), p2tr: finder(OF.p2tr, 1) };
const PSBTS = [simple(OF.p2wpkh).toPSBT(), simple(OF.p2tr).toPSBT(2)];
const CANONICAL = [OF.p2wpkh, OF.p2tr].map(
  (of) => preparePsbt(simple(of).toPSBT(), { account: of, find: FIND[of.kind] }).bytes,
);

/** The result, or `undefined` after an error that a person can read. Everything else fails the test. */
function tried<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof CountersignError) return undefined;
    throw error;
  }
}

const changes = fc.array(
  fc.record({
    at: fc.nat(),
    value: fc.nat(255),
    how: fc.constantFrom('set', 'insert', 'delete', 'cut'),
  }),
  { minLength: 1, maxLength: 4 },
);

const mutated = (from: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc.tuple(fc.constantFrom(...from), changes).map(([bytes, list]) => {
    let out = [...bytes];
    for (const { at, value, how } of list) {
      const i = at % (out.length + 1);
      if (how === 'set') out[i] = value;
      if (how === 'insert') out.splice(i, 0, value);
      if (how === 'delete') out.splice(i, 1);
      if (how === 'cut') out = out.slice(0, i);
    }
    return Uint8Array.from(out);
  });

describe('fuzzing', () => {
  it('PSBTs: read or refused, and what is read has one form', () => {
    fc.assert(
      fc.property(fc.oneof(mutated(PSBTS), fc.uint8Array({ maxLength: 300 })), (bytes) => {
        tried(() => {
          const canonical = encodeCanonical(decodePsbt(bytes));
          expect(encodeCanonical(decodePsbt(canonical))).toEqual(canonical);
        });
        tried(() => extractTransaction(bytes));
        tried(() => mergePsbt(bytes, PSBTS[0] ?? bytes));
      }),
      { numRuns: 500 },
    );
  });
  it('PSBTs that are handed in', () => {
    fc.assert(
      fc.property(mutated(PSBTS), fc.constantFrom('p2wpkh', 'p2tr'), (bytes, kind) => {
        tried(() => preparePsbt(bytes, { account: OF[kind], find: FIND[kind] }));
      }),
      { numRuns: 150 },
    );
  });
  it('proposals: whatever is read is exactly these bytes', () => {
    fc.assert(
      fc.property(mutated(CANONICAL), (bytes) => {
        const request = tried(() => parseBitcoin(bytes));
        if (request === undefined) return;
        expect(request.bytes).toEqual(bytes);
        expect(encodeCanonical(decodePsbt(bytes))).toEqual(bytes);
      }),
      { numRuns: 800 },
    );
  });
  it('addresses and links', () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^(bitcoin:)?(bc1|BC1|1|3)[0-9a-zA-Z]{0,60}(\?amount=[0-9.]{0,12})?$/),
    );
    fc.assert(
      fc.property(text, (value) => {
        tried(() => parseBitcoinAddress(value, 'mainnet'));
        parseBitcoinLink(value, 'mainnet');
      }),
    );
  });
});
