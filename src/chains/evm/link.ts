import type { Checked } from '../checked.ts';
import { parseAddress, type ParsedAddress } from './address.ts';
import { MAX_U256 } from './amount.ts';
import { AmountError } from './errors.ts';
import { Fields } from './fields.ts';
import type { Hex } from './hex.ts';
import { MAX_CHAIN_ID } from './parse.ts';

/** What a payment link asks for. */
export interface EvmPaymentLink {
  /** `undefined`: the link names none. */
  readonly chainId: bigint | undefined;
  /** Who receives, EIP-55. */
  readonly to: Hex;
  readonly asset: 'native' | { readonly token: Hex };
  /** Smallest units; `undefined`: the link names no amount. */
  readonly value: bigint | undefined;
  /** Whether every address in it has a checksum. */
  readonly checksummed: boolean;
}

const MAX_LINK = 1000;
const SHAPE = /^ethereum:(?:pay-)?([^@/?]*)(?:@([^/?]*))?(?:\/([^?]*))?(?:\?(.*))?$/i;

/** What the node suggests is better than what a link does. */
const IGNORED = ['gas', 'gasLimit', 'gasPrice'];

/**
 * A payment link of the chain's coin (`ethereum:0x…@1?value=2.014e18`) or of a token
 * (`ethereum:0x…/transfer?address=0x…&uint256=1`). Gas parameters are passed over; whatever else it asks for
 * is an error. Fields in errors: `to`, `chainId`, `amount`, `asset`.
 *
 * @see EIP-681
 */
export function parsePaymentLink(text: string): Checked<EvmPaymentLink> {
  const fields = new Fields();
  const trimmed = text.trim();
  const match = trimmed.length > MAX_LINK ? null : SHAPE.exec(trimmed);
  if (match === null) {
    fields.add('to', 'This is not a payment link: it must begin with ethereum:');
    return fields.errors();
  }
  const [, target = '', chain, call, query = ''] = match;
  const chainId = chain === undefined ? undefined : fields.read('chainId', () => chainOf(chain));
  if (call !== undefined && call !== 'transfer') {
    fields.add(
      'to',
      'This link calls a contract. This wallet reads links that pay, and no others.',
    );
    return fields.errors();
  }
  const token = call === 'transfer';
  const parameters = readParameters(query, token ? ['address', 'uint256'] : ['value'], fields);
  const amount = parameters.get(token ? 'uint256' : 'value');
  const value = amount === undefined ? undefined : fields.read('amount', () => numberOf(amount));

  const targetAddress = fields.read(token ? 'asset' : 'to', () => parseAddress(target));
  let to: ParsedAddress | undefined = targetAddress;
  if (token) to = fields.read('to', () => parseAddress(parameters.get('address') ?? ''));
  if (fields.failed || to === undefined || targetAddress === undefined) return fields.errors();
  return {
    ok: true,
    value: {
      chainId,
      to: to.address,
      asset: token ? { token: targetAddress.address } : 'native',
      value,
      checksummed: to.checksummed && targetAddress.checksummed,
    },
  };
}

function readParameters(
  query: string,
  known: readonly string[],
  fields: Fields,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const pair of query === '' ? [] : query.split('&')) {
    const [name = '', value, ...rest] = pair.split('=');
    if (value === undefined || value === '' || rest.length > 0) {
      fields.add('to', 'A part of this link has no value, or more than one.');
    } else if (found.has(name)) {
      fields.add('to', 'This link says something twice.');
    } else if (!known.includes(name) && !IGNORED.includes(name)) {
      fields.add('to', 'This link asks for something that this wallet does not know.');
    } else {
      found.set(name, value);
    }
  }
  return found;
}

function chainOf(text: string): bigint {
  const chainId = /^[1-9][0-9]{0,15}$/.test(text) ? BigInt(text) : 0n;
  if (chainId === 0n || chainId > MAX_CHAIN_ID) {
    throw new AmountError('evm/link-chain', 'The link names a chain that cannot exist.');
  }
  return chainId;
}

/** A whole number, possibly written as 2.014e18. */
function numberOf(text: string): bigint {
  const match = /^([0-9]{1,78})(?:\.([0-9]{1,78}))?(?:e([0-9]{1,2}))?$/i.exec(text);
  if (match === null) {
    throw new AmountError('evm/link-amount', 'The amount in the link is not a number.');
  }
  const [, whole = '', decimals = '', exponent = '0'] = match;
  const fraction = decimals.replace(/0+$/, '');
  const zeros = Number(exponent) - fraction.length;
  if (zeros < 0) {
    throw new AmountError(
      'evm/link-fraction',
      'The amount in the link is a fraction of the smallest unit.',
    );
  }
  const value = BigInt(whole + fraction) * 10n ** BigInt(zeros);
  if (value > MAX_U256) throw new AmountError('evm/link-large', 'No such amount can exist.');
  return value;
}
