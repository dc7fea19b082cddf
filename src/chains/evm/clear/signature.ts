/** Signatures of functions, as descriptors and lists write them: with names of the parameters. */
import { type AbiFunction, from, getSelector } from 'ox/AbiFunction';
import type { Hex } from '../hex.ts';

export interface Parameter {
  /** May be empty. */
  readonly name: string;
  /** `tuple` and its lists stand for structs, as in JSON ABIs. */
  readonly type: string;
  readonly components?: readonly Parameter[] | undefined;
}

export interface Signature {
  /** Such as `transfer(address,uint256)`. */
  readonly canonical: string;
  /** The first four bytes of its Keccak-256. */
  readonly selector: Hex;
  readonly inputs: readonly Parameter[];
}

const MAX_SIGNATURE = 4096;

/** The types of `from` would read the text at compile time, where there is none. */
const parse = from as (text: string) => AbiFunction;

/** Reads `transfer(address to, uint256 value)`; `undefined` for what is no signature. */
export function parseSignature(text: string): Signature | undefined {
  if (text.length > MAX_SIGNATURE) return undefined;
  let item: AbiFunction;
  try {
    item = parse(`function ${text.trim()}`);
  } catch {
    return undefined;
  }
  const inputs = item.inputs as readonly Parameter[];
  // Lists of nothing would let a few bytes stand for any number of values.
  if (inputs.some(isEmpty)) return undefined;
  const canonical = `${item.name}(${inputs.map(canonicalType).join(',')})`;
  return { canonical, selector: getSelector(canonical), inputs };
}

function isEmpty({ type, components }: Parameter): boolean {
  if (/\[0+\]/.test(type)) return true;
  return type.startsWith('tuple') && (components ?? []).every(isEmpty);
}

const canonicalType = ({ type, components }: Parameter): string =>
  components === undefined
    ? type
    : `(${components.map(canonicalType).join(',')})${type.slice('tuple'.length)}`;

/** What a list is made of. */
export function elementOf(
  parameter: Parameter,
): { readonly of: Parameter; readonly length: number | undefined } | undefined {
  const match = /^(.*)\[([0-9]*)\]$/.exec(parameter.type);
  if (match === null) return undefined;
  const [, type = '', length = ''] = match;
  return {
    of: { ...parameter, type },
    length: length === '' ? undefined : Number(length),
  };
}
