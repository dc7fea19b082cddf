import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';

/** 0x and an even number of lower-case digits (data), or the shortest digits (quantities). */
export type Hex = `0x${string}`;

const DATA = /^0x(?:[0-9a-f]{2})*$/i;
const QUANTITY = /^0x(?:0|[1-9a-f][0-9a-f]*)$/i;

export const isHexData = (text: string): text is Hex => DATA.test(text);
export const isHexQuantity = (text: string): text is Hex => QUANTITY.test(text);

/** Lower-case data. */
export const toHexData = (bytes: Uint8Array): Hex => `0x${bytesToHex(bytes)}`;

/** The bytes of data that `isHexData` has seen. */
export const fromHexData = (hex: Hex): Uint8Array => hexToBytes(hex.slice(2));

/** How many bytes the data has. */
export const sizeOf = (hex: Hex): number => hex.length / 2 - 1;
