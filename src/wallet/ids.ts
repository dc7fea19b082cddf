/** Bytes and their hexadecimal names. */
import { hexToBytes } from '@noble/hashes/utils.js';

export { toHex } from '../codec.ts';

/** @throws Error unless the text is hexadecimal: ids come from this app itself */
export const fromHex = (text: string): Uint8Array => hexToBytes(text);
