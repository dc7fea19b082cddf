/** Calldata, read by a signature: exactly as `ox` writes it, or not at all. */
import { decode, encode } from 'ox/AbiParameters';
import { toChecksum } from '../address.ts';
import { fromHexData, type Hex } from '../hex.ts';
import { endOf } from './layout.ts';
import type { Member, Node } from './node.ts';
import { elementOf, type Parameter, type Signature } from './signature.ts';

/** What the decoder of `ox` returns for parameters without names. */
type Value = string | number | bigint | boolean | readonly Value[];

/** 0x and the selector, in digits. */
const SELECTOR = 10;

/** Calldata, taken apart. */
export interface Decoded {
  readonly members: readonly Member[];
  /** Bytes after the arguments. The function does not take them, but the contract may look at them. */
  readonly trailing: Hex;
}

/**
 * The arguments of calldata that begins with the signature's selector. Contracts take calldata in which parts
 * overlap, lie elsewhere or have dirty padding; a person must not be shown a reading that leaves that out, so
 * only the one canonical encoding is read. What follows it is told apart.
 *
 * @param data at least the selector
 * @returns `undefined` for anything but the canonical encoding
 */
export function decodeCall({ inputs }: Signature, data: Hex): Decoded | undefined {
  // First of all: the work of the decoder is bounded only where nothing overlaps.
  const end = endOf(inputs, fromHexData(`0x${data.slice(SELECTOR)}`));
  if (end === undefined) return undefined;
  const words: Hex = `0x${data.slice(SELECTOR, SELECTOR + 2 * end)}`;
  const trailing: Hex = `0x${data.slice(SELECTOR + 2 * end)}`;
  if (inputs.length === 0) return { members: [], trailing };
  const nameless = inputs.map(withoutName);
  let values: readonly Value[];
  try {
    values = decode(nameless, words) as readonly Value[];
    if (encode(nameless, values as readonly unknown[] as never) !== words) return undefined;
  } catch {
    return undefined; // the library's own limits, and numbers out of range
  }
  const members = inputs.map((input, i) => ({ name: input.name, node: nodeOf(input, values[i]) }));
  return { members, trailing };
}

/** With names, the decoder would make objects of structs, and two members could have one name. */
const withoutName = ({ type, components }: Parameter): Parameter => ({
  name: '',
  type,
  ...(components === undefined ? {} : { components: components.map(withoutName) }),
});

function nodeOf(parameter: Parameter, value: Value | undefined): Node {
  const element = elementOf(parameter);
  if (element !== undefined) {
    return { kind: 'list', items: listOf(value).map((item) => nodeOf(element.of, item)) };
  }
  const { components, type } = parameter;
  if (components !== undefined) {
    const values = listOf(value);
    return {
      kind: 'struct',
      members: components.map((part, i) => ({ name: part.name, node: nodeOf(part, values[i]) })),
    };
  }
  if (typeof value === 'number') return { kind: 'leaf', type, value: BigInt(value) };
  if (value === undefined || typeof value === 'object') throw new TypeError('decoded otherwise');
  return {
    kind: 'leaf',
    type,
    value: type === 'address' && typeof value === 'string' ? toChecksum(value) : value,
  };
}

const listOf = (value: Value | undefined): readonly Value[] =>
  typeof value === 'object' ? value : [];
