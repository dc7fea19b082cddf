/** EIP-712 typed data (version 4) that passed the parser. */

export interface Member {
  readonly name: string;
  /** As it is encoded, such as `uint256` or `Item[2][]`. */
  readonly type: string;
}

/**
 * A value as the canonical form writes it: integers in decimal digits, addresses by EIP-55, bytes in
 * lower-case hexadecimal digits after 0x.
 */
export type TypedValue = string | boolean | readonly TypedValue[] | StructValue;

/** The members in the order of their type. */
export interface StructValue {
  readonly [name: string]: TypedValue;
}

export interface TypedData {
  /** EIP712Domain, the primary type, then the others by name. */
  readonly types: Readonly<Record<string, readonly Member[]>>;
  readonly primaryType: string;
  readonly domain: StructValue;
  readonly message: StructValue;
}

declare const parsed: unique symbol;

/** Typed data that passed `parseTypedData`; nothing else makes it. */
export interface TypedDataRequest {
  readonly [parsed]: true;
  readonly kind: 'evm-typed-data';
  /** The canonical JSON in UTF-8. */
  readonly bytes: Uint8Array;
  readonly data: TypedData;
}
