/** Values that a descriptor points at, by its paths. */
import type { Hex } from '../hex.ts';
import type { Leaf, Node } from './node.ts';

/** What paths of a descriptor are about: the arguments, and what is around them. */
export interface Root {
  readonly node: Node;
  /** `@.from`, `@.to`, `@.value`, `@.chainId`. */
  readonly container: Readonly<Record<string, Leaf>>;
}

/**
 * The value at a path: `#.a.[0].b`, `a.[-1]`, `a.[-20:]` (bytes of a value), `@.value`. Paths into the
 * descriptor itself (`$.`) and lists as a whole (`.[]`) are no values.
 *
 * @see ERC-7730, "Path references"
 */
export function resolve(path: string, root: Root): Node | undefined {
  if (path.startsWith('@.')) {
    return Object.hasOwn(root.container, path) ? root.container[path] : undefined;
  }
  if (path.startsWith('$.')) return undefined;
  const segments = path.replace(/^#\./, '').split('.');
  let node: Node | undefined = root.node;
  for (const segment of segments) {
    if (node === undefined) return undefined;
    node = step(node, segment);
  }
  return node;
}

function step(node: Node, segment: string): Node | undefined {
  const index = /^\[(-?[0-9]+)\]$/.exec(segment)?.[1];
  if (index !== undefined) {
    return node.kind === 'list' ? node.items.at(Number(index)) : undefined;
  }
  const slice = /^\[(-?[0-9]+)?:(-?[0-9]+)?\]$/.exec(segment);
  if (slice !== null) return node.kind === 'leaf' ? sliceOf(node, slice[1], slice[2]) : undefined;
  if (node.kind !== 'struct') return undefined;
  return node.members.find(({ name }) => name === segment)?.node;
}

/** Part of a value's bytes; numbers are 32 bytes, big-endian. */
function sliceOf(leaf: Leaf, start: string | undefined, end: string | undefined): Leaf | undefined {
  const bytes = hexOf(leaf);
  if (bytes === undefined) return undefined;
  const size = bytes.length / 2;
  const at = (text: string | undefined, otherwise: number): number => {
    if (text === undefined) return otherwise;
    const value = Number(text);
    return Math.min(size, value < 0 ? Math.max(0, size + value) : value);
  };
  const cut = bytes.slice(2 * at(start, 0), 2 * at(end, size));
  return { kind: 'leaf', type: 'bytes', value: `0x${cut}` };
}

function hexOf({ type, value }: Leaf): string | undefined {
  if (typeof value === 'bigint') return BigInt.asUintN(256, value).toString(16).padStart(64, '0');
  if (typeof value === 'boolean') return undefined;
  return type === 'string' ? undefined : value.slice(2).toLowerCase();
}

/** A number, where the value is one or its bytes stand for one. */
export function numberOf(node: Node | undefined): bigint | undefined {
  if (node?.kind !== 'leaf') return undefined;
  const { type, value } = node;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean' || type === 'string') return undefined;
  return value === '0x' ? 0n : BigInt(value);
}

/** An address, where the value is one or its last 20 bytes stand for one; lower case. */
export function addressAt(node: Node | undefined): Hex | undefined {
  if (node?.kind !== 'leaf') return undefined;
  const hex = hexOf(node);
  return hex === undefined || hex.length < 40 ? undefined : `0x${hex.slice(-40)}`;
}

/** The path with every place of a list as `[]`, and without a part of bytes. */
export const pattern = (path: string): string =>
  path
    .replace(/^#\./, '')
    .replaceAll(/\.\[-?[0-9]+\]/g, '.[]')
    .replace(/\.\[-?[0-9]*:-?[0-9]*\]$/, '');
