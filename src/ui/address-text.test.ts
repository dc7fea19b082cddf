import { describe, expect, it } from 'vitest';
import { looksLikeBitcoin, looksLikeEvm } from './address-text.ts';

const EVM = '0x71C7656EC7ab88b098defB751B7401B5f6d8976F';
const BITCOIN = {
  mainnet: ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'],
  signet: ['tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx', 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn'],
  regtest: ['bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080'],
} as const;

describe('what a typed text looks like', () => {
  it('an address of an EVM chain', () => {
    expect(looksLikeEvm(EVM)).toBe(true);
    expect(looksLikeBitcoin(EVM)).toBe(false);
  });
  it.each(Object.values(BITCOIN).flat())('an address of Bitcoin: %s', (address) => {
    expect(looksLikeBitcoin(address)).toBe(true);
    expect(looksLikeBitcoin(address.toUpperCase(), undefined)).toBe(true);
    expect(looksLikeEvm(address)).toBe(false);
  });
  it('of one network, not of another', () => {
    for (const address of BITCOIN.mainnet) {
      expect(looksLikeBitcoin(address, 'mainnet')).toBe(true);
      expect(looksLikeBitcoin(address, 'signet')).toBe(false);
      expect(looksLikeBitcoin(address, 'regtest')).toBe(false);
    }
    for (const address of BITCOIN.signet) {
      expect(looksLikeBitcoin(address, 'testnet4')).toBe(true);
      expect(looksLikeBitcoin(address, 'mainnet')).toBe(false);
    }
    for (const address of BITCOIN.regtest) {
      expect(looksLikeBitcoin(address, 'regtest')).toBe(true);
      expect(looksLikeBitcoin(address, 'signet')).toBe(false);
    }
  });
  it.each(['', 'bc1', `${EVM}0`, 'bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'])(
    'neither: %j',
    (text) => {
      expect(looksLikeEvm(text)).toBe(false);
      expect(looksLikeBitcoin(text)).toBe(false);
    },
  );
});
