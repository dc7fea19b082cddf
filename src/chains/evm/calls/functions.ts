/** Functions that this wallet knows by their signatures, and how their arguments are taken apart. */
import type { Hex } from '../hex.ts';
import { decodeCall } from '../clear/abi.ts';
import type { Member } from '../clear/node.ts';
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

/** The arguments by their names, where the calldata is canonical. */
export function argumentsOf(
  signature: Signature,
  data: Hex,
): Readonly<Record<string, Member['node']>> | undefined {
  const members = decodeCall(signature, data);
  return members && Object.fromEntries(members.map(({ name, node }) => [name, node]));
}
