/** The types of typed data: what they are called, what they hold, and that they fit together. */
import { TypedDataError } from './errors.ts';
import { entriesOf, listOf, textOf } from './json.ts';
import type { Member } from './request.ts';

export const DOMAIN = 'EIP712Domain';

/** A type, read from how it is written. */
export type FieldType =
  | { readonly kind: 'uint' | 'int'; readonly bits: number }
  | { readonly kind: 'fixed-bytes'; readonly size: number }
  | { readonly kind: 'address' | 'bool' | 'string' | 'bytes' }
  | { readonly kind: 'struct'; readonly name: string }
  | { readonly kind: 'array'; readonly of: FieldType; readonly length: number | undefined };

/** Types by name. A map: a type may be called `constructor`. */
export type Types = ReadonlyMap<string, readonly Member[]>;

const MAX_TYPES = 64;
const MAX_MEMBERS = 128;
const MAX_IDENTIFIER = 100;
const MAX_DIMENSIONS = 4;

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Names of Solidity's own types, those that EIP-712 does not have included. */
const RESERVED =
  /^(?:u?int[0-9]*|bytes[0-9]*|byte|u?fixed(?:[0-9]+x[0-9]+)?|address|bool|string|function)$/;

/** The domain's members may be these, in any order, each at most once. */
const DOMAIN_MEMBERS: ReadonlyMap<string, string> = new Map([
  ['name', 'string'],
  ['version', 'string'],
  ['chainId', 'uint256'],
  ['verifyingContract', 'address'],
  ['salt', 'bytes32'],
]);

/**
 * Reads the definitions. Every type that a member names must be there.
 *
 * @throws TypedDataError with the path
 */
export function readTypes(json: unknown): Types {
  const entries = entriesOf(json, 'types');
  if (entries.length > MAX_TYPES) {
    throw new TypedDataError('too-many', 'types', `There are over ${String(MAX_TYPES)} types.`);
  }
  const types = new Map<string, readonly Member[]>();
  for (const [name, members] of entries) {
    const at = `types.${name.slice(0, MAX_IDENTIFIER)}`;
    checkIdentifier(name, at);
    if (RESERVED.test(name)) {
      throw new TypedDataError(
        'type-name',
        at,
        'A type cannot be called like one of the built-in.',
      );
    }
    types.set(name, readMembers(members, at));
  }
  const domain = types.get(DOMAIN);
  if (domain === undefined) {
    throw new TypedDataError(
      'no-domain-type',
      'types',
      'The type EIP712Domain is missing: it says for which contract and chain the signature holds.',
    );
  }
  checkDomain(domain);
  for (const [name, members] of types) {
    for (const member of members) fieldType(member.type, types, `types.${name}.${member.name}`);
  }
  return types;
}

function readMembers(json: unknown, at: string): readonly Member[] {
  const list = listOf(json, at);
  if (list.length > MAX_MEMBERS) {
    throw new TypedDataError('too-many', at, `A type has at most ${String(MAX_MEMBERS)} members.`);
  }
  const names = new Set<string>();
  const members = list.map((item, i): Member => {
    const where = `${at}[${String(i)}]`;
    const fields = new Map(entriesOf(item, where));
    if (fields.size !== 2 || !fields.has('name') || !fields.has('type')) {
      throw new TypedDataError(
        'member',
        where,
        'A member has a name and a type, and nothing else.',
      );
    }
    const name = textOf(fields.get('name'), where);
    const type = textOf(fields.get('type'), where);
    checkIdentifier(name, where);
    if (names.has(name)) {
      throw new TypedDataError('member-twice', where, `There are two members ${name}.`);
    }
    names.add(name);
    return { name, type };
  });
  if (members.length === 0 && at !== `types.${DOMAIN}`) {
    throw new TypedDataError('no-members', at, 'A type needs at least one member.');
  }
  return members;
}

function checkDomain(members: readonly Member[]): void {
  for (const { name, type } of members) {
    if (DOMAIN_MEMBERS.get(name) !== type) {
      throw new TypedDataError(
        'domain-type',
        `types.${DOMAIN}.${name}`,
        'EIP-712 knows a name and a version (string), a chainId (uint256), a verifyingContract (address) and a salt (bytes32).',
      );
    }
  }
}

function checkIdentifier(name: string, at: string): void {
  if (name.length > MAX_IDENTIFIER || !IDENTIFIER.test(name)) {
    throw new TypedDataError(
      'identifier',
      at,
      `A name has letters, digits and underscores, and at most ${String(MAX_IDENTIFIER)} of them.`,
    );
  }
}

/**
 * What a member's type means.
 *
 * @throws TypedDataError for a type that is none
 */
export function fieldType(type: string, types: Types, at: string, dimensions = 0): FieldType {
  const array = /^(.+)\[([1-9][0-9]{0,3})?\]$/.exec(type);
  if (array !== null) {
    if (dimensions === MAX_DIMENSIONS) {
      throw new TypedDataError('type', at, `Lists are at most ${String(MAX_DIMENSIONS)} deep.`);
    }
    const [, inner = '', length] = array;
    return {
      kind: 'array',
      of: fieldType(inner, types, at, dimensions + 1),
      length: length === undefined ? undefined : Number(length),
    };
  }
  const atomic = atomicType(type);
  if (atomic !== undefined) return atomic;
  // A domain inside a message has no meaning that a person could be told.
  if (types.has(type) && type !== DOMAIN) return { kind: 'struct', name: type };
  throw new TypedDataError('type', at, `There is no type ${JSON.stringify(type.slice(0, 60))}.`);
}

function atomicType(type: string): FieldType | undefined {
  if (type === 'address' || type === 'bool' || type === 'string' || type === 'bytes') {
    return { kind: type };
  }
  const integer = /^(u?int)([1-9][0-9]{0,2})$/.exec(type);
  if (integer !== null) {
    const bits = Number(integer[2]);
    return bits <= 256 && bits % 8 === 0
      ? { kind: integer[1] === 'int' ? 'int' : 'uint', bits }
      : undefined;
  }
  const size = Number(/^bytes([1-9][0-9]?)$/.exec(type)?.[1] ?? 0);
  return size >= 1 && size <= 32 ? { kind: 'fixed-bytes', size } : undefined;
}

/** The struct that a type comes down to below its lists, if it is one. */
const baseName = (type: string): string => type.replace(/\[.*$/, '');

/** The primary type and all that it is made of, in the order of EIP-712: itself, then by name. */
export function typesUsed(primaryType: string, types: Types): readonly string[] {
  const seen = new Set([primaryType]);
  // A set takes in what is added while it is walked.
  for (const name of seen) {
    for (const { type } of types.get(name) ?? []) {
      const base = baseName(type);
      if (types.has(base)) seen.add(base);
    }
  }
  seen.delete(primaryType);
  return [primaryType, ...[...seen].sort()];
}
