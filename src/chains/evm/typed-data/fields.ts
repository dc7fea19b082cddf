/** Typed data that no reader knows: every field, with its type. */
import { addressLine, bytesFact, groupFact, numberFact, textFact } from '../../fact.ts';
import type { Fact } from '../../review.ts';
import { toChecksum } from '../address.ts';
import { formatAmount } from '../amount.ts';
import { addressFact } from '../context.ts';
import type { SigningContext } from '../message/context.ts';
import { shownLines } from '../message/text.ts';
import { formatTime, LAST_TIME } from '../message/time.ts';
import { asStruct, isList } from './members.ts';
import type { StructValue, TypedData, TypedValue } from './request.ts';

type Table = TypedData['types'];

/** The members of a struct, each with its type as a remark. */
export const fieldFacts = (
  struct: StructValue,
  type: string,
  types: Table,
  context: SigningContext,
): Fact[] =>
  (types[type] ?? []).map((member) =>
    fieldFact(member.name, member.type, struct[member.name] ?? '', types, context),
  );

function fieldFact(
  label: string,
  type: string,
  value: TypedValue,
  types: Table,
  context: SigningContext,
): Fact {
  const remarks = [type];
  if (isList(value)) {
    const inner = type.slice(0, type.lastIndexOf('['));
    const entries = value.map((item, i) =>
      fieldFact(`${label}[${String(i)}]`, inner, item, types, context),
    );
    return entries.length === 0
      ? textFact(label, 'an empty list', { remarks })
      : groupFact(label, entries, { remarks });
  }
  if (typeof value === 'boolean') return textFact(label, value ? 'yes' : 'no', { remarks });
  if (typeof value !== 'string') {
    return groupFact(label, fieldFacts(asStruct(value), type, types, context), { remarks });
  }
  if (type === 'address') {
    return addressLine(label, addressFact(toChecksum(value), context), {
      unnamed: 'Unknown address',
      weight: 'quiet',
      remarks,
    });
  }
  if (type.startsWith('bytes')) return { ...bytesFact(label, value), remarks };
  if (type === 'string') return stringFact(label, value, remarks);
  const number = BigInt(value);
  const text = number < 0n ? value : formatAmount(number, 0);
  const time = timeRemark(label, number);
  return {
    ...numberFact(label, number, text),
    remarks: time === undefined ? remarks : [...remarks, time],
  };
}

function stringFact(label: string, value: string, remarks: readonly string[]): Fact {
  const [first = '', ...more] = shownLines(value);
  return more.length === 0
    ? textFact(label, first, { remarks })
    : groupFact(
        label,
        [first, ...more].map((line) => textFact('', line)),
        { remarks },
      );
}

const TIME_NAME = /deadline|expir|valid|until|time|before|after/i;
/** 2001-09-09, before which nobody signed anything. */
const FIRST_TIME = 1_000_000_000n;

/** A reading aid for a number that by its name and size is a time. */
function timeRemark(label: string, value: bigint): string | undefined {
  if (!TIME_NAME.test(label) || value < FIRST_TIME || value > LAST_TIME) return undefined;
  return `as a time: ${formatTime(value)}`;
}
