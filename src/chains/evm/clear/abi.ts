/** Calldata, read by a signature: exactly as `ox` writes it, or not at all. */
import { decode, encode } from 'ox/AbiParameters';
import { toChecksum } from '../address.ts';
import { fromHexData, type Hex, sizeOf } from '../hex.ts';
import { endOf } from './layout.ts';
import type { Member, Node } from './node.ts';
import { elementOf, type Parameter, type Signature } from './signature.ts';

/** What the decoder of `ox` returns for parameters without names. */
type Decoded = string | number | bigint | boolean | readonly Decoded[];

/**
 * The arguments of calldata that begins with the signature's selector. Contracts take calldata in which parts
 * overlap, lie elsewhere, have dirty padding, or are followed by more; a person must not be shown a reading
 * that leaves that out, so only the one canonical encoding is read.
 *
 * @param data at least the selector
 * @returns `undefined` for anything but the canonical encoding
 */
export function decodeCall({ inputs }: Signature, data: Hex): readonly Member[] | undefined {
  const words: Hex = `0x${data.slice(10)}`;
  if (inputs.length === 0) return words === '0x' ? [] : undefined;
  // First of all: the work of the decoder is bounded only where nothing overlaps.
  if (endOf(inputs, fromHexData(words)) !== sizeOf(words)) return undefined;
  const nameless = inputs.map(withoutName);
  let values: readonly Decoded[];
  try {
    values = decode(nameless, words) as readonly Decoded[];
    if (encode(nameless, values as readonly unknown[] as never) !== words) return undefined;
  } catch {
    return undefined; // the library's own limits, and numbers out of range
  }
  return inputs.map((input, i): Member => ({ name: input.name, node: nodeOf(input, values[i]) }));
}

/** With names, the decoder would make objects of structs, and two members could have one name. */
const withoutName = ({ type, components }: Parameter): Parameter => ({
  name: '',
  type,
  ...(components === undefined ? {} : { components: components.map(withoutName) }),
});

function nodeOf(parameter: Parameter, value: Decoded | undefined): Node {
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

const listOf = (value: Decoded | undefined): readonly Decoded[] =>
  typeof value === 'object' ? value : [];
