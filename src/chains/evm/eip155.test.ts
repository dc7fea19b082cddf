import { hexToBytes } from '@noble/hashes/utils.js';
import { expect, it } from 'vitest';
import { toHex } from '../../codec.ts';
import { addressOf } from './address.ts';
import { assemble, readSigned } from './assemble.ts';
import { digest } from './digest.ts';
import { parseUnsigned } from './parse.ts';
import { secp256k1 } from '@noble/curves/secp256k1.js';

// The example of EIP-155: 1 ether to 0x3535…, nonce 9, 20 gwei, private key 0x4646….
const SIGNING_DATA =
  'ec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080';
const SIGNING_HASH = 'daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53';
const SIGNED =
  'f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83';

it('reads, hashes and assembles the example of EIP-155', () => {
  const request = parseUnsigned(hexToBytes(SIGNING_DATA));
  expect(request.tx).toEqual({
    type: 0,
    chainId: 1n,
    nonce: 9n,
    gasPrice: 20_000_000_000n,
    gasLimit: 21_000n,
    to: '0x3535353535353535353535353535353535353535',
    value: 10n ** 18n,
    data: '0x',
  });
  expect(toHex(digest(request))).toBe(SIGNING_HASH);

  const publicKey = secp256k1.getPublicKey(new Uint8Array(32).fill(0x46));
  const signature = hexToBytes(SIGNED.slice(-130, -66) + SIGNED.slice(-64));
  const signed = assemble(request, { signature, recovery: 0 }, publicKey);
  expect(toHex(signed.raw)).toBe(SIGNED);
  expect(readSigned(signed.raw)).toEqual({
    tx: request.tx,
    from: addressOf(publicKey),
    hash: signed.hash,
  });
  expect(addressOf(publicKey)).toBe('0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F');
});
