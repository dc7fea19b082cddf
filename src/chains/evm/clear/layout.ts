/**
 * Where the canonical ABI encoding of calldata ends. Walks over lengths and offsets without reading values, so
 * that calldata whose parts overlap (a few kilobytes that stand for gigabytes) is refused at once.
 *
 * @see https://docs.soliditylang.org/en/latest/abi-spec.html#formal-specification-of-the-encoding
 */
import { elementOf, type Parameter } from './signature.ts';

const WORD = 32;

/** How many bytes the parameters take, or `undefined` when they are not laid out canonically. */
export function endOf(parameters: readonly Parameter[], data: Uint8Array): number | undefined {
  return tupleEnd(parameters, data, 0);
}

/** Heads one after the other, then what is dynamic, in order and without gaps. */
function tupleEnd(
  parameters: readonly Parameter[],
  data: Uint8Array,
  base: number,
): number | undefined {
  let head = base;
  let end = base + parameters.reduce((sum, parameter) => sum + headSize(parameter), 0);
  for (const parameter of parameters) {
    if (isDynamic(parameter)) {
      if (numberAt(data, head) !== end - base) return undefined;
      const next = dynamicEnd(parameter, data, end);
      if (next === undefined) return undefined;
      end = next;
    }
    head += headSize(parameter);
  }
  return end <= data.length ? end : undefined;
}

function dynamicEnd(parameter: Parameter, data: Uint8Array, at: number): number | undefined {
  const element = elementOf(parameter);
  if (element === undefined) {
    if (parameter.components !== undefined) return tupleEnd(parameter.components, data, at);
    const length = numberAt(data, at);
    return length === undefined ? undefined : at + WORD + Math.ceil(length / WORD) * WORD;
  }
  const count = element.length ?? numberAt(data, at);
  const start = element.length === undefined ? at + WORD : at;
  const size = headSize(element.of);
  if (count === undefined || start + count * size > data.length) return undefined;
  if (!isDynamic(element.of)) return start + count * size;
  return tupleEnd(new Array<Parameter>(count).fill(element.of), data, start);
}

/** Whether the head holds an offset only. */
function isDynamic(parameter: Parameter): boolean {
  const element = elementOf(parameter);
  if (element !== undefined) return element.length === undefined || isDynamic(element.of);
  if (parameter.components !== undefined) return parameter.components.some(isDynamic);
  return parameter.type === 'bytes' || parameter.type === 'string';
}

function headSize(parameter: Parameter): number {
  if (isDynamic(parameter)) return WORD;
  const element = elementOf(parameter);
  if (element !== undefined) return (element.length ?? 0) * headSize(element.of);
  return parameter.components?.reduce((sum, part) => sum + headSize(part), 0) ?? WORD;
}

/** A length or an offset; `undefined` when it is none that can be in these bytes. */
function numberAt(data: Uint8Array, at: number): number | undefined {
  if (at + WORD > data.length) return undefined;
  let value = 0;
  for (const byte of data.subarray(at, at + WORD)) {
    value = value * 256 + byte;
    if (value > data.length) return undefined;
  }
  return value;
}
