/** Functions that this wallet knows by their signatures, and how their arguments are taken apart. */
import type { Hex } from '../hex.ts';
import { decodeCall } from '../clear/abi.ts';
import type { Member, Node } from '../clear/node.ts';
import { parseSignature, type Signature } from '../clear/signature.ts';

/** A table by selector. @throws Error for a text that is no signature: a slip in the source */
export function bySelector<T>(
  entries: readonly (readonly [signature: string, value: T])[],
): ReadonlyMap<string, { readonly signature: Signature; readonly value: T }> {
  const table = new Map<string, { readonly signature: Signature; readonly value: T }>();
  for (const [text, value] of entries) {
    const signature = parseSignature(text);
    if (signature === undefined) throw new Error(`no signature: ${text}`);
    if (table.has(signature.selector)) throw new Error(`twice: ${text}`);
    table.set(signature.selector, { signature, value });
  }
  return table;
}

/** The first four bytes of calldata that has as many. */
export const selectorOf = (data: Hex): Hex => data.slice(0, 10) as Hex;

/** The arguments by their names, where they are canonical, whatever follows them. */
export function argumentsOf(signature: Signature, data: Hex): Arguments | undefined {
  const decoded = decodeCall(signature, data);
  return decoded && byName(decoded.members);
}

export type Arguments = Readonly<Record<string, Node>>;

export const byName = (members: readonly Member[]): Arguments =>
  Object.fromEntries(members.map(({ name, node }) => [name, node]));
