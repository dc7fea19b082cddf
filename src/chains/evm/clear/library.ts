/**
 * The one place that calls the reference implementation of ERC-7730. It is given one descriptor and nothing
 * else: it cannot ask anybody, and calls inside of calls come back as bytes, to be followed by this wallet.
 */
import {
  type DisplayField,
  type DisplayFieldGroup,
  type DisplayModel,
  type ExternalDataProvider,
  format,
  formatTypedData,
  type FormatOptions,
  type RegistryIndex,
  type Transaction,
  type TypedData,
} from '@ethereum-sourcify/clear-signing';
import { toChecksum } from '../address.ts';
import type { DescriptorContent } from './descriptor.ts';

export type Line = DisplayField;
export type Lines = DisplayField | DisplayFieldGroup;

/** What stands in place of a unit, so that nothing from outside gets into a text. */
export const NATIVE = 'smallest units of the native coin';
export const tokenUnit = (chainId: number, address: string): string =>
  `smallest units of ${toChecksum(address)} on chain ${String(chainId)}`;

/** Answers from the request alone: the same on every device. */
const fromTheRequest: ExternalDataProvider = {
  resolveToken: async (chainId, address) => ({
    name: '',
    symbol: tokenUnit(chainId, address),
    decimals: 0,
  }),
  resolveChainInfo: async (chainId) => ({
    name: `chain ${String(chainId)}`,
    nativeCurrency: { name: '', symbol: NATIVE, decimals: 0 },
  }),
  resolveNftCollectionName: async (_chainId, address) => ({ name: toChecksum(address) }),
};

/** The lines that a descriptor shows of a call, or `undefined` when it cannot be applied. */
export async function linesOfCall(
  call: Transaction,
  content: DescriptorContent,
): Promise<readonly Lines[] | undefined> {
  const path = 'descriptor';
  const key = `eip155:${String(call.chainId)}:${call.to.toLowerCase()}`;
  const options = optionsFor(content, { calldataIndex: { [key]: path }, typedDataIndex: {} });
  return linesOf(await format(call, options));
}

/** The lines that a descriptor shows of typed data, or `undefined` when it cannot be applied. */
export async function linesOfTypedData(
  data: TypedData,
  content: DescriptorContent,
  encodeTypeHash: string,
): Promise<readonly Lines[] | undefined> {
  const { chainId, verifyingContract = '' } = data.domain;
  const key = `eip155:${String(chainId)}:${verifyingContract.toLowerCase()}`;
  const entry = { path: 'descriptor', encodeTypeHashes: [encodeTypeHash] };
  const options = optionsFor(content, {
    calldataIndex: {},
    typedDataIndex: { [key]: { [data.primaryType]: [entry] } },
  });
  return linesOf(await formatTypedData(data, options));
}

/**
 * A resolver that gives the descriptor once. The library follows calls inside of calls with a lenient decoder;
 * refused a second descriptor, it leaves them alone.
 */
function optionsFor(content: DescriptorContent, index: RegistryIndex): FormatOptions {
  let given = false;
  return {
    externalDataProvider: fromTheRequest,
    descriptorResolverOptions: {
      type: 'custom',
      resolver: {
        index,
        fetchDescriptor: async () => {
          if (given) throw new Error('calls inside of calls are followed by this wallet');
          given = true;
          return content as never;
        },
      },
    },
  };
}

/** The library reports what went wrong with the whole as a warning without fields. */
const linesOf = ({
  fields,
  rawCalldataFallback,
  intent,
}: DisplayModel): readonly Lines[] | undefined =>
  rawCalldataFallback !== undefined || (fields === undefined && intent === undefined)
    ? undefined
    : (fields ?? []);
