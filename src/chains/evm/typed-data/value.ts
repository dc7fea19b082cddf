/** Values of typed data, each by its type: what wallets are given goes in, the canonical form comes out. */
import { CountersignError } from '../../../errors.ts';
import { parseAddress } from '../address.ts';
import { isHexData, sizeOf } from '../hex.ts';
import { TypedDataError } from './errors.ts';
import { entriesOf, listOf, textOf } from './json.ts';
import type { StructValue, TypedValue } from './request.ts';
import { type FieldType, fieldType, type Types } from './types.ts';

const MAX_DEPTH = 32;
const MAX_LIST = 1024;
/** More cannot be read by a person. */
const MAX_VALUES = 4096;
/** Of a path in an error. */
const MAX_PATH = 200;

/** How many values may still come. */
export interface Budget {
  left: number;
}

export const budget = (): Budget => ({ left: MAX_VALUES });

/**
 * A struct of the named type, its members in the order of the type: all of them, and nothing else.
 *
 * @throws TypedDataError with the path
 */
export function readStruct(
  json: unknown,
  name: string,
  types: Types,
  at: string,
  room: Budget,
  depth = 0,
): StructValue {
  if (depth > MAX_DEPTH) {
    throw new TypedDataError('deep', shorten(at), `This is over ${String(MAX_DEPTH)} levels deep.`);
  }
  const given = new Map(entriesOf(json, shorten(at)));
  const members = types.get(name) ?? [];
  const entries = members.map((member): [string, TypedValue] => {
    const where = `${at}.${member.name}`;
    const value = given.get(member.name);
    given.delete(member.name);
    if (value === undefined || value === null) {
      throw new TypedDataError('missing', shorten(where), 'This is missing.');
    }
    const type = fieldType(member.type, types, where);
    return [member.name, readValue(value, type, types, where, room, depth)];
  });
  const [unknown] = given.keys();
  if (unknown !== undefined) {
    throw new TypedDataError(
      'unknown-member',
      shorten(`${at}.${unknown}`),
      `The type ${name} has no such member: it would not be signed.`,
    );
  }
  // Defines own properties, whatever their names.
  return Object.freeze(Object.fromEntries(entries));
}

function readValue(
  json: unknown,
  type: FieldType,
  types: Types,
  at: string,
  room: Budget,
  depth: number,
): TypedValue {
  if (room.left === 0) {
    throw new TypedDataError('too-many', '', `There are over ${String(MAX_VALUES)} values.`);
  }
  room.left--;
  switch (type.kind) {
    case 'struct':
      return readStruct(json, type.name, types, at, room, depth + 1);
    case 'array':
      return readList(json, type, types, at, room, depth + 1);
    case 'uint':
    case 'int':
      return readInteger(json, type, shorten(at));
    case 'fixed-bytes':
      return readBytes(json, type.size, shorten(at));
    case 'bytes':
      return readBytes(json, undefined, shorten(at));
    case 'address':
      return readAddress(json, shorten(at));
    case 'string':
      return textOf(json, shorten(at));
    case 'bool':
      // Text such as "false" is true for some libraries.
      if (typeof json === 'boolean') return json;
      throw new TypedDataError('bool', shorten(at), 'This must be true or false, without quotes.');
  }
}

function readList(
  json: unknown,
  type: Extract<FieldType, { kind: 'array' }>,
  types: Types,
  at: string,
  room: Budget,
  depth: number,
): TypedValue {
  const list = listOf(json, shorten(at));
  if (list.length > MAX_LIST) {
    throw new TypedDataError('too-many', shorten(at), `A list has at most ${String(MAX_LIST)}.`);
  }
  if (type.length !== undefined && list.length !== type.length) {
    throw new TypedDataError(
      'list-length',
      shorten(at),
      `The list must have ${String(type.length)} entries, not ${String(list.length)}.`,
    );
  }
  return Object.freeze(
    list.map((item, i) => readValue(item, type.of, types, `${at}[${String(i)}]`, room, depth)),
  );
}

/** A sign and 78 digits, or 0x and 64. */
const MAX_INTEGER_TEXT = 79;

function readInteger(
  json: unknown,
  { kind, bits }: { readonly kind: 'uint' | 'int'; readonly bits: number },
  at: string,
): string {
  const value = integerOf(json, at);
  const size = BigInt(bits);
  const [min, max] =
    kind === 'uint' ? [0n, 2n ** size - 1n] : [-(2n ** (size - 1n)), 2n ** (size - 1n) - 1n];
  if (value < min || value > max) {
    throw new TypedDataError('range', at, `This is no number of the type ${kind}${String(bits)}.`);
  }
  return value.toString();
}

function integerOf(json: unknown, at: string): bigint {
  if (typeof json === 'number') {
    if (Number.isSafeInteger(json)) return BigInt(json);
    throw new TypedDataError(
      'number',
      at,
      Number.isInteger(json)
        ? 'This number is too large to be written without quotes: its last digits may be lost already.'
        : 'This must be a whole number.',
    );
  }
  if (typeof json === 'string' && json.length <= MAX_INTEGER_TEXT) {
    if (/^(?:0|-?[1-9][0-9]*)$/.test(json) || /^0x[0-9a-f]+$/i.test(json)) return BigInt(json);
  }
  throw new TypedDataError(
    'number',
    at,
    'This must be a whole number: decimal digits, or hexadecimal ones after 0x.',
  );
}

function readBytes(json: unknown, size: number | undefined, at: string): string {
  if (typeof json !== 'string' || !isHexData(json)) {
    throw new TypedDataError('bytes', at, 'This must be 0x and two hexadecimal digits a byte.');
  }
  if (size !== undefined && sizeOf(json) !== size) {
    throw new TypedDataError('bytes-length', at, `This must have ${String(size)} bytes.`);
  }
  return json.toLowerCase();
}

function readAddress(json: unknown, at: string): string {
  try {
    return parseAddress(textOf(json, at)).address;
  } catch (error) {
    if (error instanceof TypedDataError || !(error instanceof CountersignError)) throw error;
    throw new TypedDataError('address', at, error.message, { cause: error });
  }
}

const shorten = (path: string): string =>
  path.length <= MAX_PATH ? path : `${path.slice(0, MAX_PATH)}…`;
