import { expect, it } from 'vitest';
import { kindOfInput } from './input-kind.ts';

const typed = { types: {}, primaryType: 'Mail', domain: {}, message: {} };
const ADDRESS = '0x70ce000000000000000000000000000000007050';

it.each([
  ['evm', '0x02f8'],
  ['evm', ''],
  ['evm', '{"to": "0x"}'],
  ['evm', '{not json'],
  ['evm', '[1, 2]'],
  ['evm', JSON.stringify({ method: 'eth_sendTransaction', params: [] })],
  ['evm-typed-data', JSON.stringify(typed)],
  ['evm-typed-data', ` ${JSON.stringify(typed)} `],
  ['evm-typed-data', JSON.stringify([ADDRESS, typed])],
  ['evm-typed-data', JSON.stringify([ADDRESS, JSON.stringify(typed)])],
  ['evm-typed-data', JSON.stringify({ method: 'eth_signTypedData_v4', params: [] })],
  ['evm-typed-data', JSON.stringify({ method: 'eth_signTypedData', params: [] })],
  ['evm-message', JSON.stringify(['hello', ADDRESS])],
  ['evm-message', JSON.stringify({ method: 'personal_sign', params: [] })],
  ['evm-message', JSON.stringify({ method: 'eth_sign', params: [] })],
])('%s: %s', (kind, text) => {
  expect(kindOfInput(text)).toBe(kind);
});
