/** The networks of Bitcoin that this wallet knows. */
import type { NetworkFact } from '../review.ts';

export type BitcoinNetwork = 'mainnet' | 'testnet4' | 'signet' | 'regtest';

export interface NetworkParameters {
  readonly label: string;
  /** Hash of the first block as it is written, 32 bytes in hexadecimal. */
  readonly genesis: string;
  readonly symbol: string;
  /** Prefixes of addresses, in the form of @scure/btc-signer. */
  readonly prefixes: {
    readonly bech32: string;
    readonly pubKeyHash: number;
    readonly scriptHash: number;
    readonly wif: number;
  };
  /** Version bytes of extended keys (BIP-32). */
  readonly extended: { readonly public: number; readonly private: number };
  /** SLIP-44: 0, or 1 for every test network. */
  readonly coinType: 0 | 1;
}

const TEST = {
  symbol: 'tBTC',
  prefixes: { bech32: 'tb', pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef },
  extended: { public: 0x043587cf, private: 0x04358394 },
  coinType: 1,
} as const;

/**
 * Genesis hashes: Bitcoin Core, `chainparams.cpp`; recomputed from the headers in the tests. Signet is the
 * public one (BIP-325), testnet4 is BIP-94.
 */
export const NETWORKS: Readonly<Record<BitcoinNetwork, NetworkParameters>> = {
  mainnet: {
    label: 'Bitcoin mainnet',
    genesis: '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
    symbol: 'BTC',
    prefixes: { bech32: 'bc', pubKeyHash: 0x00, scriptHash: 0x05, wif: 0x80 },
    extended: { public: 0x0488b21e, private: 0x0488ade4 },
    coinType: 0,
  },
  testnet4: {
    ...TEST,
    label: 'Bitcoin testnet4',
    genesis: '00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043',
  },
  signet: {
    ...TEST,
    label: 'Bitcoin signet',
    genesis: '00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6',
  },
  regtest: {
    ...TEST,
    label: 'Bitcoin regtest',
    genesis: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
    prefixes: { ...TEST.prefixes, bech32: 'bcrt' },
  },
};

const NETWORK_NAMES = ['mainnet', 'testnet4', 'signet', 'regtest'] as const;

/** Hexadecimal digits of the genesis hash that name a chain. @see CAIP-2, namespace bip122 */
const REFERENCE_DIGITS = 32;

/** The first 32 digits of the genesis hash: 16 bytes that name the network for good. */
export const referenceOf = (network: BitcoinNetwork): string =>
  NETWORKS[network].genesis.slice(0, REFERENCE_DIGITS);

/** For example `bip122:000000000019d6689c085ae165831e93`. @see CAIP-2 */
export const chainIdOf = (network: BitcoinNetwork): string => `bip122:${referenceOf(network)}`;

/** The network whose genesis hash begins with these 32 digits, or `undefined`. */
export const networkOfReference = (reference: string): BitcoinNetwork | undefined =>
  NETWORK_NAMES.find((name) => referenceOf(name) === reference);

export const networkFactOf = (network: BitcoinNetwork): NetworkFact => ({
  id: chainIdOf(network),
  label: NETWORKS[network].label,
  name: NETWORKS[network].label,
  nativeSymbol: NETWORKS[network].symbol,
});
