/** The sentence of a descriptor, with the values of its lines in it. */
import type { AddressFact, AmountFact, Fact } from '../../review.ts';
import { formatAmount } from '../amount.ts';
import { amountText } from '../context.ts';

/** A line, and the path its value comes from, as the descriptor writes it. */
export interface PathFact {
  readonly path: string;
  readonly fact: Fact;
}

export interface Sentence {
  readonly text: string;
  /** Without any note. */
  readonly canonical: string;
}

/**
 * Fills a template such as `Send {_value} to {_to}`. Every value of a list is named.
 *
 * @returns `undefined` where a value is not among the lines: then the short intent stands alone
 * @see ERC-7730, "Interpolated intent"
 */
export function fill(template: string, facts: readonly PathFact[]): Sentence | undefined {
  const text = interpolate(template, facts, textOf);
  const canonical = interpolate(template, facts, ({ canonical: words }) => words);
  return text === undefined || canonical === undefined ? undefined : { text, canonical };
}

const TOKEN = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;

/** Fills a template by another way of writing values. */
export function interpolate(
  template: string,
  facts: readonly PathFact[],
  write: (fact: Fact) => string | undefined,
): string | undefined {
  let out = '';
  for (const [token, placeholder] of template.matchAll(TOKEN)) {
    if (placeholder === undefined) {
      if (token === '{' || token === '}') return undefined;
      out += token === '{{' || token === '}}' ? token.slice(1) : token;
      continue;
    }
    const wanted = withoutLists(placeholder.trim());
    const values = facts
      .filter(({ path }) => withoutLists(path) === wanted)
      .map(({ fact }) => write(fact));
    if (values.length === 0 || values.some((value) => value === undefined || value === '')) {
      return undefined;
    }
    out += values.join(' and ');
  }
  return out;
}

const withoutLists = (path: string): string => path.replace(/^#\./, '').replace(/\.\[\]$/, '');

/** A value as it stands inside of a sentence; `undefined` for what is not one value. */
function textOf({ value }: Fact): string | undefined {
  switch (value.kind) {
    case 'address':
      return addressText(value.address);
    case 'amount':
      return limitText(value.amount);
    case 'call':
    case 'group':
      return undefined;
    default:
      return value.text;
  }
}

/** Known names only: an address that nobody named stands there in full. */
export function addressText({ address, own, name }: AddressFact): string {
  return own === undefined ? (name?.text ?? address) : `your own account ${own.name}`;
}

/** An amount, or that there is no limit. */
function limitText(amount: AmountFact): string {
  if (amount.unlimited !== true) return amountText(amount);
  const { asset, unit, value } = amount;
  if (unit !== undefined) return `${unit.symbol} without limit`;
  return asset === 'native'
    ? `${formatAmount(value, 0)} wei`
    : `the token ${asset.token} without limit`;
}
