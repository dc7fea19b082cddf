import { getSignPayload } from 'ox/PersonalMessage';
import { fromHexData } from '../hex.ts';
import { MessageError } from './errors.ts';
import { type MessageRequest, textIn } from './parse.ts';

/**
 * What the account signs: Keccak-256 of 0x19, "Ethereum Signed Message:", a line feed, the length in decimal
 * digits and the message. 32 bytes.
 *
 * @throws MessageError `evm/message-changed` when the bytes are no longer the text that was shown
 * @see EIP-191, version 0x45
 */
export function messageDigest({ bytes, text }: MessageRequest): Uint8Array {
  // The text is frozen, a byte array cannot be.
  if (textIn(bytes) !== text) {
    throw new MessageError('changed', 'The message changed after it was read.');
  }
  return fromHexData(getSignPayload(bytes));
}
