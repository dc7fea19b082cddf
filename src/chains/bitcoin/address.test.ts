import { bech32, bech32m, hex } from '@scure/base';
import { describe, expect, it } from 'vitest';
import { addressOfScript, parseBitcoinAddress } from './address.ts';
import type { BitcoinNetwork } from './network.ts';

const P2WPKH = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4';

const codeOf = (text: string, network: BitcoinNetwork = 'mainnet'): string => {
  try {
    parseBitcoinAddress(text, network);
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'none';
};

describe('parseBitcoinAddress', () => {
  // BIP-173, BIP-350, BIP-433; the base58 ones are well known.
  it.each([
    [P2WPKH, 'mainnet', 'p2wpkh', '0014751e76e8199196d454941c45d1b3a323f1433bd6'],
    [
      'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7',
      'testnet4',
      'p2wsh',
      '00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262',
    ],
    [
      'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
      'mainnet',
      'p2tr',
      '512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
    ],
    ['bc1pfeessrawgf', 'mainnet', 'p2a', '51024e73'],
    [
      '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
      'mainnet',
      'p2pkh',
      '76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac',
    ],
    [
      '3P14159f73E4gFr7JterCCQh9QjiTjiZrG',
      'mainnet',
      'p2sh',
      'a914e9c3dd0c07aac76179ebc76a6c78d4d67c6c160a87',
    ],
  ] as const)('%s', (address, network, type, script) => {
    const read = parseBitcoinAddress(` ${address} `, network);
    expect(read).toEqual({ address, type, script: hex.decode(script) });
    expect(addressOfScript(hex.decode(script), network)).toEqual(read);
  });
  it('capital letters, as in QR codes', () => {
    expect(parseBitcoinAddress(P2WPKH.toUpperCase(), 'mainnet').address).toBe(P2WPKH);
  });

  const program = (version: number, length: number, coder: typeof bech32): string =>
    coder.encode('bc', [version, ...coder.toWords(new Uint8Array(length))], 90);
  it.each([
    ['', 'bitcoin/address-empty'],
    ['bc1qw508d6q ejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'bitcoin/address-characters'],
    [`${P2WPKH}\u200b`, 'bitcoin/address-characters'],
    ['0x52908400098527886E0F7030069857D2E4169EE7', 'bitcoin/address-evm'],
    ['satoshi', 'bitcoin/address-unknown'],
    [P2WPKH.replace('w508', 'W508'), 'bitcoin/address-mixed-case'],
    ['tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx', 'bitcoin/address-network'],
    ['bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080', 'bitcoin/address-network'],
    ['mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn', 'bitcoin/address-network'],
    [P2WPKH.replace(/4$/, '5'), 'bitcoin/address-checksum'],
    ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb', 'bitcoin/address-checksum'],
    [program(0, 20, bech32m), 'bitcoin/address-checksum-kind'],
    [program(1, 32, bech32), 'bitcoin/address-checksum-kind'],
    [program(17, 32, bech32m), 'bitcoin/address-version'],
    [program(0, 21, bech32), 'bitcoin/address-length'],
    [program(1, 41, bech32m), 'bitcoin/address-length'],
    [program(2, 32, bech32m), 'bitcoin/address-witness'],
    [
      bech32m.encode('bc', [1, ...bech32m.toWords(new Uint8Array(32)).with(-1, 1)], 90),
      'bitcoin/address-padding',
    ],
  ])('refuses %j: %s', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });
  it('a mainnet address on a test network', () => {
    expect(codeOf(P2WPKH, 'signet')).toBe('bitcoin/address-network');
    expect(codeOf('1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'regtest')).toBe('bitcoin/address-network');
  });
});

describe('addressOfScript', () => {
  it.each([
    '',
    '51',
    '6a0548656c6c6f',
    '6a4c',
    // The same 20 bytes, pushed with OP_PUSHDATA1: no witness program, and no P2PKH.
    '004c14751e76e8199196d454941c45d1b3a323f1433bd6',
    `5220${'11'.repeat(32)}`,
    `21${'02'.repeat(33)}ac`,
  ])('has none for %s', (script) => {
    expect(addressOfScript(hex.decode(script), 'mainnet')).toBeUndefined();
  });
});
