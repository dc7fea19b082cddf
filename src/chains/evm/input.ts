import { hexToBytes } from '@noble/hashes/utils.js';
import type { Checked } from '../checked.ts';
import { completeDraft, type Fillable, missingIn, type TransactionDraft } from './draft.ts';
import { Fields } from './fields.ts';
import { MAX_TRANSACTION_BYTES, parseUnsigned } from './parse.ts';
import { draftOf, type InputDefaults, readRpcTransaction } from './rpc-transaction.ts';
import type { EvmRequest } from './transaction.ts';

/** A request, or a draft and the numbers that a node has to fill in (`completeDraft`). */
export type RequestInput =
  | { readonly kind: 'request'; readonly request: EvmRequest }
  | {
      readonly kind: 'draft';
      readonly draft: TransactionDraft;
      readonly missing: readonly (keyof Fillable)[];
    };

/** JSON needs two characters a byte, and names and spaces. */
const MAX_TEXT = 4 * MAX_TRANSACTION_BYTES;

/**
 * Reads what a person pastes: the hexadecimal digits of an unsigned transaction (with or without 0x), or the
 * JSON of `eth_sendTransaction` (the object, or the list of parameters with it). Fields in errors: `text`, or
 * the JSON's own names.
 *
 * @see https://ethereum.github.io/execution-apis/ (eth_sendTransaction)
 */
export function parseRequestInput(text: string, defaults: InputDefaults): Checked<RequestInput> {
  const fields = new Fields();
  const trimmed = text.trim();
  if (trimmed === '') {
    fields.add('text', 'Paste an unsigned transaction, or the JSON of eth_sendTransaction.');
    return fields.errors();
  }
  if (trimmed.length > MAX_TEXT) {
    fields.add('text', 'This is too long for a transaction.');
    return fields.errors();
  }
  return /^[[{]/.test(trimmed) ? parseJson(trimmed, defaults) : parseHex(trimmed);
}

function parseHex(text: string): Checked<RequestInput> {
  const fields = new Fields();
  const digits = /^(?:0x)?((?:[0-9a-f]{2})+)$/i.exec(text)?.[1];
  if (digits === undefined) {
    fields.add(
      'text',
      /^(?:0x)?[0-9a-f]*$/i.test(text)
        ? 'A digit is missing: hexadecimal bytes have two digits each.'
        : 'This is neither hexadecimal digits nor JSON.',
    );
    return fields.errors();
  }
  const request = fields.read('text', () => parseUnsigned(hexToBytes(digits)));
  return request === undefined
    ? fields.errors()
    : { ok: true, value: { kind: 'request', request } };
}

function parseJson(text: string, defaults: InputDefaults): Checked<RequestInput> {
  const fields = new Fields();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    fields.add('text', 'This begins like JSON but is not: something is missing or misspelt.');
    return fields.errors();
  }
  const parsed = readRpcTransaction(json);
  const draft = parsed.ok ? draftOf(parsed.value, defaults) : parsed;
  if (!draft.ok) return draft;
  const missing = missingIn(draft.value);
  if (missing.length > 0)
    return { ok: true, value: { kind: 'draft', draft: draft.value, missing } };
  const request = completeDraft(draft.value, {});
  return request.ok ? { ok: true, value: { kind: 'request', request: request.value } } : request;
}
