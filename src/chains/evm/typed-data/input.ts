import type { Checked } from '../../checked.ts';
import { CountersignError } from '../../../errors.ts';
import { parseAddress } from '../address.ts';
import type { Hex } from '../hex.ts';
import { TypedDataError } from './errors.ts';
import { listOf, parseJson } from './json.ts';
import { MAX_TYPED_DATA_BYTES, parseTypedData, readTypedData } from './parse.ts';
import type { TypedDataRequest } from './request.ts';
import { serializeTypedData } from './serialize.ts';

export interface TypedDataInput {
  readonly request: TypedDataRequest;
  /** The account that the parameters ask to sign, EIP-55; `undefined`: they name none. */
  readonly signer: Hex | undefined;
}

/** Spaces and JSON inside of JSON make text longer. */
const MAX_TEXT = 4 * MAX_TYPED_DATA_BYTES;
const METHOD = 'eth_signTypedData_v4';

/**
 * Reads what a person pastes: the JSON of typed data, the parameters `[address, data]` of
 * `eth_signTypedData_v4` (data as an object or as text), or the whole request with its method. The field of
 * an error is the path to it, such as `message.details.amount`, or `text`.
 */
export function readTypedDataInput(text: string): Checked<TypedDataInput> {
  try {
    return { ok: true, value: readInput(text.trim()) };
  } catch (error) {
    if (!(error instanceof TypedDataError)) throw error;
    const field = error.path === '' ? 'text' : error.path;
    return { ok: false, errors: [{ field, message: error.message }] };
  }
}

function readInput(text: string): TypedDataInput {
  if (text === '') {
    throw new TypedDataError('empty', '', `Paste the JSON of ${METHOD}.`);
  }
  if (text.length > MAX_TEXT) {
    throw new TypedDataError('too-large', '', 'This is too long for typed data.');
  }
  const json = parametersOf(parseJson(text));
  if (!Array.isArray(json)) return { request: requestOf(json), signer: undefined };
  const [account, data, ...more] = listOf(json, '');
  if (data === undefined || more.length > 0) {
    throw new TypedDataError('parameters', '', 'The list must hold an address and typed data.');
  }
  const signer = signerOf(account);
  return { request: requestOf(typeof data === 'string' ? parseJson(data) : data), signer };
}

/** The parameters of a request with its method; anything else as it is. */
function parametersOf(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || !('method' in json)) return json;
  if (json.method !== METHOD) {
    throw new TypedDataError(
      'method',
      'method',
      `This wallet signs typed data by ${METHOD} only: older versions of it, and eth_sign, do not say what they sign.`,
    );
  }
  return 'params' in json ? listOf(json.params, 'params') : [];
}

function signerOf(account: unknown): Hex {
  if (typeof account !== 'string') {
    throw new TypedDataError('parameters', '', 'The list must begin with an address.');
  }
  try {
    return parseAddress(account).address;
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    throw new TypedDataError('parameters', '', error.message, { cause: error });
  }
}

const requestOf = (json: unknown): TypedDataRequest =>
  parseTypedData(serializeTypedData(readTypedData(json)));
