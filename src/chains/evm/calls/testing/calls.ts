/** Calls for tests, written by `ox`. */
import { type AbiFunction, encodeData, from } from 'ox/AbiFunction';
import type { CallFact, Fact } from '../../../review.ts';
import type { DescribeContext, TokenUnit } from '../../context.ts';
import { toChecksum } from '../../address.ts';
import type { Hex } from '../../hex.ts';
import type { Call } from '../../clear/call.ts';
import { parseDescriptor } from '../../clear/descriptor.ts';
import { contractId, type Descriptors, indexedDescriptors } from '../../clear/descriptors.ts';

const address = (digit: string): Hex => toChecksum(`0x${digit.repeat(40)}`);
export const ME = address('1');
export const BOB = address('2');
export const TOKEN = address('3');
export const ROUTER = address('4');
export const SAFE = address('5');
export const OTHER = address('6');
export const MULTI_SEND = toChecksum('0x38869bf66a61cf6bdb996a6ae40d5853fd43b526');
export const MAX = 2n ** 256n - 1n;

/** Calldata of a function, such as `data('transfer(address,uint256)', BOB, 1n)`. */
export const data = (signature: string, ...args: readonly unknown[]): Hex =>
  (encodeData as (item: AbiFunction, ...values: readonly unknown[]) => Hex)(
    (from as (text: string) => AbiFunction)(`function ${signature}`),
    ...(args.length === 0 ? [] : [args]),
  );

export const call = (to: Hex | undefined, calldata: Hex, more: Partial<Call> = {}): Call => ({
  chainId: 1n,
  from: ME,
  to,
  value: 0n,
  data: calldata,
  delegate: false,
  ...more,
});

/** One entry of MultiSend. */
export const packed = (to: Hex, calldata: Hex, { value = 0n, operation = 0 } = {}): string =>
  [
    operation.toString(16).padStart(2, '0'),
    to.slice(2).toLowerCase(),
    value.toString(16).padStart(64, '0'),
    (calldata.length / 2 - 1).toString(16).padStart(64, '0'),
    calldata.slice(2),
  ].join('');

const EXEC =
  'execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)';
const ZERO = address('0');

/** A Safe's transaction, with a signature of its owners. */
export const exec = (
  to: Hex,
  calldata: Hex,
  { value = 0n, operation = 0, gasPrice = 0n } = {},
): Hex => data(EXEC, to, value, calldata, operation, 0n, 0n, gasPrice, ZERO, ZERO, '0x1234');

const USDC: TokenUnit = { address: TOKEN, symbol: 'USDC', decimals: 6, source: 'settings' };

export const NOTES: DescribeContext = {
  from: { index: 0, name: 'Treasury', address: ME },
  accounts: [{ index: 0, name: 'Treasury', address: ME }],
  contacts: [
    { address: BOB, name: 'Bob' },
    { address: ROUTER, name: 'Exchange' },
  ],
  network: { name: 'Mainnet', nativeSymbol: 'ETH', tokens: [USDC] },
  paid: undefined,
  state: undefined,
};

/** A device that knows nothing but the bytes. */
export const NO_NOTES: DescribeContext = {
  ...NOTES,
  accounts: [],
  contacts: [],
  network: undefined,
};

/** A descriptor for one contract on chain 1. */
export function described(to: Hex, formats: object, more: object = {}): Descriptors {
  const descriptor = parseDescriptor(
    JSON.stringify({
      context: { contract: { deployments: [{ chainId: 1, address: to }] } },
      metadata: { owner: 'Maker' },
      display: { formats },
      ...more,
    }),
    'test',
  );
  return indexedDescriptors({ calls: { [contractId(1n, to)]: 'one' }, typedData: {} }, (path) =>
    path === 'one' ? descriptor : undefined,
  );
}

/** Lines as text, indented: what stands on the screen. */
export function linesOf(fact: CallFact, depth = 0): string[] {
  const pad = '  '.repeat(depth);
  return [`${pad}${fact.intent}`, ...fact.facts.flatMap((line) => lineOf(line, depth + 1))];
}

function lineOf({ canonical, label, value }: Fact, depth: number): string[] {
  const pad = '  '.repeat(depth);
  if (value.kind === 'call') return linesOf(value.call, depth);
  if (value.kind === 'group') {
    return [`${pad}${label}:`, ...value.facts.flatMap((line) => lineOf(line, depth + 1))];
  }
  return [`${pad}${label}: ${canonical}`];
}

/** Everything without notes: equal on every device. */
export const canonicalOf = (fact: CallFact): unknown => [
  fact.canonical,
  fact.reading,
  fact.signature,
  fact.to?.address,
  fact.value.value,
  fact.delegate,
  fact.facts.map(canonicalLine),
];

const canonicalLine = ({ canonical, label, value }: Fact): unknown =>
  value.kind === 'call'
    ? [label, canonicalOf(value.call)]
    : value.kind === 'group'
      ? [label, value.facts.map(canonicalLine)]
      : [label, canonical];
