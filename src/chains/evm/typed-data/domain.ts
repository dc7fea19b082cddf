/** For what the signature holds, and what that is worth. */
import type { Fact, NetworkFact, Warning } from '../../review.ts';
import { addressLine, textFact } from '../../fact.ts';
import { toChecksum, ZERO_ADDRESS } from '../address.ts';
import { addressFact, sameAddress } from '../context.ts';
import { networkFact } from '../describe.ts';
import type { Hex } from '../hex.ts';
import type { SigningContext } from '../message/context.ts';
import { EVERY_CHAIN } from '../message/describe.ts';
import { shownText } from '../message/text.ts';
import type { TypedData } from './request.ts';
import { DOMAIN } from './types.ts';

export interface Domain {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly chainId: bigint | undefined;
  /** EIP-55. */
  readonly contract: Hex | undefined;
  /** Names of the members in their order, such as `name,chainId,verifyingContract`. */
  readonly members: string;
}

export function domainOf({ domain, types }: TypedData): Domain {
  const text = (name: string): string | undefined => {
    const value = Object.hasOwn(domain, name) ? domain[name] : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const chainId = text('chainId');
  const contract = text('verifyingContract');
  return {
    name: text('name'),
    version: text('version'),
    chainId: chainId === undefined ? undefined : BigInt(chainId),
    contract: contract === undefined ? undefined : toChecksum(contract),
    members: (types[DOMAIN] ?? []).map(({ name }) => name).join(','),
  };
}

/** The chain that typed data name; `undefined`: none. */
export const chainOf = (data: TypedData): bigint | undefined => domainOf(data).chainId;

export const networkOf = ({ chainId }: Domain, context: SigningContext): NetworkFact =>
  chainId === undefined ? EVERY_CHAIN : networkFact(chainId, context);

/** The contract that would check the signature, and what the request calls itself. */
export function domainFacts(domain: Domain, context: SigningContext): Fact[] {
  const { contract, name, version } = domain;
  return [
    contract === undefined
      ? textFact('Contract', 'none: any contract could take it')
      : addressLine('Contract', addressFact(contract, context), {
          unnamed: 'Unknown contract',
          weight: 'quiet',
        }),
    ...(name === undefined
      ? []
      : [
          textFact('Application', shownText(version === undefined ? name : `${name} ${version}`), {
            remarks: ['as it calls itself'],
          }),
        ]),
  ];
}

export function domainWarnings(domain: Domain, context: SigningContext): Warning[] {
  return [...chainWarnings(domain, context), ...contractWarnings(domain, context)];
}

function chainWarnings({ chainId }: Domain, context: SigningContext): Warning[] {
  if (chainId === undefined) return [NO_CHAIN];
  if (context.chainId !== undefined && context.chainId !== chainId) {
    return [
      {
        code: 'evm/typed-data-other-chain',
        level: 'danger',
        title: 'Another network than the one you chose',
        text: `The signature holds on chain ${chainId.toString()}, and you chose chain ${context.chainId.toString()}. It could be used there at once.`,
      },
    ];
  }
  if (context.network !== undefined) return [];
  return [
    {
      code: 'evm/unknown-network',
      level: 'caution',
      title: 'This device does not know this network',
      text: `Chain ${chainId.toString()} is not in the settings of this device. The signature holds there all the same.`,
    },
  ];
}

const NO_CHAIN: Warning = {
  code: 'evm/typed-data-no-chain',
  level: 'danger',
  title: 'Holds on every network',
  text: 'It names no chain. Whoever has the signature can use it on each network where such a contract is.',
};

function contractWarnings({ contract }: Domain, context: SigningContext): Warning[] {
  if (contract === undefined || contract === ZERO_ADDRESS) {
    return [
      {
        code: 'evm/typed-data-no-contract',
        level: 'caution',
        title: 'Not bound to a contract',
        text: 'It names no contract that would check the signature, so any could take it.',
      },
    ];
  }
  const own = [context.from, ...context.accounts].some(({ address }) =>
    sameAddress(address, contract),
  );
  if (!own) return [];
  return [
    {
      code: 'evm/typed-data-own-contract',
      level: 'danger',
      title: 'Your own account as the contract',
      text: 'It names an account of this vault as the contract that checks the signature. Nothing honest does that.',
    },
  ];
}
