/** Typed data of any types, for properties. */
import fc, { type GeneratorValue } from 'fast-check';
import { toChecksum } from '../../address.ts';

interface Any {
  readonly types: Record<string, { name: string; type: string }[]>;
  readonly primaryType: string;
  readonly domain: Record<string, unknown>;
  readonly message: unknown;
}

const hex = (g: GeneratorValue, size: number): string =>
  `0x${Buffer.from(g(fc.uint8Array, { minLength: size, maxLength: size })).toString('hex')}`;

const DOMAIN = {
  name: 'string',
  version: 'string',
  chainId: 'uint256',
  verifyingContract: 'address',
  salt: 'bytes32',
} as const;

/** Structs refer to later ones, and through dynamic lists to any, themselves included. */
export const anyTypedData: fc.Arbitrary<Any> = fc.gen().map((g): Any => {
  const count = g(fc.integer, { min: 1, max: 4 });
  const names = Array.from(
    { length: count },
    (_, i) => ['Order', 'Item', 'constructor', 'Z_9'][i] ?? '',
  );
  const types: Any['types'] = {};
  const domain: Any['domain'] = {};
  const members = Object.entries(DOMAIN).filter(() => g(fc.boolean));
  types['EIP712Domain'] = members.map(([name, type]) => ({ name, type }));
  for (const [i, name] of names.entries()) {
    const length = g(fc.integer, { min: 1, max: 4 });
    types[name] = Array.from({ length }, (_, at) => ({
      name: at === 0 ? '__proto__' : `m${String(at)}`,
      type: anyType(g, names, i),
    }));
  }
  for (const [name, type] of members) {
    domain[name] =
      name === 'chainId' ? String(g(fc.integer, { min: 1 })) : anyValue(g, type, types, 0);
  }
  const [primaryType = ''] = names;
  return { types, primaryType, domain, message: anyValue(g, primaryType, types, 0) };
});

const oneOf = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

function anyType(g: GeneratorValue, names: readonly string[], self: number): string {
  const later = names.slice(self + 1);
  const atom = g(
    oneOf,
    'uint',
    'int',
    'bytesN',
    'bytes',
    'string',
    'bool',
    'address',
    'later',
    'any',
  );
  const lists = g(oneOf, '', '', '', '[]', '[2]', '[][1]', '[2][]');
  const bits = 8 * g(fc.integer, { min: 1, max: 32 });
  switch (atom) {
    case 'uint':
    case 'int':
      return `${atom}${String(bits)}${lists}`;
    case 'bytesN':
      return `bytes${String(bits / 8)}${lists}`;
    case 'later':
      return `${later[0] ?? 'bool'}${lists}`;
    case 'any':
      return `${names[g(fc.nat, { max: names.length - 1 })] ?? 'bool'}[]`;
    default:
      return `${atom}${lists}`;
  }
}

const MAX_DEPTH = 4;

function anyValue(g: GeneratorValue, type: string, types: Any['types'], depth: number): unknown {
  const list = /^(.*)\[([0-9]*)\]$/.exec(type);
  if (list !== null) {
    const [, inner = '', fixed = ''] = list;
    const length = fixed === '' ? (depth > MAX_DEPTH ? 0 : g(fc.nat, { max: 2 })) : Number(fixed);
    return Array.from({ length }, () => anyValue(g, inner, types, depth + 1));
  }
  const members = Object.hasOwn(types, type) ? types[type] : undefined;
  if (members !== undefined) {
    return Object.fromEntries(
      members.map((member) => [member.name, anyValue(g, member.type, types, depth + 1)]),
    );
  }
  if (type === 'string') return g(fc.string, { unit: 'grapheme', maxLength: 12 });
  if (type === 'bool') return g(fc.boolean);
  if (type === 'address') return toChecksum(hex(g, 20));
  if (type === 'bytes') return hex(g, g(fc.nat, { max: 70 }));
  if (type.startsWith('bytes')) return hex(g, Number(type.slice(5)));
  const bits = BigInt(type.replace(/\D/g, ''));
  const [min, max] = type.startsWith('u')
    ? [0n, 2n ** bits - 1n]
    : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
  const value = g(fc.bigInt, { min, max });
  return (g(fc.boolean) ? value : g(fc.boolean) ? min : max).toString();
}
