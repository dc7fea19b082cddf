import { secp256k1 } from '@noble/curves/secp256k1.js';
import { hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { addressOf, parseAddress, toChecksum } from './address.ts';
import { AddressError } from './errors.ts';

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof AddressError) return error.code;
    throw error;
  }
  return 'accepted';
};

// The examples of EIP-55.
const EIP55 = [
  '0x52908400098527886E0F7030069857D2E4169EE7',
  '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
  '0xde709f2102306220921060314715629080e2fb77',
  '0x27b1fdb04752bbc536007a920d24acb045561c26',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
  '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
];
const ADDRESS = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';

describe('parseAddress', () => {
  it.each(EIP55)('takes %s with its checksum', (address) => {
    expect(parseAddress(address)).toEqual({ address, checksummed: true });
    expect(toChecksum(address.toLowerCase())).toBe(address);
  });

  it('takes one case without a checksum, and says so', () => {
    const lower = ADDRESS.toLowerCase();
    const upper = `0x${ADDRESS.slice(2).toUpperCase()}`;
    expect(parseAddress(lower)).toEqual({ address: ADDRESS, checksummed: false });
    expect(parseAddress(upper)).toEqual({ address: ADDRESS, checksummed: false });
  });

  it('takes spaces around it', () => {
    expect(parseAddress(` \n${ADDRESS}\t`).address).toBe(ADDRESS);
  });

  it('refuses every address with the case of one letter changed', () => {
    for (const address of EIP55) {
      for (let i = 2; i < address.length; i++) {
        const character = address.charAt(i);
        if (!/[a-f]/i.test(character)) continue;
        const other =
          character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase();
        const changed = address.slice(0, i) + other + address.slice(i + 1);
        // The first four of EIP-55 have one case only.
        const digits = changed.slice(2);
        if (digits === digits.toLowerCase() || digits === digits.toUpperCase()) continue;
        expect(code(() => parseAddress(changed))).toBe('evm/address-checksum');
      }
    }
  });

  it.each([
    ['nothing', '  ', 'evm/address-empty'],
    ['a digit too few', ADDRESS.slice(0, -1), 'evm/address-length'],
    ['a digit too many', `${ADDRESS}0`, 'evm/address-length'],
    ['no digits', '0x', 'evm/address-length'],
    ['another letter', `${ADDRESS.slice(0, -1)}g`, 'evm/address-digits'],
    ['a letter O for a zero', '0x52908400O98527886E0F7030069857D2E4169EE7', 'evm/address-digits'],
    ['full-width digits', `${ADDRESS.slice(0, -1)}１`, 'evm/address-digits'],
    ['no 0x', ADDRESS.slice(2), 'evm/address-prefix'],
    ['0X', `0X${ADDRESS.slice(2)}`, 'evm/address-prefix'],
    ['a space inside', `${ADDRESS.slice(0, 9)} ${ADDRESS.slice(9)}`, 'evm/address-spaces'],
    ['two addresses', `${ADDRESS}\n${ADDRESS}`, 'evm/address-spaces'],
    [
      'a zero-width space',
      `${ADDRESS.slice(0, 9)}\u200b${ADDRESS.slice(9)}`,
      'evm/address-hidden-characters',
    ],
    [
      'a right-to-left override',
      `${ADDRESS.slice(0, 9)}\u202e${ADDRESS.slice(9)}`,
      'evm/address-hidden-characters',
    ],
    ['a hash', `0x${'ab'.repeat(32)}`, 'evm/address-32-bytes'],
    ['a private key without 0x', 'ab'.repeat(32), 'evm/address-32-bytes'],
    ['a compressed public key', `02${'ab'.repeat(32)}`, 'evm/address-public-key'],
    ['a whole public key', `0x04${'ab'.repeat(64)}`, 'evm/address-public-key'],
    [
      'a Bitcoin address (bech32)',
      'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq',
      'evm/address-bitcoin',
    ],
    ['a Bitcoin address (base58)', '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2', 'evm/address-bitcoin'],
    ['a Tron address', 'TJRabPrwbZy45sbavfcjinPJC18kjpRTv8', 'evm/address-tron'],
    ['an ICAP address', 'XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS', 'evm/address-icap'],
    ['a chain prefix', `eth:${ADDRESS}`, 'evm/address-chain-prefix'],
    ['a name', 'vitalik.eth', 'evm/address-name'],
    ['a name below a name', 'pay.vitalik.eth', 'evm/address-name'],
    ['something else', 'hello', 'evm/address-unknown'],
  ])('refuses %s', (_, text, expected) => {
    expect(code(() => parseAddress(text))).toBe(expected);
  });
});

describe('addressOf', () => {
  it('gives the well-known address of the key 1', () => {
    const key = new Uint8Array(32);
    key[31] = 1;
    expect(addressOf(secp256k1.getPublicKey(key))).toBe(
      '0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf',
    );
  });

  it.each([
    ['32 bytes', 'ab'.repeat(32)],
    ['an uncompressed key', `04${'ab'.repeat(64)}`],
    ['an x that is on no point', `02${'00'.repeat(31)}05`],
    ['zeros', '00'.repeat(33)],
  ])('refuses %s', (_, hex) => {
    expect(code(() => addressOf(hexToBytes(hex)))).toBe('evm/address-key');
  });
});

describe('toChecksum', () => {
  it.each(['', '0x', ADDRESS.slice(2), `${ADDRESS}0`, ` ${ADDRESS}`])('refuses %j', (text) => {
    expect(code(() => toChecksum(text))).toBe('evm/address-length');
  });
});
