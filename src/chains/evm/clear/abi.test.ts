import { encode } from 'ox/AbiParameters';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hex } from '../hex.ts';
import { decodeCall } from './abi.ts';
import { countLeaves, type Node } from './node.ts';
import { parseSignature, type Signature } from './signature.ts';

function signature(text: string): Signature {
  const parsed = parseSignature(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

const word = (value: bigint | number): string => value.toString(16).padStart(64, '0');
const calldata = ({ selector }: Signature, ...words: string[]): Hex =>
  `${selector}${words.join('')}`;

describe('parseSignature', () => {
  it('names types and selector', () => {
    expect(signature('transfer(address to, uint256 value)')).toMatchObject({
      canonical: 'transfer(address,uint256)',
      selector: '0xa9059cbb',
      inputs: [{ name: 'to' }, { name: 'value' }],
    });
    expect(signature('run((address to, (bytes b)[2] c)[] calls, uint256)').canonical).toBe(
      'run((address,(bytes)[2])[],uint256)',
    );
  });

  it.each([
    '',
    'transfer',
    'f(uint256',
    'f(nothing x)',
    'f(uint256[0] x)',
    `f(${'uint256,'.repeat(600)}uint256)`,
  ])('refuses %j', (text) => {
    expect(parseSignature(text)).toBeUndefined();
  });
});

describe('decodeCall', () => {
  const send = signature('transfer(address to, uint256 value)');
  const blob = signature('f(bytes data)');

  it('reads values of every kind', () => {
    const all = signature(
      'f(uint8 a, int256 b, bool c, address d, bytes4 e, bytes f, string g, uint256[] h, (uint256 x, string y) i)',
    );
    const values = [
      255,
      -1n,
      true,
      '0x1111111111111111111111111111111111111111',
      '0x01020304',
      '0xbeef',
      'naïve',
      [1n, 2n],
      [3n, 'y'],
    ];
    const types = 'uint8 int256 bool address bytes4 bytes string uint256[]'.split(' ');
    const parameters = [
      ...types.map((type) => ({ type })),
      { type: 'tuple', components: [{ type: 'uint256' }, { type: 'string' }] },
    ];
    const data: Hex = `${all.selector}${encode(parameters as never, values as never).slice(2)}`;
    const decoded = decodeCall(all, data);
    expect(decoded?.trailing).toBe('0x');
    expect(
      decoded?.members.map(({ node }) => (node.kind === 'leaf' ? node.value : node.kind)),
    ).toEqual([
      255n,
      -1n,
      true,
      '0x1111111111111111111111111111111111111111',
      '0x01020304',
      '0xbeef',
      'naïve',
      'list',
      'struct',
    ]);
  });

  it.each([
    ['nothing at all', calldata(send)],
    ['a missing byte', calldata(send, word(1), word(1)).slice(0, -2) as Hex],
    ['dirty padding of an address', calldata(send, `01${word(1).slice(2)}`, word(1))],
    ['an offset to the offset itself', calldata(blob, word(0))],
    ['a gap before what is dynamic', calldata(blob, word(64), word(0), word(0))],
    ['an offset beyond the end', calldata(blob, word(2n ** 255n), word(0))],
    ['a length beyond the end', calldata(blob, word(32), word(33), word(0))],
    ['dirty padding of bytes', calldata(blob, word(32), word(1), word(1))],
    ['a bool that is neither', calldata(signature('f(bool x)'), word(2))],
    ['a small number that is not', calldata(signature('f(uint8 x)'), word(256))],
  ])('refuses %s', (_name, data) => {
    const known = [send, blob, signature('f(bool x)'), signature('f(uint8 x)')];
    const used = known.find(({ selector }) => data.startsWith(selector));
    expect(used && decodeCall(used, data)).toBeUndefined();
  });

  it('tells what follows the arguments', () => {
    expect(decodeCall(send, `${calldata(send, word(1), word(1))}beef`)?.trailing).toBe('0xbeef');
    expect(decodeCall(signature('deposit()'), '0xd0e30db076')).toEqual({
      members: [],
      trailing: '0x76',
    });
  });

  it('refuses a few kilobytes that stand for gigabytes, at once', () => {
    const bomb = signature('f(bytes[] x)');
    const count = 4000;
    const offsets = word(32 * count).repeat(count);
    const big = word(32 * 4000) + '00'.repeat(32 * 4000);
    expect(decodeCall(bomb, calldata(bomb, word(32), word(count), offsets, big))).toBeUndefined();
    const deep = signature('f(bytes[][][][][] x)');
    expect(
      decodeCall(deep, calldata(deep, ...new Array<string>(64).fill(word(32)))),
    ).toBeUndefined();
    const many = signature('f(uint256[] x)');
    expect(decodeCall(many, calldata(many, word(32), word(2n ** 64n)))).toBeUndefined();
  });

  it('reads what ox writes, and nothing that differs in a bit', () => {
    const types = [
      'uint256',
      'address',
      'bytes',
      'string',
      'uint256[]',
      'bytes[]',
      'bool',
      'int8',
      'bytes4',
    ];
    const value: Record<string, fc.Arbitrary<unknown>> = {
      uint256: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
      address: hex(20),
      bytes: hex(0, 70),
      string: fc.string({ maxLength: 40, unit: 'grapheme' }),
      'uint256[]': fc.array(fc.bigInt({ min: 0n, max: 9n }), { maxLength: 4 }),
      'bytes[]': fc.array(hex(0, 40), { maxLength: 3 }),
      bool: fc.boolean(),
      int8: fc.integer({ min: -128, max: 127 }),
      bytes4: hex(4),
    };
    const pairs = fc.array(
      fc
        .constantFrom(...types)
        .chain((type) => fc.tuple(fc.constant(type), value[type] ?? fc.nat())),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(pairs, fc.nat(), fc.integer({ min: 0, max: 7 }), (entries, at, bit) => {
        const parameters = entries.map(([type]) => ({ type }));
        const known = signature(`f(${entries.map(([type]) => type).join(',')})`);
        const words = encode(parameters as never, entries.map(([, given]) => given) as never);
        const decoded = decodeCall(known, `${known.selector}${words.slice(2)}`);
        expect(decoded?.members.map(({ node }) => plain(node))).toEqual(
          entries.map(([type, given]) => (type === 'int8' ? BigInt(given as number) : given)),
        );
        // Another encoding may be another value; it must never be the same one.
        const position = 2 + 2 * (at % ((words.length - 2) / 2));
        const byte = Number.parseInt(words.slice(position, position + 2), 16) ^ (1 << bit);
        const other = `${words.slice(0, position)}${byte.toString(16).padStart(2, '0')}${words.slice(position + 2)}`;
        const altered = decodeCall(known, `${known.selector}${other.slice(2)}`);
        if (altered?.trailing === '0x') expect(altered.members).not.toEqual(decoded?.members);
      }),
      { numRuns: 500 },
    );
  });
});

const hex = (min: number, max = min): fc.Arbitrary<string> =>
  fc
    .uint8Array({ minLength: min, maxLength: max })
    .map(
      (bytes) => `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`,
    );

/** Addresses come back with a checksum. */
const plain = (node: Node): unknown =>
  node.kind === 'leaf'
    ? node.type === 'address'
      ? String(node.value).toLowerCase()
      : node.value
    : node.kind === 'list'
      ? node.items.map(plain)
      : node.members.map((member) => plain(member.node));

it('counts an empty list as one value', () => {
  expect(countLeaves({ kind: 'list', items: [] })).toBe(1);
});
