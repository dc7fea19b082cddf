import { expect, it } from 'vitest';
import type { Node } from './node.ts';
import { addressAt, numberOf, pattern, resolve, type Root } from './path.ts';

const leaf = (type: string, value: bigint | boolean | string): Node => ({
  kind: 'leaf',
  type,
  value,
});
const struct = (members: Record<string, Node>): Node => ({
  kind: 'struct',
  members: Object.entries(members).map(([name, node]) => ({ name, node })),
});
const root: Root = {
  node: struct({
    amount: leaf('uint256', 0x1122n),
    orders: {
      kind: 'list',
      items: [
        struct({ maker: leaf('address', '0xaa') }),
        struct({ maker: leaf('address', '0xbb') }),
      ],
    },
    packed: leaf('bytes', '0x00112233445566'),
    text: leaf('string', '0x1234'),
  }),
  container: { '@.value': { kind: 'leaf', type: 'uint256', value: 7n } },
};

it.each([
  ['amount', 0x1122n],
  ['#.amount', 0x1122n],
  ['@.value', 7n],
  ['orders.[0].maker', '0xaa'],
  ['orders.[-1].maker', '0xbb'],
  ['packed.[1:3]', '0x1122'],
  ['packed.[-2:]', '0x5566'],
  ['packed.[:1]', '0x00'],
  ['packed.[5:99]', '0x5566'],
  ['packed.[3:1]', '0x'],
  ['amount.[-2:]', '0x1122'],
])('%s is there', (path, value) => {
  expect(resolve(path, root)).toMatchObject({ value });
});

it.each([
  'nothing',
  'amount.more',
  'orders.[2].maker',
  'orders.[].maker',
  'orders.maker',
  'text.[0:1]',
  '$.metadata.owner',
  '@.from',
  '@.constructor',
  'constructor',
  '',
])('%j is no value', (path) => {
  expect(resolve(path, root)).toBeUndefined();
});

it('takes numbers and addresses from bytes', () => {
  expect(numberOf(leaf('bytes', '0x0102'))).toBe(0x102n);
  expect(numberOf(leaf('bytes', '0x'))).toBe(0n);
  expect(numberOf(leaf('string', '5'))).toBeUndefined();
  expect(numberOf(leaf('bool', true))).toBeUndefined();
  expect(addressAt(leaf('uint256', 5n))).toBe(`0x${'0'.repeat(39)}5`);
  expect(addressAt(leaf('bytes', '0x0102'))).toBeUndefined();
});

it('makes patterns of paths', () => {
  expect(pattern('#.orders.[2].makers.[-1].[0:20]')).toBe('orders.[].makers.[]');
});
