/** Field schemas, and the one door through which bytes become values. */
import * as v from 'valibot';
import { decodeCbor, encodeCbor, type CborValue } from '../cbor.ts';
import { DecodeError } from '../codec.ts';
import { CountersignError } from '../errors.ts';
import { visible } from '../text.ts';
import { MalformedError } from './errors.ts';
import { isWellFormed, safeText } from './safe-text.ts';

/** Latest time that a calendar can show (ECMA-262 time values), milliseconds since 1970. */
const MAX_TIME = 8.64e15;
/** Code points of a name. */
export const MAX_NAME = 40;
/** Code points of a note or a reason. */
export const MAX_NOTE = 500;

const anyBytes = v.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes expected');

export const bytes = (length: number) => v.pipe(anyBytes, v.length(length));
export const bytesUpTo = (max: number) => v.pipe(anyBytes, v.minLength(1), v.maxLength(max));
export const integer = (min: number, max: number) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.maxValue(max));

export const hash = bytes(32);
export const time = integer(0, MAX_TIME);

/** A name that passes `safeText`. */
export const name = v.pipe(
  v.string(),
  v.check((text) => isSafe(text), 'empty, too long, or with invisible characters'),
);
/** A name, or '' for none. */
export const nameOrNothing = v.union([v.literal(''), name]);
/** Free text: well-formed, otherwise as its author wrote it. Show it through `visible` only. */
export const note = v.pipe(
  v.string(),
  v.maxLength(2 * MAX_NOTE),
  v.check(isWellFormed, 'not well-formed Unicode'),
  v.maxCodePoints(MAX_NOTE),
);

function isSafe(text: string): boolean {
  try {
    safeText(text, 'A name', MAX_NAME);
    return true;
  } catch (error) {
    if (error instanceof CountersignError) return false;
    throw error;
  }
}

/** Reads a value of any origin. @throws MalformedError naming the first field at fault */
export function parse<const S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  what: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  const where = path === null ? what : `${what}, field ${path}`;
  throw new MalformedError(visible(`${where}: ${issue.message}`, 300));
}

/**
 * Reads one canonical CBOR document of at most `max` bytes. Its shape is checked next, by `parse`.
 *
 * @throws MalformedError when it is too long, or anything but the one canonical encoding
 */
export function decodeDocument(document: Uint8Array, what: string, max: number): unknown {
  if (document.length > max) {
    throw new MalformedError(`${what}: more than ${String(max)} bytes`);
  }
  try {
    return decodeCbor(document, what);
  } catch (error) {
    // Besides DecodeError: the RangeError of an engine whose stack ends before the nesting does.
    const problem = error instanceof DecodeError ? error.message : `${what}: nested too deeply`;
    throw new MalformedError(visible(problem, 300));
  }
}

/** Checks a value against its schema and encodes it. @throws MalformedError */
export function encodeDocument(
  schema: v.GenericSchema,
  value: CborValue,
  what: string,
  max: number,
): Uint8Array {
  parse(schema, value, what);
  const document = encodeCbor(value);
  if (document.length > max) throw new MalformedError(`${what}: more than ${String(max)} bytes`);
  return document;
}
