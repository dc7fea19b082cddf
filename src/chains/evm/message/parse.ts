import { utf8 } from '@scure/base';
import { equalBytes } from '../../../codec.ts';
import { MessageError } from './errors.ts';

declare const parsed: unique symbol;

/** A message (EIP-191 version 0x45) that passed `parseMessage`; nothing else makes one. */
export interface MessageRequest {
  readonly [parsed]: true;
  readonly kind: 'evm-message';
  /** The message itself, without the prefix that is signed with it. */
  readonly bytes: Uint8Array;
  /** The message as text; `undefined`: it is not UTF-8. */
  readonly text: string | undefined;
}

/** 128 KiB, like a transaction. */
export const MAX_MESSAGE_BYTES = 131_072;

/**
 * A message, 1 to 131072 bytes of any content.
 *
 * @throws MessageError that says what is wrong
 */
export function parseMessage(bytes: Uint8Array): MessageRequest {
  if (bytes.length === 0) throw new MessageError('empty', 'There is no message.');
  if (bytes.length > MAX_MESSAGE_BYTES) {
    throw new MessageError('too-large', 'This is more than 128 KiB, which nobody can read.');
  }
  const copy = bytes.slice();
  return Object.freeze({ kind: 'evm-message', bytes: copy, text: textIn(copy) }) as MessageRequest;
}

/** The text that the bytes are in UTF-8 and no others are, if they are. */
export function textIn(bytes: Uint8Array): string | undefined {
  let text;
  try {
    text = utf8.encode(bytes);
  } catch {
    return undefined;
  }
  return equalBytes(utf8.decode(text), bytes) ? text : undefined;
}
