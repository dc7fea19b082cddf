import { secp256k1 } from '@noble/curves/secp256k1.js';
import { recoverAddressTyped } from 'micro-eth-signer';
import { type AbiFunction, decodeData, from as parse, getSelector } from 'ox/AbiFunction';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../codec.ts';
import { addressOf } from '../address.ts';
import type { RecoverableSignature } from '../assemble.ts';
import { SignatureError } from '../errors.ts';
import { toHexData } from '../hex.ts';
import { ALICE, BOB, TOKEN } from '../testing/transactions.ts';
import { assembleTypedData } from './assemble.ts';
import { typedDataDigest } from './digest.ts';
import type { TypedDataRequest } from './request.ts';
import { MAIL } from './testing/mail.ts';
import {
  authorization,
  cancellation,
  daiPermit,
  details,
  HOUR,
  type Json,
  NOW,
  order,
  permit,
  permitBatch,
  permitSingle,
  permitTransfer,
  permitWitness,
  safeMessage,
  safeTx,
  withoutDomain,
} from './testing/standards.ts';
import { typed } from './testing/typed.ts';

/** Its type follows literal types, which these do not have. */
const from = parse as unknown as (signature: string) => AbiFunction;

const secret = new Uint8Array(32).fill(0x46);
const publicKey = secp256k1.getPublicKey(secret);

function sign(request: TypedDataRequest): RecoverableSignature {
  const digest = typedDataDigest(request);
  const recovered = secp256k1.sign(digest, secret, { prehash: false, format: 'recovered' });
  return { signature: recovered.slice(1), recovery: recovered[0] ?? 9 };
}

const assemble = (json: Json) => {
  const request = typed(json);
  return assembleTypedData(request, sign(request), publicKey);
};

describe('the signature', () => {
  it('has 65 bytes, and a second implementation finds the account', () => {
    const request = typed(MAIL);
    const { signature, call } = assembleTypedData(request, sign(request), publicKey);
    expect(signature).toHaveLength(65);
    expect([27, 28]).toContain(signature[64]);
    const recover = recoverAddressTyped as (signature: string, typed: object) => string;
    const mail = { ...MAIL, domain: { ...MAIL.domain, chainId: 1n } };
    expect(recover(toHexData(signature), mail)).toBe(addressOf(publicKey));
    expect(call).toBeUndefined();
  });

  it.each<[string, (given: RecoverableSignature) => RecoverableSignature, string]>([
    [
      'of 63 bytes',
      ({ signature, recovery }) => ({ signature: signature.slice(1), recovery }),
      'evm/signature-length',
    ],
    [
      'with the recovery 2',
      ({ signature }) => ({ signature, recovery: 2 }),
      'evm/signature-recovery',
    ],
    [
      'with the other recovery',
      ({ signature, recovery }) => ({ signature, recovery: 1 - recovery }),
      'evm/signature-other-account',
    ],
    ['of other typed data', () => sign(typed(permit())), 'evm/signature-other-account'],
  ])('is not one %s', (_, change, code) => {
    const request = typed(MAIL);
    let thrown: unknown;
    try {
      assembleTypedData(request, change(sign(request)), publicKey);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SignatureError);
    expect(thrown).toMatchObject({ code });
  });
});

/** By the second word the selector is that of the deployed contracts. */
const PERMIT2_DETAILS = '(address token, uint160 amount, uint48 expiration, uint48 nonce)';

describe('the call that verifies', () => {
  it.each<[string, Json, string, string, (owner: string) => unknown[]]>([
    [
      'ERC-2612',
      permit(),
      '0xd505accf',
      'permit(address,address,uint256,uint256,uint8,bytes32,bytes32)',
      () => [ALICE, BOB, 5_000_000n, NOW + HOUR],
    ],
    [
      'DAI',
      daiPermit(),
      '0x8fcbaf0c',
      'permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)',
      () => [ALICE, BOB, 3n, NOW + HOUR, true],
    ],
    [
      'TransferWithAuthorization',
      authorization({ validAfter: 5 }),
      '0xe3ee160e',
      'transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)',
      () => [ALICE, BOB, 5_000_000n, 5n, NOW + HOUR, `0x${'07'.repeat(32)}`],
    ],
    [
      'ReceiveWithAuthorization',
      authorization({ validAfter: 5 }, 'ReceiveWithAuthorization'),
      '0xef55bec6',
      'receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)',
      () => [ALICE, BOB, 5_000_000n, 5n, NOW + HOUR, `0x${'07'.repeat(32)}`],
    ],
    [
      'CancelAuthorization',
      cancellation(),
      '0x5a049a70',
      'cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)',
      () => [ALICE, `0x${'07'.repeat(32)}`],
    ],
  ])('%s', (_, json, selector, signature, leading) => {
    const { signature: bytes, call } = assemble(json);
    const abi = from(`function ${signature}`);
    expect(getSelector(abi)).toBe(selector);
    expect(call).toMatchObject({ to: TOKEN, function: signature, complete: true });
    const args = decodeData(abi, call?.data ?? '0x') as readonly unknown[];
    const owner = addressOf(publicKey);
    const r = toHexData(bytes.subarray(0, 32));
    const s = toHexData(bytes.subarray(32, 64));
    expect(lowered(args)).toEqual(lowered([...leading(owner), bytes[64], r, s]));
  });

  it('PermitSingle and PermitBatch', () => {
    const owner = addressOf(publicKey);
    const detail = { token: TOKEN, amount: 5_000_000n, expiration: Number(NOW + HOUR), nonce: 4 };
    for (const [json, list, selector] of [
      [permitSingle({ details: details({ nonce: 4 }) }), '', '0x2b67b570'],
      [permitBatch({ details: [details({ nonce: 4 })] }), '[]', '0x2a2d80d1'],
    ] as const) {
      const { signature, call } = assemble(json);
      const abi = from(
        `function permit(address owner, (${PERMIT2_DETAILS}${list} details, address spender, uint256 sigDeadline) permit, bytes signature)`,
      );
      expect(call?.data.slice(0, 10)).toBe(selector);
      const [by, { details: given, spender, sigDeadline }, bytes] = decodeData(
        abi,
        call?.data ?? '0x',
      ) as [string, { details: unknown; spender: string; sigDeadline: bigint }, string];
      const first: unknown = Array.isArray(given) ? (given as unknown[])[0] : given;
      expect(Array.isArray(given)).toBe(list === '[]');
      expect(lowered([by, first, spender, sigDeadline, bytes])).toEqual(
        lowered([owner, detail, BOB, NOW + HOUR, `0x${toHex(signature)}`]),
      );
    }
  });

  it('a Safe’s transaction may need others', () => {
    const { signature, call } = assemble(
      safeTx({
        data: '0xabcd',
        operation: 1,
        safeTxGas: 5,
        baseGas: 6,
        gasPrice: 7,
        gasToken: TOKEN,
        refundReceiver: ALICE,
      }),
    );
    expect(call?.complete).toBe(false);
    expect(call?.data.slice(0, 10)).toBe('0x6a761202');
    const args = decodeData(
      from(`function ${call?.function ?? ''}`),
      call?.data ?? '0x',
    ) as unknown[];
    expect(lowered(args)).toEqual(
      lowered([BOB, 10n ** 18n, '0xabcd', 1, 5n, 6n, 7n, TOKEN, ALICE, toHexData(signature)]),
    );
  });

  it.each([
    ['a transfer of Permit2, which needs to know whom it goes to', permitTransfer()],
    ['one with a witness', permitWitness()],
    ['an order', order()],
    ['a message of a Safe', safeMessage('0xab')],
    ['a permit of no contract', withoutDomain(permit(), 'verifyingContract')],
  ])('there is none for %s', (_, json) => {
    expect(assemble(json).call).toBeUndefined();
  });
});

/** Addresses in one case: the decoder writes them in another one. */
const lowered = (values: readonly unknown[]): unknown =>
  JSON.parse(
    JSON.stringify(values, (_, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    ).toLowerCase(),
  );
