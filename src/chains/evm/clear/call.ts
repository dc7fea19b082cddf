/** Calldata, read with a descriptor. */
import { bytesFact } from '../../fact.ts';
import type { CallFact, Fact } from '../../review.ts';
import type { DescribeContext } from '../context.ts';
import type { Hex } from '../hex.ts';
import { decodeCall } from './abi.ts';
import type { Descriptor, FormatSpec } from './descriptor.ts';
import type { EmbeddedCall } from './fields.ts';
import { linesOfCall } from './library.ts';
import { countLeaves, type Leaf, type Node } from './node.ts';
import { type ClearReading, readWith } from './read.ts';
import { parseSignature, type Signature } from './signature.ts';

/** A call that an account or a contract makes. */
export interface Call {
  readonly chainId: bigint;
  readonly from: Hex;
  /** `undefined`: a contract is created. */
  readonly to: Hex | undefined;
  /** Wei that are sent along. */
  readonly value: bigint;
  /** Lower case. */
  readonly data: Hex;
  /** Whether the code of `to` runs in place of the caller's. */
  readonly delegate: boolean;
}

/** More values than this nobody reads. */
export const MAX_LEAVES = 2000;

/** The function of a descriptor that calldata calls. */
export interface Format {
  /** As the descriptor writes it. */
  readonly key: string;
  readonly signature: Signature;
  readonly spec: FormatSpec;
}

const formatsOf = new WeakMap<Descriptor, ReadonlyMap<string, Format>>();

/** What the descriptor has for a selector. */
export function formatFor(descriptor: Descriptor, selector: Hex): Format | undefined {
  let formats = formatsOf.get(descriptor);
  if (formats === undefined) {
    formats = parseFormats(descriptor);
    formatsOf.set(descriptor, formats);
  }
  return formats.get(selector);
}

function parseFormats({ content }: Descriptor): ReadonlyMap<string, Format> {
  const formats = new Map<string, Format>();
  for (const [key, spec] of Object.entries(content.display.formats)) {
    const signature = parseSignature(key);
    // The library takes the first of two for one selector.
    if (signature !== undefined && !formats.has(signature.selector)) {
      formats.set(signature.selector, { key, signature, spec });
    }
  }
  return formats;
}

/**
 * What a descriptor says about calldata.
 *
 * @param descriptor bound to the contract by the caller
 * @param follow reads a call inside of this one
 * @returns `undefined` where the descriptor does not apply, or the calldata is not canonical
 */
export async function readCallWith(
  call: Call & { readonly to: Hex },
  descriptor: Descriptor,
  notes: DescribeContext,
  follow: (call: EmbeddedCall) => Promise<CallFact>,
): Promise<ClearReading | undefined> {
  const { chainId, data, from, to, value } = call;
  if (chainId > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  const format = formatFor(descriptor, data.slice(0, 10) as Hex);
  const decoded = format && decodeCall(format.signature, data);
  if (format === undefined || decoded === undefined) return undefined;
  const { members, trailing } = decoded;
  const node: Node = { kind: 'struct', members };
  if (countLeaves(node) > MAX_LEAVES) return undefined;
  const chain = Number(chainId);
  const root = { node, container: containerOf(call, to) };
  const reading = await readWith(
    descriptor,
    format.spec,
    { root, chainId: chain, notes, follow },
    async (marked) =>
      linesOfCall(
        { chainId: chain, to, data: before(data, trailing), value, from },
        {
          ...descriptor.content,
          context: { contract: { deployments: [{ chainId: chain, address: to }] } },
          display: { formats: { [format.key]: marked } },
        },
      ),
  );
  return reading && trailing !== '0x'
    ? { ...reading, ...withTrailing(reading, trailing) }
    : reading;
}

const before = (data: Hex, trailing: Hex): Hex =>
  data.slice(0, data.length - (trailing.length - 2)) as Hex;

/** A descriptor says nothing of what follows the arguments; contracts that look at it exist. */
const withTrailing = ({ rest }: ClearReading, trailing: Hex): Partial<ClearReading> => ({
  rest: [trailingFact(trailing), ...rest],
  complete: false,
  opaque: true,
  trailing: true,
});

/** Bytes that the function does not take. */
export const trailingFact = (trailing: Hex): Fact =>
  bytesFact('After the arguments, explained by nothing', trailing);

function containerOf({ chainId, from, value }: Call, to: Hex): Record<string, Leaf> {
  return {
    '@.from': { kind: 'leaf', type: 'address', value: from },
    '@.to': { kind: 'leaf', type: 'address', value: to },
    '@.value': { kind: 'leaf', type: 'uint256', value },
    '@.chainId': { kind: 'leaf', type: 'uint256', value: chainId },
  };
}
