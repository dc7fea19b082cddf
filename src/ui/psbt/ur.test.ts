import { encodeCbor } from '../../cbor.ts';
import { UR, UREncoder } from '@ngraveio/bc-ur';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Collector, framesOf, isUr, type Collected } from './ur.ts';

const bytes = (length: number, seed = 7): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 17 + (i >> 3)) & 255);

const frames = (psbt: Uint8Array, count: number): string[] => {
  const source = framesOf(psbt);
  return Array.from({ length: count }, () => source.next());
};

/** What became of the last of some frames. */
function collected(texts: readonly string[]): Collected {
  const collector = new Collector();
  let last: Collected = { kind: 'wrong', problem: 'no frame' };
  for (const text of texts) {
    last = collector.take(text);
    if (last.kind === 'done') return last;
  }
  return last;
}

describe('a PSBT as frames', () => {
  it.each([1, 50, 119, 500, 5_000])('of %i bytes comes back', (length) => {
    const psbt = bytes(length);
    const { count } = framesOf(psbt);
    expect(collected(frames(psbt, count))).toEqual({ kind: 'done', psbt });
  });

  it('comes back whatever frames are lost, in any order, seen twice', () => {
    const psbt = bytes(2_000);
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 0, max: 199 })), (order) => {
        const all = frames(psbt, 200);
        const seen = Array.from(order.take(600), (i) => all[i] ?? '');
        expect(collected(seen)).toEqual({ kind: 'done', psbt });
      }),
      { numRuns: 20 },
    );
  });

  it('says how far it is', () => {
    const psbt = bytes(1_000);
    const [first = ''] = frames(psbt, 1);
    const taken = new Collector().take(first);
    expect(taken).toMatchObject({ kind: 'more', count: framesOf(psbt).count });
    expect(taken.kind === 'more' && taken.share > 0 && taken.share < 1).toBe(true);
  });

  it('is what the standard says: one part of its test vector reads the same', () => {
    // BCR-2020-006, crypto-psbt, "Example/Test Vector": the UR of a PSBT of 167 bytes.
    const text =
      'ur:crypto-psbt/hdosjojkidjyzmadaenyaoaeaeaeaohdvsknclrejnpebncnrnmnjojofejzeojlkerdonspkpkkdkykfelokgprpyutkpaeaeaeaeaezmzmzmzmlslgaaditiwpihbkispkfgrkbdaslewdfycprtjsprsgksecdratkkhktikewdcaadaeaeaeaezmzmzmzmaojopkwtayaeaeaeaecmaebbtphhdnjstiambdassoloimwmlyhygdnlcatnbggtaevyykahaeaeaeaecmaebbaeplptoevwwtyakoonlourgofgvsjydpcaltaemyaeaeaeaeaeaeaeaeaebkgdcarh';
    const taken = new Collector().take(text);
    if (taken.kind !== 'done') throw new Error(JSON.stringify(taken));
    expect(taken.psbt).toHaveLength(167);
    expect(Buffer.from(taken.psbt.slice(0, 5)).toString('latin1')).toBe('psbt\xff');
  });
});

describe('what is no frame of it', () => {
  const psbt = bytes(1_000);
  const [first = '', second = ''] = frames(psbt, 2);
  const other = (type: string, content: Uint8Array = encodeCbor(psbt)): string =>
    UREncoder.encodeSinglePart(new UR(Buffer.from(content), type));

  it.each<[string, string, RegExp]>([
    ['text', 'cHNidP8', /no frame/],
    ['another type', other('crypto-seed'), /another kind/],
    ['a damaged frame', `${first.slice(0, -4)}AEAE`, /could not be read/],
    ['a frame cut short', first.slice(0, 40), /could not be read/],
    [
      'a frame of more than there can be',
      first.replace(/\/1-\d+\//, '/1-99999999/'),
      /more frames/,
    ],
    ['a number out of range', first.replace(/\/1-/, '/9999999999-'), /more frames/],
    [
      'a frame that says another number than it holds',
      first.replace(/\/1-/, '/2-'),
      /another code/,
    ],
    ['no byte string', other('crypto-psbt', encodeCbor({ a: 1 })), /no PSBT/],
    ['bytes behind it', other('crypto-psbt', Uint8Array.of(...encodeCbor(psbt), 0)), /no PSBT/],
    ['a very long one', `UR:CRYPTO-PSBT/${'AE'.repeat(3_000)}`, /too long/],
  ])('%s is refused', (_, text, problem) => {
    const taken = new Collector().take(text);
    expect(taken).toMatchObject({ kind: 'wrong' });
    expect(taken.kind === 'wrong' && taken.problem).toMatch(problem);
  });

  it('does not disturb what was collected so far', () => {
    const { count } = framesOf(psbt);
    const own = frames(psbt, count * 3);
    const foreign = frames(bytes(1_500, 3), count * 3);
    const same = frames(bytes(1_000, 5), count * 3);
    const mixed = own.flatMap((frame, i) => [frame, foreign[i] ?? '', same[i] ?? '', 'text']);
    expect(collected([second, ...mixed])).toEqual({ kind: 'done', psbt });
  });

  it('never throws, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.nat(300), (text, at) => {
        const collector = new Collector();
        collector.take(text);
        collector.take(`UR:CRYPTO-PSBT/1-9/${text}`);
        collector.take(first.slice(0, at) + text + first.slice(at));
      }),
    );
  });
});

it.each([
  ['ur:crypto-psbt/aa', true],
  ['UR:X', true],
  ['cHNidP8', false],
])('%s is a uniform resource: %s', (text, expected) => {
  expect(isUr(text)).toBe(expected);
});
