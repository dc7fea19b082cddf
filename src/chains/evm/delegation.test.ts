import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToNumberBE } from '@noble/curves/utils.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import * as Authorization from 'ox/Authorization';
import { describe as suite, expect, it } from 'vitest';
import type { Review } from '../review.ts';
import { addressOf, ZERO_ADDRESS } from './address.ts';
import type { DescribeContext } from './context.ts';
import { describe } from './describe.ts';
import { toHexData } from './hex.ts';
import { serializeAuthorization } from './serialize.ts';
import { BOB, knowing, payment, request, TOKEN } from './testing/transactions.ts';
import type { Authorization as Signed } from './transaction.ts';

const secret = new Uint8Array(32).fill(7);
const AUTHORITY = addressOf(secp256k1.getPublicKey(secret));
const UNSIGNED: Signed = { chainId: 1n, address: TOKEN, nonce: 3n, yParity: 0, r: 0n, s: 0n };

function signed(changes: Partial<Signed> = {}): Signed {
  const unsigned = { ...UNSIGNED, ...changes };
  const signature = secp256k1.sign(keccak_256(serializeAuthorization(unsigned)), secret, {
    prehash: false,
    format: 'recovered',
  });
  return {
    ...unsigned,
    yParity: signature[0] === 0 ? 0 : 1,
    r: bytesToNumberBE(signature.slice(1, 33)),
    s: bytesToNumberBE(signature.slice(33)),
  };
}

const review = async (one: Signed, context: Partial<DescribeContext> = {}): Promise<Review> =>
  describe(request({ ...payment(), type: 4, to: BOB, authorizations: [one] }), knowing(context));

const lines = ({ shown }: Review): Record<string, string> =>
  Object.fromEntries(
    shown.filter(({ depth }) => depth === 1).map(({ label, value }) => [label, value]),
  );
const codes = ({ warnings }: Review): string[] => warnings.map(({ code }) => code);

it('the bytes that an account signs are those of ox', () => {
  const { chainId, address, nonce } = UNSIGNED;
  const theirs = Authorization.getSignPayload({ chainId: Number(chainId), address, nonce });
  expect(toHexData(keccak_256(serializeAuthorization(UNSIGNED)))).toBe(theirs);
});

suite('a delegation', () => {
  it('is shown with who hands over to whom, and never signed', async () => {
    const shown = await review(signed());
    expect(shown.operation).toBe('delegation');
    expect(shown.refusal).toContain('EIP-7702');
    expect(shown.intent).toBe(
      'Hand accounts over to contracts, and call Hosting, and send it 1 ETH',
    );
    expect(lines(shown)).toMatchObject({
      Account: AUTHORITY,
      Contract: TOKEN,
      Chain: '1',
      'Nonce of the account': '3',
    });
    expect(codes(shown)).toContain('evm/delegates-accounts');
    expect(codes(shown)).not.toContain('evm/delegates-everywhere');
  });

  it('of an own account is said to be one', async () => {
    const accounts = [knowing().from, { index: 1, name: 'Savings', address: AUTHORITY }];
    expect(codes(await review(signed(), { accounts }))).toContain('evm/delegates-own-account');
  });

  it('for chain 0 is good everywhere', async () => {
    const shown = await review(signed({ chainId: 0n }));
    expect(lines(shown)['Chain']).toBe('every chain');
    expect(codes(shown)).toContain('evm/delegates-everywhere');
  });

  it('to the zero address is an end of one', async () => {
    const shown = await review(signed({ address: ZERO_ADDRESS }));
    expect(lines(shown)['Contract']).toContain('takes an earlier delegation back');
  });

  it('that nobody signed is said to do nothing', async () => {
    expect(lines(await review(UNSIGNED))['Account']).toContain('nobody');
    expect(lines(await review({ ...signed(), r: 2n ** 256n - 1n }))['Account']).toContain('nobody');
  });
});
