/** Addresses of any chain, for the address book. */
import { CountersignError } from '../errors.ts';
import { parseBitcoinAddress } from './bitcoin/address.ts';
import { type BitcoinNetwork, NETWORKS } from './bitcoin/network.ts';
import { parseAddress } from './evm/address.ts';

const BITCOIN = /^(bc1|tb1|bcrt1|[123mn])/i;

/**
 * The one way in which an address is written: EIP-55 for EVM chains, and as BIP-173 and Base58Check say for Bitcoin.
 * Test networks share their addresses, so no network comes out.
 *
 * @throws AddressError, or BitcoinAddressError
 */
export function parseAnyAddress(text: string): string {
  const trimmed = text.trim();
  if (!BITCOIN.test(trimmed)) return parseAddress(trimmed).address;
  const networks = Object.keys(NETWORKS) as BitcoinNetwork[];
  let first: unknown;
  for (const network of networks) {
    try {
      return parseBitcoinAddress(trimmed, network).address;
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      first ??= error;
    }
  }
  throw first;
}
