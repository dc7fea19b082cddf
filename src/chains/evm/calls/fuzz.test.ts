import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toChecksum } from '../address.ts';
import type { Hex } from '../hex.ts';
import {
  canonicalOf,
  data,
  described,
  exec,
  MAX,
  NO_NOTES,
  NOTES,
  packed,
  ROUTER,
  SAFE,
  TOKEN,
} from './testing/calls.ts';
import { call } from './testing/calls.ts';
import { readCall } from './read-call.ts';

const RUN = 'run(bytes what, address[] whom, (uint256 amount, string note)[] notes)';
const descriptors = described(ROUTER, {
  [RUN]: {
    intent: 'Run',
    interpolatedIntent: 'Run for {whom}',
    fields: [
      {
        path: 'what',
        label: 'Call',
        format: 'calldata',
        params: { calleePath: '@.to', amountPath: '@.value' },
      },
      { path: 'whom.[]', label: 'Whom', format: 'addressName' },
      {
        path: 'notes.[].amount',
        label: 'Amount',
        format: 'tokenAmount',
        params: { tokenPath: '@.to' },
      },
    ],
  },
});

const bytes = (max: number): fc.Arbitrary<Hex> =>
  fc
    .uint8Array({ maxLength: max })
    .map(
      (list) =>
        `0x${Array.from(list, (byte) => byte.toString(16).padStart(2, '0')).join('')}` as const,
    );
const address = fc.constantFrom(ROUTER, SAFE, TOKEN);
const amount = fc.constantFrom(0n, 1n, MAX, 2n ** 96n - 1n);

/** Calls in calls of every kind, with rubbish at the ends. */
const calldata = fc.letrec<{ data: Hex }>((tie) => ({
  data: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    bytes(100),
    fc.tuple(address, amount).map(([to, value]) => data('approve(address,uint256)', to, value)),
    fc.tuple(address, tie('data')).map(([to, inner]) => exec(to, inner)),
    fc.tuple(address, tie('data')).map(([to, inner]) => exec(to, inner, { operation: 1 })),
    fc.array(tie('data'), { maxLength: 3 }).map((calls) => data('multicall(bytes[])', calls)),
    fc
      .array(fc.tuple(address, tie('data')), { maxLength: 3 })
      .map((calls) =>
        data('multiSend(bytes)', `0x${calls.map(([to, inner]) => packed(to, inner)).join('')}`),
      ),
    fc
      .tuple(tie('data'), fc.array(address, { maxLength: 2 }))
      .map(([inner, whom]) =>
        data('run(bytes,address[],(uint256,string)[])', inner, whom, [[1n, 'a\u202eb']]),
      ),
  ),
})).data;

/** Sometimes a byte is altered. */
const altered = fc
  .tuple(calldata, fc.option(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }))))
  .map(([hex, change]): Hex => {
    if (change === null || hex === '0x') return hex;
    const at = 2 + 2 * (change[0] % ((hex.length - 2) / 2));
    const byte = Number.parseInt(hex.slice(at, at + 2), 16) ^ change[1];
    return `${hex.slice(0, at)}${byte.toString(16).padStart(2, '0')}${hex.slice(at + 2)}` as Hex;
  });

describe('whatever the calldata', () => {
  it('is read without an error, the same with and without notes, and never as clear with something hidden', async () => {
    await fc.assert(
      fc.asyncProperty(address, altered, amount, async (to, hex, value) => {
        const input = call(to, hex, { value });
        const mine = await readCall(input, descriptors, NOTES);
        const theirs = await readCall(input, descriptors, NO_NOTES);
        expect(canonicalOf(mine.call)).toEqual(canonicalOf(theirs.call));
        expect(mine.warnings).toEqual(theirs.warnings);
        if (
          /evm\/(?:delegatecall$|trailing|non-canonical|too-deep|unreadable)/.test(
            mine.warnings.map(({ code }) => code).join('\n'),
          )
        ) {
          expect(mine.call.reading).toBe('unreadable');
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('gigantic calldata', () => {
  const MEGABYTE = 1_000_000;

  it('of one unknown function is named by its hash', async () => {
    const hex: Hex = `0xdeadbeef${'ab'.repeat(MEGABYTE)}`;
    const read = await readCall(call(ROUTER, hex), descriptors, NOTES);
    expect(read.call.reading).toBe('unreadable');
    expect(read.call.facts.map(({ label }) => label)).toEqual([
      'Calldata: bytes',
      'Calldata: Keccak-256',
    ]);
  });

  it('that repeats itself inside of itself is not read again and again', async () => {
    const big: Hex = `0xdeadbeef${'ab'.repeat(MEGABYTE)}`;
    const read = await readCall(
      call(SAFE, data('multicall(bytes[])', [big, big, big, big, big])),
      descriptors,
      NOTES,
    );
    expect(read.warnings.map(({ code }) => code)).toContain('evm/too-deep');
  });

  it('with a list that nobody could read is not listed', async () => {
    const list = new Array<bigint>(30_000).fill(1n);
    const hex = data(
      'swapExactTokensForTokens(uint256,uint256,address[],address,uint256)',
      1n,
      1n,
      list.map(() => toChecksum(TOKEN)),
      SAFE,
      1n,
    );
    const read = await readCall(call(ROUTER, hex), descriptors, NOTES);
    expect(read.call.reading).toBe('unreadable');
    expect(read.call.facts.length).toBeLessThan(5);
  });
});
