import { HDKey } from '@scure/bip32';
import { mnemonicToSeedSync } from '@scure/bip39';
import { hex } from '@scure/base';
import { describe, expect, it } from 'vitest';
import { accountPath, addressAt, fingerprintOf, pathText, paymentOf, placeOf } from './account.ts';
import { descriptorOf, extendedKeyOf, withChecksum } from './descriptor.ts';
import { account, ROOT } from './testing/vault.ts';

/** The mnemonic of the test vectors in BIP-84 and BIP-86. */
const MNEMONIC = `${'abandon '.repeat(11)}about`;
const keyAt = (path: string): Uint8Array =>
  HDKey.fromMasterSeed(mnemonicToSeedSync(MNEMONIC)).derive(path).publicKey ?? expect.unreachable();

describe('addresses', () => {
  it.each([
    ["m/84'/0'/0'/0/0", 'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu'],
    ["m/84'/0'/0'/0/1", 'bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g'],
    ["m/84'/0'/0'/1/0", 'bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el'],
  ])('BIP-84: %s', (path, address) => {
    expect(paymentOf('p2wpkh', keyAt(path), 'mainnet').address).toBe(address);
  });
  it.each([
    ["m/86'/0'/0'/0/0", 'bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr'],
    ["m/86'/0'/0'/0/1", 'bc1p4qhjn9zdvkux4e44uhx8tc55attvtyu358kutcqkudyccelu0was9fqzwh'],
    ["m/86'/0'/0'/1/0", 'bc1p3qkhfews2uk44qtvauqyr2ttdsw7svhkl9nkm9s9c3x4ax5h60wqwruhk7'],
  ])('BIP-86: %s', (path, address) => {
    expect(paymentOf('p2tr', keyAt(path), 'mainnet').address).toBe(address);
  });

  it('stand on the path without hardening, and each network has its own prefix', () => {
    const place = { change: 1, index: 5 } as const;
    expect(pathText(addressAt(account('p2wpkh', 'mainnet', 2), place).path)).toBe('m/84/0/2/1/5');
    expect(pathText(addressAt(account('p2tr', 'signet'), place).path)).toBe('m/86/1/0/1/5');
    expect(addressAt(account('p2wpkh'), place).address).toMatch(/^bc1q/);
    expect(addressAt(account('p2tr', 'testnet4'), place).address).toMatch(/^tb1p/);
    expect(addressAt(account('p2tr', 'regtest'), place).address).toMatch(/^bcrt1p/);
    expect(pathText([0x8000_0054, 1])).toBe("m/84'/1");
  });
  it('are found again from the path, and from no other', () => {
    const of = account('p2tr', 'signet', 3);
    const { path } = addressAt(of, { change: 0, index: 9 });
    expect(placeOf(path, of)).toEqual({ account: 3, change: 0, index: 9 });
    for (const other of [
      path.with(0, 84),
      path.with(1, 0),
      path.with(3, 2),
      path.slice(0, -1),
      [...path, 0],
    ]) {
      expect(placeOf(other, of)).toBeUndefined();
    }
  });
  it.each([-1, 0.5, 2 ** 31])('has no index %d', (index) => {
    expect(() => addressAt(account(), { change: 0, index })).toThrow(RangeError);
    expect(() => accountPath({ ...account(), index })).toThrow(RangeError);
  });
  it('has the fingerprint of BIP-32', () => {
    expect(fingerprintOf(ROOT.publicKey ?? expect.unreachable())).toBe(ROOT.fingerprint);
  });
});

describe('what a watch-only wallet gets', () => {
  it.each(['p2wpkh', 'p2tr'] as const)('an xpub that derives the same addresses: %s', (kind) => {
    const of = account(kind, 'mainnet', 1);
    const key = HDKey.fromExtendedKey(extendedKeyOf(of));
    const plain = ROOT.deriveChild(kind === 'p2tr' ? 86 : 84)
      .deriveChild(0)
      .deriveChild(1);
    expect(key.publicExtendedKey).toBe(plain.publicExtendedKey);
    expect(key.depth).toBe(3);
    const child = key.deriveChild(1).deriveChild(7).publicKey ?? expect.unreachable();
    expect(paymentOf(kind, child, 'mainnet').script).toEqual(
      addressAt(of, { change: 1, index: 7 }).script,
    );
  });
  it('a tpub on test networks', () => {
    expect(extendedKeyOf(account('p2wpkh', 'signet'))).toMatch(/^tpub/);
    expect(extendedKeyOf(account('p2tr', 'mainnet'))).toMatch(/^xpub/);
  });
  it('a descriptor for each branch', () => {
    const fingerprint = ROOT.fingerprint.toString(16).padStart(8, '0');
    const xpub = extendedKeyOf(account());
    expect(descriptorOf(account(), 0)).toBe(
      withChecksum(`wpkh([${fingerprint}/84/0/0]${xpub}/0/*)`),
    );
    expect(descriptorOf(account('p2tr'), 1)).toMatch(
      new RegExp(`^tr\\(\\[${fingerprint}/86/0/0\\]xpub[^/]+/1/\\*\\)#[0-9a-z]{8}$`),
    );
  });
  // BIP-380, and Bitcoin Core's doc/descriptors.md.
  it.each([
    'raw(deadbeef)#89f8spxm',
    'pkh(02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5)#8fhd9pwu',
    'wpkh(02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9)#8zl0zxma',
  ])('with a checksum: %s', (text) => {
    expect(withChecksum(text.slice(0, -9))).toBe(text);
  });
  it('no checksum over characters that no descriptor has', () => {
    expect(() => withChecksum('raw(é)')).toThrow(RangeError);
  });
  it('the test has the keys that it says', () => {
    expect(hex.encode(keyAt("m/84'/0'/0'/0/0"))).toBe(
      '0330d54fd0dd420a6e5f8d3624f5f3482cae350f79d5f0753bf5beef9c2d91af3c',
    );
  });
});
