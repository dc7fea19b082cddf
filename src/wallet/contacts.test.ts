import { describe, expect, it, test } from 'vitest';
import type { ContactForm } from './api.ts';
import { checkContact } from './contacts.ts';
import type { BitcoinAccountView } from './state.ts';

const SHOP = '0x71C7656EC7ab88b098defB751B7401B5f6d8976F';
const BANK = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48';
const OWN = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const account = { index: 0, name: 'Operations', address: OWN, path: 'm/44', balances: [] };
/** The first address of an account (BIP-84, test vectors). */
const COLD = 'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu';
const MINER = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4';
const cold = {
  name: 'Cold',
  keys: { addresses: [{ address: COLD }] },
} as unknown as BitcoinAccountView;
const vault = {
  contacts: [{ address: SHOP, name: 'Shop' }],
  accounts: [account],
  bitcoinAccounts: [cold],
};

const errorsOf = (form: ContactForm): string[] => {
  const checked = checkContact(vault, form);
  return checked.ok ? [] : checked.errors.map(({ field, message }) => `${field}: ${message}`);
};

describe('a new contact', () => {
  it('gets its checksum, and no spaces around', () => {
    expect(checkContact(vault, { address: ` ${BANK.toLowerCase()}\n`, name: ' Bank ' })).toEqual({
      ok: true,
      value: { address: BANK, name: 'Bank' },
    });
  });

  it('may be an address of Bitcoin, written as the standard says', () => {
    expect(checkContact(vault, { address: MINER.toUpperCase(), name: 'Miner' })).toEqual({
      ok: true,
      value: { address: MINER, name: 'Miner' },
    });
  });

  it('has every error at once', () => {
    expect(errorsOf({ address: '', name: ' ' })).toEqual([
      'address: Enter an address.',
      'name: The name is missing.',
    ]);
  });

  test.each<[string, Partial<ContactForm>, RegExp]>([
    ['a wrong checksum', { address: BANK.replace('A0b', 'a0b') }, /^address: The capital letters/],
    ['a known address', { address: SHOP.toLowerCase() }, /^address: .* “Shop”/],
    ['an own address', { address: OWN }, /^address: .* own account “Operations”/],
    ['an own address of Bitcoin', { address: COLD }, /^address: .* own account “Cold”/],
    ['a damaged address of Bitcoin', { address: MINER.replace('t4', 't5') }, /^address: /],
    ['a name that a Bitcoin account has', { name: 'cold' }, /^name: “Cold” is the name/],
    ['a name that another contact has', { name: 'shop' }, /^name: “Shop” is the name/],
    ['a name that an account has', { name: 'Operations' }, /^name: “Operations” is the name/],
    ['a long name', { name: 'x'.repeat(41) }, /^name: /],
    ['an invisible character', { name: 'Ba\u200bnk' }, /^name: .*invisible/],
  ])('is refused for %s', (_, part, error) => {
    const errors = errorsOf({ address: BANK, name: 'Bank', ...part });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(error);
  });
});

describe('a contact that is renamed', () => {
  test.each(['Store', 'SHOP', 'Shop'])('may be called %s', (name) => {
    expect(checkContact(vault, { address: SHOP, name, renames: SHOP })).toEqual({
      ok: true,
      value: { address: SHOP, name },
    });
  });

  it('may not take the name of an account', () => {
    expect(errorsOf({ address: SHOP, name: 'operations', renames: SHOP })).toHaveLength(1);
  });
});
