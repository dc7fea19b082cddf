/** Members of a struct whose type was compared with a known one: each is what its type says. */
import type { Hex } from '../hex.ts';
import type { StructValue, TypedValue } from './request.ts';

function member(struct: StructValue, name: string): TypedValue {
  const value = Object.hasOwn(struct, name) ? struct[name] : undefined;
  if (value === undefined) throw new RangeError(`no member ${name}`);
  return value;
}

/** A string, or bytes in hexadecimal digits. */
function textAt(struct: StructValue, name: string): string {
  const value = member(struct, name);
  if (typeof value !== 'string') throw new RangeError(`${name} is no text`);
  return value;
}

export const integerAt = (struct: StructValue, name: string): bigint =>
  BigInt(textAt(struct, name));

/** An address by EIP-55, or bytes in lower case. */
export const hexAt = (struct: StructValue, name: string): Hex => textAt(struct, name) as Hex;

export const boolAt = (struct: StructValue, name: string): boolean => member(struct, name) === true;

export const structAt = (struct: StructValue, name: string): StructValue =>
  asStruct(member(struct, name));

export function structsAt(struct: StructValue, name: string): readonly StructValue[] {
  const value = member(struct, name);
  if (!isList(value)) throw new RangeError(`${name} is no list`);
  return value.map(asStruct);
}

export const isList = (value: TypedValue): value is readonly TypedValue[] => Array.isArray(value);

export function asStruct(value: TypedValue): StructValue {
  if (typeof value !== 'object' || isList(value)) throw new RangeError('not a struct');
  return value;
}
