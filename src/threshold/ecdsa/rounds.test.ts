/** The layouts of signing messages: sizes, and P-49 in every scalar and point of every round. */
import { describe, expect, it } from 'vitest';
import { concat, DecodeError } from '../../codec.ts';
import { Point } from '../points.ts';
import { decodeBody, type Schema } from '../schema.ts';
import { malformedPoints33, malformedScalars } from '../testing/malformed.ts';
import { seeded } from '../testing/seeded.ts';
import { signRounds } from './rounds.ts';

const random = seeded('rounds');
const point = Point.BASE.multiply(11n).toBytes(true);

/** Some body that decodes. */
function sample(schema: Schema<unknown>): Uint8Array {
  const fields = schema.layout('', 0).map(({ kind, length }) => {
    if (kind === 'point') return point;
    return kind === 'scalar' ? concat(new Uint8Array(1), random(length - 1)) : random(length);
  });
  return concat(...fields);
}

const rounds = signRounds([1, 2, 3], 2, 2);
const bodies: [string, Schema<unknown>, number, number, number][] = [
  // name, schema, bytes, scalars, points
  ['extend, broadcast', rounds.extend.broadcast.schema, 32, 0, 0],
  ['extend, direct', rounds.extend.direct.schema, 32 + 2 * 12_304, 0, 0],
  ['multiply', rounds.multiply.direct.schema, 64 + 2 * (4 * 33 + 3 * 32 + 49_152), 4, 8],
  ['combine', rounds.combine.broadcast.schema, 2 * 64 + 32, 4, 0],
];

it('rounds are 1, 2, 3, and everyone is heard by everyone else', () => {
  expect(Object.values(rounds).map(({ number }) => number)).toEqual([1, 2, 3]);
  expect(rounds.extend.direct.from).toEqual([1, 3]);
  expect(rounds.multiply.direct.from).toEqual([1, 3]);
  for (const { broadcast } of [rounds.extend, rounds.combine]) {
    expect(broadcast.from).toEqual([1, 2, 3]);
  }
});

describe.each(bodies)('%s', (_, schema, size, scalars, points) => {
  const fields = schema.layout('', 0);
  const body = sample(schema);
  const refuses = (bad: Uint8Array): void => {
    expect(() => decodeBody(schema, bad, 'body')).toThrow(DecodeError);
  };
  const replaced = (offset: number, bytes: Uint8Array): Uint8Array =>
    concat(body.slice(0, offset), bytes, body.slice(offset + bytes.length));

  it('has exactly its size', () => {
    expect(schema.size).toBe(size);
    expect(() => decodeBody(schema, body, 'body')).not.toThrow();
    for (const other of [body.slice(1), body.slice(0, -1), concat(body, Uint8Array.of(0))]) {
      refuses(other);
    }
    refuses(new Uint8Array());
  });

  it('P-49 refuses every scalar that is not below q', () => {
    const found = fields.filter(({ kind }) => kind === 'scalar');
    expect(found).toHaveLength(scalars);
    for (const { offset } of found) {
      for (const [, bytes] of malformedScalars) refuses(replaced(offset, bytes));
    }
  });

  it('P-49 refuses every malformed point', () => {
    const found = fields.filter(({ kind }) => kind === 'point');
    expect(found).toHaveLength(points);
    for (const { offset } of found) {
      for (const [, bytes] of malformedPoints33) refuses(replaced(offset, bytes));
    }
  });

  it('P-49 refuses an uncompressed point in the place of a compressed one', () => {
    const long = Point.BASE.multiply(11n).toBytes(false);
    for (const { offset } of fields.filter(({ kind }) => kind === 'point')) {
      refuses(concat(body.slice(0, offset), long, body.slice(offset + 33)));
      refuses(replaced(offset, long.slice(0, 33)));
    }
    expect(fields.every(({ kind, length }) => kind !== 'point' || length === 33)).toBe(true);
  });
});
