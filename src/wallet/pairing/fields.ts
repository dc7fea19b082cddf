/** Fields that invitations and pairing messages share. */
import * as v from 'valibot';
import { countCodePoints, isPlain } from '../../text.ts';

const isBytes = (value: unknown): boolean => value instanceof Uint8Array;

/** At most so many bytes, copied. */
export const bytesUpTo = (max: number) =>
  v.pipe(
    v.custom<Uint8Array>(isBytes, 'not bytes'),
    v.check((value) => value.length <= max, `more than ${String(max)} bytes`),
    v.transform((value): Uint8Array => value.slice()),
  );

/** Bytes of one length, copied. */
export const bytesOf = (length: number) =>
  v.pipe(
    bytesUpTo(length),
    v.check((value) => value.length === length, `not ${String(length)} bytes`),
  );

const name = (max: number) =>
  v.pipe(
    v.string(),
    v.check(
      (value) =>
        value.trim() === value && value !== '' && countCodePoints(value) <= max && isPlain(value),
      'not a plain name',
    ),
  );

export const vaultName = name(40);
export const deviceName = name(40);

/** Milliseconds since 1970, up to the year 2100. */
export const time = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(4_102_444_800_000));
