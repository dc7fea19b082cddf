import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePaymentLink } from './link.ts';
import { BOB, TOKEN } from './testing/transactions.ts';

describe('parsePaymentLink', () => {
  it('reads the examples of EIP-681', () => {
    const donation = 'ethereum:0xfb6916095ca1df60bb79Ce92ce3ea74c37c5d359?value=2.014e18';
    // Its checksum is wrong in the document.
    expect(parsePaymentLink(donation).ok).toBe(false);
    expect(parsePaymentLink(donation.toLowerCase())).toEqual({
      ok: true,
      value: {
        chainId: undefined,
        to: '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
        asset: 'native',
        value: 2_014_000_000_000_000_000n,
        checksummed: false,
      },
    });
    const token =
      'ethereum:0x89205a3a3b2a69de6dbf7f01ed13b2108b2c43e7/transfer?address=0x8e23ee67d1332ad560396262c48ffbb01f93d052&uint256=1';
    expect(parsePaymentLink(token)).toEqual({
      ok: true,
      value: {
        chainId: undefined,
        to: '0x8e23Ee67d1332aD560396262C48ffbB01F93D052',
        asset: { token: '0x89205A3A3b2A69De6Dbf7f01ED13B2108B2c43e7' },
        value: 1n,
        checksummed: false,
      },
    });
  });

  it.each([
    [`ethereum:${BOB}`, undefined, undefined],
    [`ethereum:${BOB}@137`, 137n, undefined],
    [`ETHEREUM:pay-${BOB}@1?value=5`, 1n, 5n],
    [`ethereum:${BOB}?value=1e18&gas=21000&gasPrice=5`, undefined, 10n ** 18n],
    [`ethereum:${BOB}?gasLimit=21000&value=1.50e1`, undefined, 15n],
    [`ethereum:${BOB}?value=1.0`, undefined, 1n],
    [`ethereum:${BOB}?value=0`, undefined, 0n],
    [`ethereum:${BOB}?`, undefined, undefined],
  ])('reads %s', (text, chainId, value) => {
    expect(parsePaymentLink(text)).toEqual({
      ok: true,
      value: { chainId, to: BOB, asset: 'native', value, checksummed: true },
    });
  });

  it('marks a link in which one of two addresses has no checksum', () => {
    const text = `ethereum:${TOKEN}/transfer?address=${BOB.toLowerCase()}`;
    expect(parsePaymentLink(text)).toMatchObject({
      ok: true,
      value: { checksummed: false, value: undefined },
    });
  });

  it.each([
    ['another scheme', `bitcoin:${BOB}`, 'to', 'ethereum:'],
    ['an address alone', BOB, 'to', 'ethereum:'],
    ['far too much', `ethereum:${BOB}?${'a'.repeat(1000)}`, 'to', 'ethereum:'],
    ['a name', 'ethereum:pay-bob.eth@1', 'to', 'does not look names up'],
    ['a name with a value', 'ethereum:bob.eth?value=1', 'to', 'does not look names up'],
    ['no address', 'ethereum:?value=1', 'to', 'Enter an address'],
    ['a wrong checksum', `ethereum:${BOB.replace('B', 'b')}`, 'to', 'capital letters'],
    ['chain 0', `ethereum:${BOB}@0`, 'chainId', 'cannot exist'],
    ['a chain with a zero in front', `ethereum:${BOB}@01`, 'chainId', 'cannot exist'],
    ['a chain that is a word', `ethereum:${BOB}@main`, 'chainId', 'cannot exist'],
    ['no chain after @', `ethereum:${BOB}@`, 'chainId', 'cannot exist'],
    ['a chain of 54 bits', `ethereum:${BOB}@9007199254740992`, 'chainId', 'cannot exist'],
    ['approve', `ethereum:${TOKEN}/approve?address=${BOB}&uint256=1`, 'to', 'calls a contract'],
    ['an empty call', `ethereum:${TOKEN}/?value=1`, 'to', 'calls a contract'],
    [
      'transfer with a value',
      `ethereum:${TOKEN}/transfer?address=${BOB}&value=1`,
      'to',
      'not know',
    ],
    ['a payment with uint256', `ethereum:${BOB}?uint256=1`, 'to', 'not know'],
    ['an unknown parameter', `ethereum:${BOB}?data=0x00`, 'to', 'not know'],
    ['a parameter in capitals', `ethereum:${BOB}?VALUE=1`, 'to', 'not know'],
    ['a parameter twice', `ethereum:${BOB}?value=1&value=2`, 'to', 'twice'],
    ['a parameter without a value', `ethereum:${BOB}?value`, 'to', 'no value'],
    ['an empty parameter', `ethereum:${BOB}?value=`, 'to', 'no value'],
    ['two values', `ethereum:${BOB}?value=1=2`, 'to', 'more than one'],
    ['transfer to nobody', `ethereum:${TOKEN}/transfer?uint256=1`, 'to', 'Enter an address'],
    ['a token that is a name', `ethereum:dai.eth/transfer?address=${BOB}`, 'asset', 'names up'],
    ['a negative amount', `ethereum:${BOB}?value=-1`, 'amount', 'not a number'],
    ['a plus', `ethereum:${BOB}?value=+1`, 'amount', 'not a number'],
    ['hexadecimal digits', `ethereum:${BOB}?value=0x1`, 'amount', 'not a number'],
    ['an empty exponent', `ethereum:${BOB}?value=1e`, 'amount', 'not a number'],
    ['a huge exponent', `ethereum:${BOB}?value=1e999999999`, 'amount', 'not a number'],
    ['percent signs', `ethereum:${BOB}?value=%31`, 'amount', 'not a number'],
    ['a fraction of a wei', `ethereum:${BOB}?value=1.5`, 'amount', 'fraction'],
    ['257 bits', `ethereum:${BOB}?value=1e78`, 'amount', 'exist'],
  ])('refuses %s', (_, text, field, message) => {
    const result = parsePaymentLink(text);
    expect(result).toMatchObject({ ok: false, errors: [{ field }] });
    expect(JSON.stringify(result)).toContain(message);
  });

  it('reports everything at once', () => {
    const result = parsePaymentLink('ethereum:bob.eth@0?value=1.5');
    expect(result.ok ? [] : result.errors.map(({ field }) => field)).toEqual([
      'chainId',
      'amount',
      'to',
    ]);
  });

  it('reads back every amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (value) => {
        expect(parsePaymentLink(`ethereum:${BOB}?value=${value.toString()}`)).toMatchObject({
          ok: true,
          value: { value },
        });
      }),
    );
  });
});
