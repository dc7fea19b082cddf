/** A reading of this wallet in the words of the registry's fixtures. */
import type { AddressFact, AmountFact, CallFact, Fact } from '../../src/chains/review.ts';
import type { ClearReading } from '../../src/chains/evm/clear/read.ts';
import { interpolate } from '../../src/chains/evm/clear/sentence.ts';
import type { Rendered, RenderedField } from './fixture.ts';

/** A call inside of another: what was read of it, or its bytes. */
export type Inner = (call: CallFact) => Rendered | string;

/** Facts of a reading, lists and groups opened out, as fixtures have them. */
export function render(reading: ClearReading, inner: Inner): Rendered {
  const { facts, intent, source, template } = reading;
  const sentence = template && interpolate(template.text, template.values, textOf);
  return {
    intent,
    ...(sentence === undefined ? {} : { interpolatedIntent: sentence }),
    ...(source.owner === undefined ? {} : { owner: source.owner }),
    fields: facts.flatMap((fact) => fieldsOf(fact, inner)),
  };
}

function fieldsOf(fact: Fact, inner: Inner): RenderedField[] {
  const { label, value } = fact;
  if (value.kind === 'call') {
    return [{ label, value: inner(value.call) }];
  }
  if (value.kind !== 'group') return [{ label, value: textOf(fact) }];
  const [number, collection] = value.facts;
  if (number?.label === 'Number' && collection?.label === 'Collection') {
    return [{ label, value: `${textOf(collection)} ${textOf(number)}` }];
  }
  return value.facts.flatMap((item) => fieldsOf(item, inner));
}

function textOf({ canonical, remarks, value }: Fact): string {
  switch (value.kind) {
    case 'address':
      return remarks?.[0]?.startsWith('The sender') === true ? 'Sender' : nameOf(value.address);
    case 'amount':
      return amountOf(value.amount, remarks?.[0]);
    case 'call':
    case 'group':
      return '';
    default:
      return /^(?:true|false)$/.test(canonical) ? canonical : value.text;
  }
}

/** Fixtures name addresses by the address book only, not by their tokens. */
const nameOf = ({ address, name }: AddressFact): string =>
  name?.source === 'address-book' ? name.text : address;

function amountOf({ unit, value }: AmountFact, word: string | undefined): string {
  if (unit === undefined) return String(value);
  if (word !== undefined) return `${word} ${unit.symbol}`;
  const digits = value.toString().padStart(unit.decimals + 1, '0');
  const at = digits.length - unit.decimals;
  const fraction = digits.slice(at).replace(/0+$/, '');
  return `${digits.slice(0, at)}${fraction === '' ? '' : `.${fraction}`} ${unit.symbol}`;
}
