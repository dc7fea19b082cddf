/** Requests of fixtures as the wallet takes them, and calldata without a transaction around it: for measuring. */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { ZERO_ADDRESS } from '../../src/chains/evm/address.ts';
import { readCall } from '../../src/chains/evm/calls/read-call.ts';
import { type Descriptors, noDescriptors } from '../../src/chains/evm/clear/descriptors.ts';
import type { DescribeContext } from '../../src/chains/evm/context.ts';
import { fromHexData, type Hex } from '../../src/chains/evm/hex.ts';
import type { SigningContext } from '../../src/chains/evm/message/context.ts';
import { serialize } from '../../src/chains/evm/serialize.ts';
import { readTypedDataInput } from '../../src/chains/evm/typed-data/input.ts';
import type { EvmChainRequest } from '../../src/chains/request.ts';
import { parseUnsigned } from '../../src/chains/evm/parse.ts';
import { registryOf } from '../registry/folder.ts';
import { folderDescriptors } from '../registry/source.ts';
import { contextOf } from './context.ts';
import { fixtureSchema, type TestCase } from './fixture.ts';
import { parseEither, withoutChecksums } from './run.ts';

export interface FixtureRequest {
  readonly request: EvmChainRequest;
  readonly context: SigningContext;
  readonly descriptors: Descriptors;
}

/** The requests of a fixture file, with the descriptors of its registry; what the wallet refuses is left out. */
export function requestsOf(file: string): readonly FixtureRequest[] {
  const folder = registryOf(file);
  if (folder === undefined) throw new Error(`${file}: lies in no registry (index.calldata.json)`);
  const { dataProvider, tests } = v.parse(fixtureSchema, JSON.parse(readFileSync(file, 'utf8')));
  const descriptors = folderDescriptors(folder);
  return tests.flatMap((test) => {
    const request = requestOf(test);
    if (request === undefined) return [];
    const chainId = request.kind === 'evm' ? request.tx.chainId : 1n;
    const notes = contextOf(dataProvider, chainId, ZERO_ADDRESS);
    return [{ request, context: { ...notes, now: undefined, chainId: undefined }, descriptors }];
  });
}

function requestOf(test: TestCase): EvmChainRequest | undefined {
  if ('rawTx' in test) {
    const { tx } = parseEither(fromHexData(test.rawTx as Hex));
    return parseUnsigned(serialize(tx));
  }
  const input = readTypedDataInput(withoutChecksums(test.data));
  return input.ok ? input.value.request : undefined;
}

/** Reads a call that no transaction could hold. */
export async function readCalldata(data: Hex, to: Hex, notes: DescribeContext): Promise<unknown> {
  const call = { chainId: 1n, from: ZERO_ADDRESS, to, value: 0n, data, delegate: false };
  return readCall(call, noDescriptors, notes);
}
