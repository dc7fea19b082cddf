/** Typed data for tests. */
import { parseTypedData, readTypedData } from '../parse.ts';
import type { TypedDataRequest } from '../request.ts';
import { serializeTypedData } from '../serialize.ts';

/** The request that typed data in any accepted form comes to. */
export const typed = (json: unknown): TypedDataRequest =>
  parseTypedData(serializeTypedData(readTypedData(json)));
