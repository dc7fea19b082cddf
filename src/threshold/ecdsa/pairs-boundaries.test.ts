/**
 * The OT state of pairs where one half of a condition decides alone. Found by mutation testing; see
 * docs/mutation.md.
 */
import { expect, it } from 'vitest';
import { dealtKeys } from '../testing/keys.ts';
import { digestOf } from '../testing/seeded.ts';
import { PairBook } from './pairs.ts';

const keys = dealtKeys(2, 3);
const { info } = keys;

it('P-45 a book belongs to one key, one epoch and one device: each alone makes it another’s', () => {
  const book = new PairBook(info, 1);
  expect(book.belongsTo({ info, index: 1 })).toBe(true);
  expect(book.belongsTo({ info: { ...info, kid: digestOf('other') }, index: 1 })).toBe(false);
  expect(book.belongsTo({ info: { ...info, epoch: info.epoch + 1 }, index: 1 })).toBe(false);
  expect(book.belongsTo({ info, index: 2 })).toBe(false);
});

it('a generation that the peer reports under another number is not the same', () => {
  const book = keys.book(1);
  const { floor, held } = keys.book(2).report(1);
  const [first = expect.unreachable()] = held;
  expect(book.common(2, { floor, held: [first] })?.gen).toBe(first.gen);
  expect(book.common(2, { floor, held: [{ ...first, gen: first.gen + 1 }] })).toBeUndefined();
});
