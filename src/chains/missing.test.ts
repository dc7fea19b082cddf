import { expect, it } from 'vitest';
import { indexedDescriptors, type Descriptors } from './evm/clear/descriptors.ts';
import { parseDescriptor, type Descriptor } from './evm/clear/descriptor.ts';
import type { SigningContext } from './evm/message/context.ts';
import { parseRequestInput } from './evm/input.ts';
import { readTypedDataInput } from './evm/typed-data/input.ts';
import { describeOrMiss } from './missing.ts';
import type { EvmChainRequest } from './request.ts';
import type { Subject } from './subject.ts';

const FROM = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const OUTER = `0x${'11'.repeat(20)}`;
const INNER = `0x${'22'.repeat(20)}`;
const word = (digits: string): string => digits.padStart(64, '0');
/** `stake(uint256)` of 5. */
const STAKE = `a694fc3a${word('5')}`;
const context: SigningContext = {
  from: { index: 0, name: 'Main', address: FROM },
  accounts: [],
  contacts: [],
  network: undefined,
  paid: undefined,
  state: undefined,
  now: undefined,
  chainId: undefined,
};
const descriptor = parseDescriptor(
  JSON.stringify({
    context: { contract: { deployments: [{ chainId: 1, address: OUTER }] } },
    display: {
      formats: {
        'relay(address target,bytes call)': {
          intent: 'Relay',
          fields: [
            {
              path: 'call',
              label: 'Call',
              format: 'calldata',
              params: { calleePath: 'target' },
            },
          ],
        },
      },
    },
  }),
  'test',
);

/** @param loaded may grow */
const descriptors = (loaded: ReadonlyMap<string, Descriptor>): Descriptors =>
  indexedDescriptors(
    {
      calls: { [`eip155:1:${OUTER}`]: 'outer', [`eip155:1:${INNER}`]: 'inner' },
      typedData: {},
    },
    (path) => loaded.get(path),
  );

const about = (request: EvmChainRequest): Subject => ({ chain: 'evm', request, context });

function calling(to: string, data: string): EvmChainRequest {
  const transaction = {
    to,
    data: `0x${data}`,
    value: '0x0',
    chainId: '0x1',
    nonce: '0x0',
    gas: '0xea60',
    maxFeePerGas: '0x2',
    maxPriorityFeePerGas: '0x1',
  };
  const read = parseRequestInput(JSON.stringify(transaction), { from: FROM, chainId: 1n });
  if (!read.ok || read.value.kind !== 'request') throw new Error(JSON.stringify(read));
  return read.value.request;
}

it('names what is bound to the contract and not loaded', async () => {
  const { missing, review } = await describeOrMiss(
    about(calling(INNER, STAKE)),
    descriptors(new Map()),
  );
  expect(missing).toEqual(['inner']);
  expect(review.reading).toBe('decoded');
});

it('names nothing for a contract without descriptors', async () => {
  const request = calling(`0x${'33'.repeat(20)}`, STAKE);
  expect((await describeOrMiss(about(request), descriptors(new Map()))).missing).toEqual([]);
});

it('names those of calls inside once what names the calls is loaded', async () => {
  // relay(address,bytes): keccak-256 begins with the selector that the descriptor's format has.
  const { Hash, Bytes } = await import('ox');
  const selector = Hash.keccak256(Bytes.fromString('relay(address,bytes)'), { as: 'Hex' });
  const data = [
    selector.slice(2, 10),
    word(INNER.slice(2)),
    word('40'),
    word('24'),
    STAKE.padEnd(128, '0'),
  ].join('');
  const request = calling(OUTER, data);
  const loaded = new Map<string, Descriptor>();
  expect((await describeOrMiss(about(request), descriptors(loaded))).missing).toEqual(['outer']);
  loaded.set('outer', descriptor);
  expect((await describeOrMiss(about(request), descriptors(loaded))).missing).toEqual(['inner']);
});

it('names those of typed data', async () => {
  const read = readTypedDataInput(
    JSON.stringify({
      domain: { chainId: 1, verifyingContract: OUTER },
      types: {
        EIP712Domain: [
          { name: 'chainId', type: 'uint256' },
          { name: 'verifyingContract', type: 'address' },
        ],
        Vote: [{ name: 'yes', type: 'bool' }],
      },
      primaryType: 'Vote',
      message: { yes: true },
    }),
  );
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
  const asked: Descriptors = {
    forCall: () => [],
    forTypedData: () => ['vote'],
    load: () => undefined,
  };
  expect((await describeOrMiss(about(read.value.request), asked)).missing).toEqual(['vote']);
});
