import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import type { CallFact } from '../../review.ts';
import { BOB, ME, NO_NOTES, NOTES, ROUTER, TOKEN } from '../calls/testing/calls.ts';
import { readTypedDataInput } from '../typed-data/input.ts';
import type { TypedData } from '../typed-data/request.ts';
import { parseDescriptor } from './descriptor.ts';
import { contractId, type Descriptors, indexedDescriptors } from './descriptors.ts';
import { type ClearTypedData, readTypedDataClear } from './typed-data.ts';

const TYPE = 'Order(address maker,string note,Asset[] assets)Asset(address token,uint256 amount)';
const FORMAT = {
  intent: 'Sell',
  interpolatedIntent: 'Sell {assets.[].amount} for {maker}',
  fields: [
    { path: 'maker', label: 'Maker', format: 'addressName' },
    { path: 'note', label: 'Note', format: 'raw' },
    {
      path: 'assets.[].amount',
      label: 'Asset',
      format: 'tokenAmount',
      params: { tokenPath: 'assets.[].token' },
    },
  ],
};

function source(format: object = FORMAT, type = TYPE): Descriptors {
  const descriptor = parseDescriptor(
    JSON.stringify({
      context: {
        eip712: { deployments: [{ chainId: 1, address: ROUTER }], domain: { name: 'Shop' } },
      },
      metadata: { owner: 'Maker' },
      display: { formats: { [type]: format } },
    }),
    'test',
  );
  const hash = `0x${bytesToHex(keccak_256(utf8ToBytes(TYPE)))}`;
  const entry = { path: 'one', encodeTypeHashes: [hash] };
  return indexedDescriptors(
    { calls: {}, typedData: { [contractId(1n, ROUTER)]: { Order: [entry] } } },
    () => descriptor,
  );
}

function order(more: { domain?: object; message?: object } = {}): TypedData {
  const input = readTypedDataInput(
    JSON.stringify({
      types: {
        EIP712Domain: [
          { name: 'name', type: 'string' },
          { name: 'chainId', type: 'uint256' },
          { name: 'verifyingContract', type: 'address' },
        ],
        Order: [
          { name: 'maker', type: 'address' },
          { name: 'note', type: 'string' },
          { name: 'assets', type: 'Asset[]' },
        ],
        Asset: [
          { name: 'token', type: 'address' },
          { name: 'amount', type: 'uint256' },
        ],
      },
      primaryType: 'Order',
      domain: { name: 'Shop', chainId: 1, verifyingContract: ROUTER, ...more.domain },
      message: {
        maker: BOB,
        note: TOKEN,
        assets: [{ token: TOKEN, amount: '1500000' }],
        ...more.message,
      },
    }),
  );
  if (!input.ok) throw new Error(JSON.stringify(input.errors));
  return input.value.request.data;
}

const read = async (
  data: TypedData,
  from = source(),
  notes = NOTES,
): Promise<ClearTypedData | undefined> =>
  readTypedDataClear(data, ME, from, notes, async (): Promise<CallFact> => {
    throw new Error('no call inside');
  });

describe('readTypedDataClear', () => {
  it('reads by the descriptor of the contract, chain and types', async () => {
    const reading = await read(order());
    expect(reading).toMatchObject({
      intent: 'Sell 1.5 USDC for Bob',
      canonical: `Sell 1500000 smallest units of ${TOKEN} for ${BOB}`,
      complete: true,
      source: { owner: 'Maker', origin: 'test' },
    });
    expect((await read(order(), source(), NO_NOTES))?.canonical).toBe(reading?.canonical);
  });

  it('does not take text for an address because it looks like one', async () => {
    const fact = (await read(order()))?.facts[1];
    expect(fact).toMatchObject({ label: 'Note', value: { kind: 'text', text: TOKEN } });
  });

  it('shows what the descriptor leaves out', async () => {
    const short = { ...FORMAT, fields: FORMAT.fields.slice(1) };
    const reading = await read(order(), source(short));
    expect(reading?.complete).toBe(false);
    expect(reading?.facts.at(-1)).toMatchObject({
      label: 'Not explained by the descriptor',
      value: { facts: [{ label: 'maker', canonical: BOB }] },
    });
  });

  it.each([
    ['on another chain', { chainId: 10 }],
    ['for another contract', { verifyingContract: TOKEN }],
    ['of another domain', { name: 'Other' }],
  ])('has nothing to say %s', async (_name, domain) => {
    expect(await read(order({ domain }))).toBeUndefined();
  });

  it('has nothing to say of other types under the same name', async () => {
    expect(await read(order(), source(FORMAT, 'Order(address maker)'))).toBeUndefined();
  });

  it('refuses an index that binds a descriptor to a contract that it does not name', async () => {
    const from: Descriptors = { ...source(), forTypedData: () => ['one'] };
    expect(await read(order({ domain: { verifyingContract: TOKEN } }), from)).toBeUndefined();
  });
});
