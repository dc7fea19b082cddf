/** What a typed text looks like. Whether it is an address is for the wallet to say. */
import type { BitcoinNetwork } from '../wallet/index.ts';

const EVM = /^0x[0-9a-fA-F]{40}$/;
const BITCOIN: Readonly<Record<BitcoinNetwork, RegExp>> = {
  mainnet: /^(?:bc1|[13])[0-9a-zA-Z]{20,90}$/i,
  testnet4: /^(?:tb1|[2mn])[0-9a-zA-Z]{20,90}$/i,
  signet: /^(?:tb1|[2mn])[0-9a-zA-Z]{20,90}$/i,
  regtest: /^(?:bcrt1|[2mn])[0-9a-zA-Z]{20,90}$/i,
};

export const looksLikeEvm = (text: string): boolean => EVM.test(text);

/** @param network `undefined`: any */
export const looksLikeBitcoin = (text: string, network?: BitcoinNetwork): boolean =>
  network === undefined
    ? Object.values(BITCOIN).some((form) => form.test(text))
    : BITCOIN[network].test(text);
