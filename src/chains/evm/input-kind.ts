import type { RequestKind } from '../review.ts';

/**
 * What a pasted text is a request of: by the method it names, or else by its shape. Only a guess, for the
 * reader that then says what is wrong with it: a text that is nothing of the kind is taken for a transaction.
 */
export function kindOfInput(text: string): Exclude<RequestKind, 'bitcoin'> {
  const json = jsonIn(text);
  const method = fieldOf(json, 'method');
  if (typeof method === 'string') {
    if (method.startsWith('eth_signTypedData')) return 'evm-typed-data';
    return method === 'personal_sign' || method === 'eth_sign' ? 'evm-message' : 'evm';
  }
  if (Array.isArray(json)) {
    const [first, second] = json as unknown[];
    if (isTypedData(first) || isTypedData(second)) return 'evm-typed-data';
    return typeof first === 'string' && typeof second === 'string' ? 'evm-message' : 'evm';
  }
  return isTypedData(json) ? 'evm-typed-data' : 'evm';
}

const isTypedData = (value: unknown): boolean =>
  fieldOf(typeof value === 'string' ? jsonIn(value) : value, 'primaryType') !== undefined;

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)[name]
    : undefined;

function jsonIn(text: string): unknown {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed)) return undefined;
  try {
    return JSON.parse(trimmed);
  } catch {
    return undefined; // the reader of transactions says what is wrong with it
  }
}
