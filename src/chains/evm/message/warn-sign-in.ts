/** Warnings about a request to sign in. */
import type { Warning } from '../../review.ts';
import { type NamedAccount, sameAddress } from '../context.ts';
import type { SigningContext } from './context.ts';
import { hostOf, type SignIn } from './siwe.ts';
import { formatTime } from './time.ts';

export function signInWarnings(signIn: SignIn, context: SigningContext): Warning[] {
  const { address, chainId } = signIn;
  return [
    ...siteWarnings(signIn),
    ...accountWarnings(address, context.from),
    ...timeWarnings(signIn, context.now),
    ...chainWarnings(chainId, context),
    CHECK_THE_SITE,
  ];
}

/** Says that it is a sign-in, and is not one. */
export const MALFORMED: Warning = {
  code: 'evm/sign-in-malformed',
  level: 'danger',
  title: 'Looks like a sign-in, but is none',
  text: 'It begins like Sign-In with Ethereum and does not keep to the standard (ERC-4361), so its fields cannot be told apart from other text. Do not sign it to sign in.',
};

const CHECK_THE_SITE: Warning = {
  code: 'evm/sign-in-site',
  level: 'info',
  title: 'Check where it came from',
  text: 'This wallet cannot see which site asked. Whoever gets this signature is signed in as this account: compare the domain with the address bar.',
};

function siteWarnings({ domain, uri, scheme }: SignIn): Warning[] {
  const warnings: Warning[] = [];
  const host = hostOf(domain);
  if (hostOf(uri) !== host) {
    warnings.push({
      code: 'evm/sign-in-uri',
      level: 'danger',
      title: 'Two different sites',
      text: 'The domain that asks is not the one of the address that would be signed in to. One site may be passing on the request of another.',
    });
  }
  if (domain.includes('@')) {
    warnings.push({
      code: 'evm/sign-in-user',
      level: 'danger',
      title: 'The domain begins with something else',
      text: 'What stands before the @ is not part of the site’s name. It is there to be mistaken for it.',
    });
  }
  if (host?.split('.').some((label) => label.startsWith('xn--')) === true) {
    warnings.push({
      code: 'evm/sign-in-punycode',
      level: 'caution',
      title: 'The domain has foreign letters',
      text: 'Browsers may show it in other letters that look like those of a well-known site.',
    });
  }
  if (scheme?.toLowerCase() === 'http') {
    warnings.push({
      code: 'evm/sign-in-http',
      level: 'caution',
      title: 'Not encrypted',
      text: 'The site is reached without encryption: anybody between could take the signature and sign in with it.',
    });
  }
  return warnings;
}

function accountWarnings(address: string, from: NamedAccount): Warning[] {
  if (sameAddress(address, from.address)) return [];
  return [
    {
      code: 'evm/sign-in-other-account',
      level: 'danger',
      title: 'Another account than the one that signs',
      text: `It asks the account ${address} to sign in. A signature of this account is of no use for that, so somebody may want it for something else.`,
    },
  ];
}

function timeWarnings({ expirationTime, notBefore }: SignIn, now: bigint | undefined): Warning[] {
  if (now === undefined) return [];
  const warnings: Warning[] = [];
  if (expirationTime !== undefined && expirationTime <= now) {
    warnings.push({
      code: 'evm/sign-in-expired',
      level: 'caution',
      title: 'The request has expired',
      text: `It was good until ${formatTime(expirationTime)}. Ask for a new one.`,
    });
  }
  if (notBefore !== undefined && notBefore > now) {
    warnings.push({
      code: 'evm/sign-in-early',
      level: 'caution',
      title: 'The request is not valid yet',
      text: `It is good from ${formatTime(notBefore)} on.`,
    });
  }
  return warnings;
}

function chainWarnings(chainId: bigint, { chainId: chosen, network }: SigningContext): Warning[] {
  if (chosen !== undefined && chosen !== chainId) {
    return [
      {
        code: 'evm/sign-in-other-chain',
        level: 'caution',
        title: 'Another network than the one you chose',
        text: `It is for chain ${chainId.toString()}, and you chose chain ${chosen.toString()}.`,
      },
    ];
  }
  if (network !== undefined) return [];
  return [
    {
      code: 'evm/unknown-network',
      level: 'info',
      title: 'This device does not know this network',
      text: `Chain ${chainId.toString()} is not in the settings of this device.`,
    },
  ];
}
