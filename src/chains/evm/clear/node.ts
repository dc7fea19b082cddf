/** Arguments of a call or members of typed data, as one tree. */
import type { Hex } from '../hex.ts';

/** One value that is not made of others. */
export interface Leaf {
  readonly kind: 'leaf';
  /** As the ABI writes it, such as `uint256`, `bytes4` or `string`. */
  readonly type: string;
  /** Integers; `bool`; bytes and addresses (EIP-55) in hexadecimal digits; text. */
  readonly value: bigint | boolean | string;
}

interface List {
  readonly kind: 'list';
  readonly items: readonly Node[];
}

interface Struct {
  readonly kind: 'struct';
  /** In order. A name may be empty. */
  readonly members: readonly Member[];
}

export interface Member {
  readonly name: string;
  readonly node: Node;
}

export type Node = Leaf | List | Struct;

/** How many values there are that are not made of others; an empty list counts as one. */
export function countLeaves(node: Node): number {
  switch (node.kind) {
    case 'leaf':
      return 1;
    case 'list':
      return Math.max(
        1,
        node.items.reduce((sum, item) => sum + countLeaves(item), 0),
      );
    case 'struct':
      return node.members.reduce((sum, member) => sum + countLeaves(member.node), 0);
  }
}

/** The bytes of a `bytes` or `bytesN` value; `undefined` for another. */
export const bytesOf = (node: Node | undefined): Hex | undefined =>
  node?.kind === 'leaf' && node.type.startsWith('bytes') ? (node.value as Hex) : undefined;

/** The address of an `address` value, EIP-55; `undefined` for another. */
export const addressOfNode = (node: Node | undefined): Hex | undefined =>
  node?.kind === 'leaf' && node.type === 'address' ? (node.value as Hex) : undefined;

/** The number of an integer value; `undefined` for another. */
export const integerOf = (node: Node | undefined): bigint | undefined =>
  node?.kind === 'leaf' && typeof node.value === 'bigint' ? node.value : undefined;
