import { utf8 } from '@scure/base';
import type { Checked } from '../../checked.ts';
import { parseAddress } from '../address.ts';
import { fromHexData, type Hex, isHexData, sizeOf } from '../hex.ts';
import { MessageError } from './errors.ts';
import { MAX_MESSAGE_BYTES, type MessageRequest, parseMessage } from './parse.ts';

export interface MessageInput {
  readonly request: MessageRequest;
  /** The account that the parameters ask to sign, EIP-55; `undefined`: they name none. */
  readonly signer: Hex | undefined;
}

/** Two digits a byte, spaces, and the names of a request. */
const MAX_TEXT = 4 * MAX_MESSAGE_BYTES;

const ETH_SIGN =
  'This is a request of eth_sign: it signs 32 bytes that nobody can read, which may be a payment. Ask the application for personal_sign or eth_signTypedData_v4.';

/**
 * Reads what a person types or pastes: a message as text, or its bytes in hexadecimal digits; or in either
 * case the parameters `[message, address]` of `personal_sign`, with its method or without. Text is taken as
 * it is, spaces around it included. The field of errors is `text`.
 */
export function readMessageInput(text: string, as: 'text' | 'hex'): Checked<MessageInput> {
  try {
    return { ok: true, value: readInput(text, as) };
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    return { ok: false, errors: [{ field: 'text', message: error.message }] };
  }
}

function readInput(text: string, as: 'text' | 'hex'): MessageInput {
  if (text.length > MAX_TEXT) throw new MessageError('too-large', 'This is too long.');
  const parameters = parametersIn(text);
  if (parameters !== undefined) return readParameters(parameters);
  return {
    request: parseMessage(as === 'hex' ? hexBytes(text.trim()) : textBytes(text)),
    signer: undefined,
  };
}

/**
 * The parameters of `personal_sign`, if the text is a request with a method or a list of two texts of which
 * one is an address. Any other text is a message, JSON or not.
 */
function parametersIn(text: string): readonly [string, string] | undefined {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed)) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(trimmed);
  } catch {
    return undefined;
  }
  if (typeof json === 'object' && json !== null && 'method' in json && 'params' in json) {
    if (json.method === 'eth_sign') throw new MessageError('eth-sign', ETH_SIGN);
    if (json.method !== 'personal_sign') {
      throw new MessageError('method', 'This wallet signs messages by personal_sign only.');
    }
    const pair = pairOf(json.params);
    if (pair === undefined) {
      throw new MessageError('parameters', 'personal_sign takes a message and an address.');
    }
    return pair;
  }
  const pair = pairOf(json);
  return pair?.some(isAddress) === true ? pair : undefined;
}

/** Two texts; a third, which once held a passphrase, only if it is empty. */
function pairOf(json: unknown): readonly [string, string] | undefined {
  if (!Array.isArray(json)) return undefined;
  const [first, second, third, ...more] = json as unknown[];
  const ended = more.length === 0 && (third === undefined || third === '' || third === null);
  if (!ended || typeof first !== 'string' || typeof second !== 'string') return undefined;
  return [first, second];
}

function readParameters([first, second]: readonly [string, string]): MessageInput {
  // The address comes second. Some applications write it first, as eth_sign does.
  const swapped = isAddress(first) && !isAddress(second);
  const [message, account] = swapped ? [second, first] : [first, second];
  if (swapped && isHexData(message) && sizeOf(message) === 32) {
    throw new MessageError('eth-sign', ETH_SIGN);
  }
  if (!isAddress(account)) {
    throw new MessageError('parameters', 'personal_sign takes a message and an address.');
  }
  return {
    request: parseMessage(isHexData(message) ? fromHexData(message) : textBytes(message)),
    signer: parseSigner(account),
  };
}

const isAddress = (text: string): boolean => /^0x[0-9a-f]{40}$/i.test(text);

function parseSigner(account: string): Hex {
  try {
    return parseAddress(account).address;
  } catch (cause) {
    throw new MessageError('signer', 'The address has a mistake in its capital letters.', {
      cause,
    });
  }
}

function hexBytes(text: string): Uint8Array {
  const data = text.startsWith('0x') ? text : `0x${text}`;
  if (isHexData(data)) return fromHexData(data);
  throw new MessageError('hex', 'Bytes are written with two hexadecimal digits each.');
}

function textBytes(text: string): Uint8Array {
  try {
    return utf8.decode(text);
  } catch (cause) {
    throw new MessageError('text', 'There is half a character in this text.', { cause });
  }
}
