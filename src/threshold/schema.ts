/**
 * Message bodies as fixed layouts: every field has a known size, and a body of any other length is
 * refused before any arithmetic. The same schemas generate the adversary tests.
 */
import { concat, DecodeError, Reader } from '../codec.ts';
import type { Element, Group } from './group.ts';

/** Where a field lies inside a body. */
export interface FieldLayout {
  readonly path: string;
  readonly kind: 'bytes' | 'point' | 'scalar';
  readonly offset: number;
  readonly length: number;
}

/** A fixed-size field or message. */
export interface Schema<T> {
  /** Bytes of the encoding. */
  readonly size: number;
  /** @throws RangeError when the value does not fit the schema */
  encode(value: T): Uint8Array;
  /** @throws DecodeError unless canonical */
  read(reader: Reader): T;
  /** The leaves, in order, for tests and documentation. */
  layout(path: string, offset: number): FieldLayout[];
}

/** The type a schema describes. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

function leaf<T>(
  kind: FieldLayout['kind'],
  size: number,
  encode: (value: T) => Uint8Array,
  decode: (bytes: Uint8Array) => T,
): Schema<T> {
  return {
    size,
    encode(value) {
      const bytes = encode(value);
      if (bytes.length !== size) throw new RangeError(`schema: ${String(size)} bytes expected`);
      return bytes;
    },
    read: (reader) => decode(reader.bytes(size)),
    layout: (path, offset) => [{ path, kind, offset, length: size }],
  };
}

/** Exactly `size` bytes. */
export const bytes = (size: number): Schema<Uint8Array> =>
  leaf(
    'bytes',
    size,
    (value) => value,
    (value) => value,
  );

/** Nothing: a field that messages of another role have. */
export const absent: Schema<undefined> = {
  size: 0,
  encode: () => new Uint8Array(),
  read: () => undefined,
  layout: () => [],
};

/** A point of the group, never the identity. */
export const point = (group: Group): Schema<Element> =>
  leaf(
    'point',
    group.pointBytes,
    (value: Element) => value.toBytes(),
    (value) => group.decodePoint(value),
  );

/** A scalar below the order of the group. */
export const scalar = (group: Group): Schema<bigint> =>
  leaf(
    'scalar',
    32,
    (value: bigint) => group.encodeScalar(value),
    (value) => group.decodeScalar(value),
  );

/** A scalar that is also not zero. */
export const nonZeroScalar = (group: Group): Schema<bigint> =>
  leaf(
    'scalar',
    32,
    (value: bigint) => group.encodeScalar(value),
    (value) => {
      const k = group.decodeScalar(value);
      if (k === 0n) throw new DecodeError('scalar: zero');
      return k;
    },
  );

/** Exactly `count` values, one after the other. */
export const list = <T>(count: number, item: Schema<T>): Schema<readonly T[]> => ({
  size: count * item.size,
  encode(values) {
    if (values.length !== count) throw new RangeError(`schema: ${String(count)} items expected`);
    return concat(...values.map((value) => item.encode(value)));
  },
  read: (reader) => Array.from({ length: count }, () => item.read(reader)),
  layout: (path, offset) =>
    Array.from({ length: count }, (_, i) =>
      item.layout(`${path}[${String(i)}]`, offset + i * item.size),
    ).flat(),
});

type Fields = Readonly<Record<string, Schema<never> | Schema<unknown>>>;
type Struct<F> = { readonly [K in keyof F]: Infer<F[K]> };

/** Named fields in the order given. */
export function struct<const F extends Readonly<Record<string, unknown>>>(
  fields: F & { readonly [K in keyof F]: F[K] extends Schema<infer _> ? F[K] : never },
): Schema<Struct<F>> {
  const entries = Object.entries(fields as unknown as Fields) as [
    keyof F & string,
    Schema<unknown>,
  ][];
  return {
    size: entries.reduce((sum, [, schema]) => sum + schema.size, 0),
    encode: (value) => concat(...entries.map(([name, schema]) => schema.encode(value[name]))),
    read: (reader) =>
      Object.fromEntries(entries.map(([name, schema]) => [name, schema.read(reader)])) as Struct<F>,
    layout(path, offset) {
      let at = offset;
      return entries.flatMap(([name, schema]) => {
        const found = schema.layout(path === '' ? name : `${path}.${name}`, at);
        at += schema.size;
        return found;
      });
    },
  };
}

/** Decodes a whole body. @throws DecodeError unless it is exactly one canonical encoding */
export function decodeBody<T>(schema: Schema<T>, body: Uint8Array, what: string): T {
  if (body.length !== schema.size) {
    throw new DecodeError(
      `${what}: ${String(schema.size)} bytes expected, ${String(body.length)} received`,
    );
  }
  const reader = new Reader(body, what);
  const value = schema.read(reader);
  reader.end();
  return value;
}
