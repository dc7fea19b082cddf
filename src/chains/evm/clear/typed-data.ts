/** EIP-712 typed data, read with a descriptor. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { CallFact, DescriptorSource, Fact } from '../../review.ts';
import type { DescribeContext } from '../context.ts';
import { toChecksum } from '../address.ts';
import { type Hex, toHexData } from '../hex.ts';
import { encodeType } from '../typed-data/digest.ts';
import type { StructValue, TypedData, TypedValue } from '../typed-data/request.ts';
import { MAX_LEAVES } from './call.ts';
import type { Descriptor } from './descriptor.ts';
import { type Descriptors, isBound } from './descriptors.ts';
import type { EmbeddedCall } from './fields.ts';
import { linesOfTypedData } from './library.ts';
import { countLeaves, type Leaf, type Node } from './node.ts';
import { type ClearReading, readWith } from './read.ts';

/** What a descriptor says about typed data. */
export interface ClearTypedData {
  readonly intent: string;
  /** The same without any note. */
  readonly canonical: string;
  readonly facts: readonly Fact[];
  readonly source: DescriptorSource;
  /** Whether the descriptor speaks of every value, and fits all that it speaks of. */
  readonly complete: boolean;
}

/**
 * Reads typed data with the descriptor that is bound to its contract, chain and types.
 *
 * @param from the account that would sign, EIP-55
 * @param follow reads a call that the typed data holds
 * @returns `undefined` where there is none, or it does not apply
 */
export async function readTypedDataClear(
  data: TypedData,
  from: Hex,
  descriptors: Descriptors,
  notes: DescribeContext,
  follow: (call: EmbeddedCall) => Promise<CallFact>,
): Promise<ClearTypedData | undefined> {
  const reading = await readTypedDataWith(data, from, descriptors, notes, follow);
  if (reading === undefined) return undefined;
  const { complete, facts, intent, rest, sentence, source } = reading;
  const short = source.owner === undefined ? intent : `${intent} — ${source.owner}`;
  return {
    intent: sentence?.text ?? short,
    canonical: sentence?.canonical ?? short,
    facts: [...facts, ...rest],
    source,
    complete,
  };
}

/** The same, as the descriptor has it. */
export async function readTypedDataWith(
  data: TypedData,
  from: Hex,
  descriptors: Descriptors,
  notes: DescribeContext,
  follow: (call: EmbeddedCall) => Promise<CallFact>,
): Promise<ClearReading | undefined> {
  const { chainId, verifyingContract } = data.domain;
  if (typeof chainId !== 'string' || typeof verifyingContract !== 'string') return undefined;
  if (BigInt(chainId) > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  const type = encodeType(data);
  const hash = toHexData(keccak_256(utf8ToBytes(type)));
  const to = toChecksum(verifyingContract);
  const descriptor = descriptors
    .forTypedData(BigInt(chainId), to, data.primaryType, hash)
    .map(descriptors.load)
    .find((entry) => entry !== undefined && isBound(entry, 'eip712', BigInt(chainId), to));
  const format = descriptor?.content.display.formats[type];
  if (descriptor === undefined || format === undefined) return undefined;
  const node = structOf(data.message, data.primaryType, data);
  if (countLeaves(node) > MAX_LEAVES) return undefined;
  const chain = Number(chainId);
  const root = { node, container: containerOf(from, to, BigInt(chainId)) };
  return readWith(descriptor, format, { root, chainId: chain, notes, follow }, async (marked) =>
    linesOfTypedData(forLibrary(data, from), only(descriptor, type, marked), hash),
  );
}

const only = (
  { content }: Descriptor,
  type: string,
  format: NonNullable<Descriptor['content']['display']['formats'][string]>,
): Descriptor['content'] => ({ ...content, display: { formats: { [type]: format } } });

/** The library wants the chain as a number. */
function forLibrary(
  { domain, message, primaryType, types }: TypedData,
  account: string,
): Parameters<typeof linesOfTypedData>[0] {
  const { chainId, ...others } = domain;
  return {
    account,
    types: Object.fromEntries(
      Object.entries(types).map(([name, members]) => [
        name,
        members.map((member) => ({ ...member })),
      ]),
    ),
    primaryType,
    domain: { ...(others as Record<string, string>), chainId: Number(chainId) },
    message: { ...message },
  };
}

function containerOf(from: Hex, to: Hex, chainId: bigint): Record<string, Leaf> {
  return {
    '@.from': { kind: 'leaf', type: 'address', value: from },
    '@.to': { kind: 'leaf', type: 'address', value: to },
    '@.chainId': { kind: 'leaf', type: 'uint256', value: chainId },
  };
}

function structOf(value: StructValue, type: string, { types }: Pick<TypedData, 'types'>): Node {
  const members = Object.hasOwn(types, type) ? (types[type] ?? []) : [];
  return {
    kind: 'struct',
    members: members.map((member) => ({
      name: member.name,
      node: nodeOf(
        Object.hasOwn(value, member.name) ? value[member.name] : undefined,
        member.type,
        { types },
      ),
    })),
  };
}

function nodeOf(value: TypedValue | undefined, type: string, data: Pick<TypedData, 'types'>): Node {
  if (isList(value)) {
    const element = type.replace(/\[[0-9]*\]$/, '');
    return { kind: 'list', items: value.map((item) => nodeOf(item, element, data)) };
  }
  if (typeof value === 'object') return structOf(value, type, data);
  if (value === undefined) throw new TypeError('typed data was not parsed');
  const number = /^u?int/.test(type) && typeof value === 'string';
  return { kind: 'leaf', type, value: number ? BigInt(value) : value };
}

const isList = (value: TypedValue | undefined): value is readonly TypedValue[] =>
  Array.isArray(value);
