/** Payment links: `bitcoin:bc1…?amount=0.005&label=Shop`. */
import { visible } from '../../text.ts';
import type { Checked } from '../checked.ts';
import { Fields } from '../evm/fields.ts';
import { parseBitcoinAddress } from './address.ts';
import { parseBtc } from './amount.ts';
import { BitcoinAddressError, BitcoinAmountError } from './errors.ts';
import type { BitcoinNetwork } from './network.ts';

/** What a payment link asks for. */
export interface BitcoinPaymentLink {
  readonly address: string;
  /** Satoshis; `undefined`: the link names no amount. */
  readonly value: bigint | undefined;
  /** Words of whoever made the link, made safe to show. */
  readonly label: string | undefined;
  readonly message: string | undefined;
}

const MAX_LINK = 2000;
const MAX_LABEL = 100;
const SHAPE = /^bitcoin:([^?#]*)(?:\?([^#]*))?$/i;

/**
 * Reads a payment link strictly. Parameters that this wallet does not know are passed over, as the
 * standard says, but not those that begin with `req-`. Fields in errors: `to`, `amount`.
 *
 * @see BIP-21
 */
export function parseBitcoinLink(
  text: string,
  network: BitcoinNetwork,
): Checked<BitcoinPaymentLink> {
  const fields = new Fields();
  const trimmed = text.trim();
  const match = trimmed.length > MAX_LINK ? null : SHAPE.exec(trimmed);
  if (match === null) {
    fields.add('to', 'This is not a payment link: it must begin with bitcoin:');
    return fields.errors();
  }
  const [, target = '', query] = match;
  const parsed = fields.read('to', () => parseBitcoinAddress(target, network));
  const parameters = readParameters(query, fields);
  const amount = parameters.get('amount');
  const value = amount === undefined ? undefined : fields.read('amount', () => paid(amount));
  if (fields.failed || parsed === undefined) return fields.errors();
  const shown = (name: string): string | undefined => {
    const words = parameters.get(name);
    return words === undefined ? undefined : visible(words, MAX_LABEL);
  };
  return {
    ok: true,
    value: { address: parsed.address, value, label: shown('label'), message: shown('message') },
  };
}

function readParameters(query: string | undefined, fields: Fields): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const pair of query === undefined || query === '' ? [] : query.split('&')) {
    const at = pair.indexOf('=');
    const name = fields.read('to', () => unescape(at < 0 ? pair : pair.slice(0, at)));
    const value = fields.read('to', () => unescape(at < 0 ? '' : pair.slice(at + 1)));
    if (name === undefined || value === undefined) continue;
    if (name.toLowerCase().startsWith('req-')) {
      fields.add(
        'to',
        'This link requires something that this wallet does not know. Ask for the plain address.',
      );
    } else if (found.has(name)) {
      fields.add('to', 'This link says something twice.');
    }
    found.set(name, value);
  }
  return found;
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new BitcoinAddressError('bitcoin/link-encoding', 'This link is damaged.', { cause });
  }
}

function paid(text: string): bigint {
  const value = parseBtc(text);
  if (value === 0n) {
    throw new BitcoinAmountError('bitcoin/link-zero', 'The link asks for an amount of zero.');
  }
  return value;
}
