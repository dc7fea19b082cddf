/** JSON from outside: what it is, before what it means. */
import { TypedDataError } from './errors.ts';

/**
 * @throws TypedDataError for anything but JSON
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new TypedDataError('json', '', 'This is not JSON: something is missing or misspelt.', {
      cause,
    });
  }
}

/** The own fields of an object. @throws TypedDataError for anything else */
export function entriesOf(json: unknown, at: string): [string, unknown][] {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new TypedDataError('object', at, 'This must be an object in braces.');
  }
  return Object.entries(json);
}

/** @throws TypedDataError for anything but a list */
export function listOf(json: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(json)) throw new TypedDataError('list', at, 'This must be a list.');
  return json as readonly unknown[];
}

/** @throws TypedDataError for anything but text that UTF-8 can carry */
export function textOf(json: unknown, at: string): string {
  if (typeof json !== 'string') {
    throw new TypedDataError('text', at, 'This must be text in quotes.');
  }
  if (/\p{Surrogate}/u.test(json)) {
    throw new TypedDataError('text', at, 'There is half a character in this text.');
  }
  return json;
}
