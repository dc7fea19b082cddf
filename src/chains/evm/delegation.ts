/** Accounts that hand themselves over to a contract (EIP-7702), as lines and warnings. */
import { numberToBytesBE } from '@noble/curves/utils.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { concat } from '../../codec.ts';
import { addressLine, groupFact, numberFact, textFact } from '../fact.ts';
import type { Fact, Warning } from '../review.ts';
import { ZERO_ADDRESS } from './address.ts';
import { recoverSigner } from './assemble.ts';
import { addressFact, type DescribeContext, sameAddress } from './context.ts';
import { SignatureError } from './errors.ts';
import { serializeAuthorization } from './serialize.ts';
import type { Authorization, EvmTransaction } from './transaction.ts';

const authorizationsOf = (tx: EvmTransaction): readonly Authorization[] =>
  tx.type === 4 ? tx.authorizations : [];

/** Each account that is handed over: to which contract, where, and whether that is an end of it. */
export function delegationFacts(tx: EvmTransaction, context: DescribeContext): Fact[] {
  return authorizationsOf(tx).map((one, i) => {
    const authority = authorityOf(one);
    const ends = sameAddress(one.address, ZERO_ADDRESS);
    return groupFact(`Delegation ${String(i + 1)}`, [
      authority === undefined
        ? textFact('Account', 'nobody: the signature is not valid, so the network skips it')
        : addressLine('Account', addressFact(authority, context)),
      ends
        ? textFact('Contract', 'none: takes an earlier delegation back')
        : addressLine('Contract', addressFact(one.address, context)),
      one.chainId === 0n ? textFact('Chain', 'every chain') : numberFact('Chain', one.chainId),
      numberFact('Nonce of the account', one.nonce),
    ]);
  });
}

/** What could come of it. */
export function delegationWarnings(tx: EvmTransaction, context: DescribeContext): Warning[] {
  const list = authorizationsOf(tx);
  if (list.length === 0) return [];
  const own = list.some((one) => {
    const authority = authorityOf(one);
    return context.accounts.some(
      ({ address }) => authority !== undefined && sameAddress(address, authority),
    );
  });
  return [
    {
      code: own ? 'evm/delegates-own-account' : 'evm/delegates-accounts',
      level: 'danger',
      title: own
        ? 'Hands an account of this vault over to a contract'
        : 'Hands accounts over to contracts',
      text: 'From then on the contract decides over the account: it can move everything without any approval of this vault.',
    },
    ...(list.some(({ chainId }) => chainId === 0n)
      ? [
          {
            code: 'evm/delegates-everywhere',
            level: 'danger',
            title: 'Valid on every chain',
            text: 'Anybody can repeat this delegation on every other chain, where the contract may be another one.',
          } as const,
        ]
      : []),
  ];
}

/** Who signed it, EIP-55; `undefined` when nobody can have. */
function authorityOf(one: Authorization): `0x${string}` | undefined {
  const { r, s, yParity } = one;
  const compact = concat(numberToBytesBE(r, 32), numberToBytesBE(s, 32));
  try {
    return recoverSigner(keccak_256(serializeAuthorization(one)), compact, yParity);
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    return undefined;
  }
}
