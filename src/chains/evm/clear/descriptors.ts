/** Descriptors that are on this device, and what they are bound to. */
import type { Descriptor } from './descriptor.ts';

/** Where to find the descriptors of typed data: by the hash of `encodeType`. */
interface TypedDataEntry {
  readonly path: string;
  /** Keccak-256, hexadecimal after 0x. */
  readonly encodeTypeHashes: readonly string[];
}

/** Contracts, as `eip155:<chain>:<address in lower case>` (CAIP-10), and their descriptors. */
export interface DescriptorIndex {
  readonly calls: Readonly<Record<string, string>>;
  readonly typedData: Readonly<Record<string, Readonly<Record<string, readonly TypedDataEntry[]>>>>;
}

/** A source of descriptors. Never asks anybody: `load` knows what is loaded already. */
export interface Descriptors {
  /** Paths of what is bound to exactly this contract, the most trusted first. */
  readonly forCall: (chainId: bigint, address: string) => readonly string[];
  /** Paths of what is bound to this contract and type. */
  readonly forTypedData: (
    chainId: bigint,
    address: string,
    primaryType: string,
    encodeTypeHash: string,
  ) => readonly string[];
  /** `undefined`: not loaded. */
  readonly load: (path: string) => Descriptor | undefined;
}

/** The name of a contract on a chain, CAIP-10, in lower case. */
export const contractId = (chainId: bigint, address: string): string =>
  `eip155:${String(chainId)}:${address.toLowerCase()}`;

/** @param load may know more with time: what it returns for a path never changes */
export function indexedDescriptors(
  index: DescriptorIndex,
  load: (path: string) => Descriptor | undefined,
): Descriptors {
  return {
    forCall(chainId, address) {
      const path = own(index.calls, contractId(chainId, address));
      return path === undefined ? [] : [path];
    },
    forTypedData(chainId, address, primaryType, encodeTypeHash) {
      const types = own(index.typedData, contractId(chainId, address)) ?? {};
      return (own(types, primaryType) ?? [])
        .filter(({ encodeTypeHashes }) => encodeTypeHashes.includes(encodeTypeHash))
        .map(({ path }) => path);
    },
    load,
  };
}

/** Several sources as one; where they say something about the same contract, the first is taken. */
export const mergeDescriptors = (...sources: readonly Descriptors[]): Descriptors => ({
  forCall: (chainId, address) => sources.flatMap((source) => source.forCall(chainId, address)),
  forTypedData: (...key) => sources.flatMap((source) => source.forTypedData(...key)),
  load: (path) => {
    for (const source of sources) {
      const descriptor = source.load(path);
      if (descriptor !== undefined) return descriptor;
    }
    return undefined;
  },
});

/**
 * Notes down which paths are asked for and not loaded. Describe a request with it, load what is missing, and
 * describe again until nothing is: a descriptor may name calls of further contracts.
 */
export const recording = (descriptors: Descriptors, missing: Set<string>): Descriptors => ({
  ...descriptors,
  load: (path) => {
    const descriptor = descriptors.load(path);
    if (descriptor === undefined) missing.add(path);
    return descriptor;
  },
});

/** None at all. */
export const noDescriptors: Descriptors = indexedDescriptors(
  { calls: {}, typedData: {} },
  () => undefined,
);

/** Whether a descriptor says by itself that it is for this contract: an index may be wrong. */
export const isBound = (
  descriptor: Descriptor,
  kind: 'contract' | 'eip712',
  chainId: bigint,
  address: string,
): boolean => isBoundTo(descriptor, kind, contractId(chainId, address));

/** The same, for a name as `contractId` writes it. */
export function isBoundTo(
  descriptor: Descriptor,
  kind: 'contract' | 'eip712',
  contract: string,
): boolean {
  const { content } = descriptor;
  return (content.context?.[kind]?.deployments ?? []).some(
    ({ address, chainId }) => contractId(BigInt(chainId), address) === contract,
  );
}

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
