import { keccak_256 } from '@noble/hashes/sha3.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { getSignPayload, type TypedData as TypeTable } from 'ox/TypedData';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../codec.ts';
import {
  CANCEL_AUTHORIZATION,
  RECEIVE_AUTHORIZATION,
  TRANSFER_AUTHORIZATION,
} from './authorization.ts';
import { encodeType, hashTypedData, typedDataDigest } from './digest.ts';
import { DAI_PERMIT, PERMIT } from './permit.ts';
import { PERMIT_BATCH, PERMIT_BATCH_TRANSFER, PERMIT_SINGLE, PERMIT_TRANSFER } from './permit2.ts';
import { SAFE_MESSAGE, SAFE_TX } from './safe.ts';
import { SEAPORT_ORDER } from './seaport.ts';
import { MAIL } from './testing/mail.ts';
import { typed } from './testing/typed.ts';

describe('published values', () => {
  // https://eips.ethereum.org/EIPS/eip-712 and its assets/eip-712/Example.js
  it('hashes the example of EIP-712', () => {
    const request = typed(MAIL);
    const { domain, message, digest } = hashTypedData(request);
    expect(encodeType(request.data)).toBe(
      'Mail(Person from,Person to,string contents)Person(string name,address wallet)',
    );
    expect(toHex(domain)).toBe('f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f');
    expect(toHex(message)).toBe('c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e');
    expect(toHex(digest)).toBe('be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2');
  });

  // The type hashes in the sources of the contracts: ERC-2612, DAI, Uniswap's PermitHash.sol, EIP-3009,
  // Safe.sol and SignMessageLib.sol of Safe 1.3.0, Seaport.
  it.each([
    ['ERC-2612', PERMIT, '6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9'],
    ['DAI', DAI_PERMIT, 'ea2aa0a1be11a07ed86d755c93467f4f82362b452371d1ba94d1715123511acb'],
    [
      'PermitSingle',
      PERMIT_SINGLE,
      'f3841cd1ff0085026a6327b620b67997ce40f282c88a8e905a7a5626e310f3d0',
    ],
    [
      'PermitBatch',
      PERMIT_BATCH,
      'af1b0d30d2cab0380e68f0689007e3254993c596f2fdd0aaa7f4d04f79440863',
    ],
    [
      'PermitTransferFrom',
      PERMIT_TRANSFER,
      '939c21a48a8dbe3a9a2404a1d46691e4d39f6583d6ec6b35714604c986d80106',
    ],
    [
      'PermitBatchTransferFrom',
      PERMIT_BATCH_TRANSFER,
      'fcf35f5ac6a2c28868dc44c302166470266239195f02b0ee408334829333b766',
    ],
    [
      'TransferWithAuthorization',
      TRANSFER_AUTHORIZATION,
      '7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267',
    ],
    [
      'ReceiveWithAuthorization',
      RECEIVE_AUTHORIZATION,
      'd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8',
    ],
    [
      'CancelAuthorization',
      CANCEL_AUTHORIZATION,
      '158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429',
    ],
    ['SafeTx', SAFE_TX, 'bb8310d486368db6bd6f849402fdd73ad53d316b5a4b2644ad6efe0f941286d8'],
    [
      'SafeMessage',
      SAFE_MESSAGE,
      '60b3cbf8b4a223d68d641b3b6ddf9a298e7f33710cf3d3a9d1146b5a6150fbca',
    ],
    ['Seaport', SEAPORT_ORDER, 'fa445660b7e21515a59617fcd68910b487aa5808b8abda3d78bc85df364b2c2f'],
  ])('knows the type of %s', (_, type, hash) => {
    expect(toHex(keccak_256(utf8ToBytes(type)))).toBe(hash);
  });
});

it('has the digest that ox computes in one piece', () => {
  const whole = getSignPayload<TypeTable, string>(typed(MAIL).data as never);
  expect(whole).toBe(`0x${toHex(typedDataDigest(typed(MAIL)))}`);
});

it('refuses bytes that changed after they were read', () => {
  const request = typed(MAIL);
  const at = new TextDecoder().decode(request.bytes).indexOf('Hello');
  request.bytes[at] = (request.bytes[at] ?? 0) ^ 1;
  expect(() => typedDataDigest(request)).toThrow(
    expect.objectContaining({ code: 'evm/typed-data-changed' }),
  );
});
