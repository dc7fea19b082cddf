/**
 * The state with one other member of a key as it lies on the disk: the numbers that never decrease, what
 * is held against the member, and the generations of base OTs. The records that hold it seal it.
 *
 *     u8 1, u32 maxgen, u32 floor, u8 refused, u16 failures, u8 count, (u32 length, bytes) each, newest first
 */
import { concat, Reader, u16, u32, u8 } from '../codec.ts';
import {
  decodeGeneration,
  encodeGeneration,
  PairBook,
  type DurableRecord,
  type KeyInfo,
  type PairGeneration,
  type PairReport,
  type PartyIndex,
} from '../threshold/index.ts';

/** One generation, encoded. */
interface StoredGeneration {
  readonly gen: number;
  readonly bytes: Uint8Array;
}

export interface PairRecord {
  /** Largest generation number ever used; generations up to `floor` are dead. */
  readonly maxgen: number;
  readonly floor: number;
  readonly refused: boolean;
  /** Unattributable failures in a row. */
  readonly failures: number;
  /** Newest first. */
  readonly generations: readonly StoredGeneration[];
}

/** A pair that nothing is known of. */
export const emptyPair: PairRecord = {
  maxgen: 0,
  floor: 0,
  refused: false,
  failures: 0,
  generations: [],
};

/** The pair with one more generation. */
export function withGeneration(pair: PairRecord, generation: PairGeneration): PairRecord {
  const { gen } = generation;
  const others = pair.generations.filter((known) => known.gen !== gen);
  const generations = [{ gen, bytes: encodeGeneration(generation) }, ...others];
  return {
    ...pair,
    maxgen: Math.max(pair.maxgen, gen),
    generations: generations.sort((a, b) => b.gen - a.gen),
  };
}

/** The pair without the generations that the book gave up. */
export const withoutDropped = (pair: PairRecord, { held }: PairReport): PairRecord => ({
  ...pair,
  generations: pair.generations.filter(({ gen }) => held.some((kept) => kept.gen === gen)),
});

type PairEvent = Extract<
  DurableRecord,
  { readonly kind: 'pair-banned' | 'pair-reserved' | 'peer-standing' | 'pair-pending' }
>;

/** The pair after what a protocol asked to be written down. */
export function afterEvent(pair: PairRecord, event: PairEvent): PairRecord {
  switch (event.kind) {
    case 'pair-banned': {
      const floor = Math.max(pair.floor, event.floor);
      return {
        ...pair,
        floor,
        maxgen: Math.max(pair.maxgen, floor),
        generations: pair.generations.filter(({ gen }) => gen > floor),
      };
    }
    case 'pair-reserved':
      return { ...pair, maxgen: Math.max(pair.maxgen, event.gen) };
    case 'peer-standing':
      return { ...pair, refused: event.refused, failures: event.failures };
    case 'pair-pending':
      return withGeneration(pair, event.generation);
  }
}

/** The pairs of a key as the protocols use them; copies of all that is secret. */
export function bookOf(
  info: KeyInfo,
  self: PartyIndex,
  pairs: ReadonlyMap<PartyIndex, PairRecord>,
): PairBook {
  const book = new PairBook(info, self);
  for (const [peer, pair] of pairs) {
    book.restore(peer, pair);
    book.restoreStanding(peer, pair);
    for (const { bytes } of pair.generations) book.add(peer, decodeGeneration(bytes));
  }
  return book;
}

/** Canonical bytes of a pair. */
export const encodePairRecord = (pair: PairRecord): Uint8Array =>
  concat(
    u8(1),
    u32(pair.maxgen),
    u32(pair.floor),
    u8(pair.refused ? 1 : 0),
    u16(Math.min(pair.failures, 0xffff)),
    u8(pair.generations.length),
    ...pair.generations.flatMap(({ bytes }) => [u32(bytes.length), bytes]),
  );

/** @throws DecodeError unless canonical */
export function decodePairRecord(bytes: Uint8Array): PairRecord {
  const reader = new Reader(bytes, 'pair record');
  if (reader.u8() !== 1) throw reader.malformed('unknown version');
  const [maxgen, floor] = [reader.u32(), reader.u32()];
  if (floor > maxgen) throw reader.malformed('the floor is above every generation');
  const refused = reader.u8();
  if (refused > 1) throw reader.malformed('a flag is 0 or 1');
  const failures = reader.u16();
  const generations = Array.from({ length: reader.u8() }, (): StoredGeneration => {
    const encoded = reader.bytes(reader.u32());
    return { gen: decodeGeneration(encoded).gen, bytes: encoded };
  });
  reader.end();
  const ordered = generations.every(
    ({ gen }, i) => gen > floor && gen <= maxgen && gen < (generations[i - 1]?.gen ?? Infinity),
  );
  if (!ordered) throw reader.malformed('generations out of order');
  return { maxgen, floor, refused: refused === 1, failures, generations };
}
