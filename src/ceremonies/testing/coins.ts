/** Bitcoin accounts of keys that hosts made, and requests that spend from them. */
import { OTHER, spending } from '../../chains/bitcoin/testing/vault.ts';
import {
  bitcoinAddressAt,
  preparePsbt,
  signingPathsOf,
  type BitcoinAccount,
  type BitcoinRequest,
  type ChainRequest,
} from '../../chains/index.ts';
import { toHex } from '../../codec.ts';
import type { Authorised } from '../../policy/index.ts';
import { derive, type PartyIndex } from '../../threshold/index.ts';
import { requestId } from '../../threshold/testing/seeded.ts';
import type { KeySummary, SignRequest } from '../api.ts';
import { PATH } from './hosts.ts';

export const accountOf = (
  { publicKey, chainCode }: Pick<KeySummary, 'publicKey' | 'chainCode'>,
  kind: BitcoinAccount['kind'],
): BitcoinAccount => ({
  network: 'mainnet',
  kind,
  index: 0,
  derive: (path) => derive(publicKey, chainCode, path),
});

/** Spends so many coins of an account, each from an address of its own. */
export function spend(account: BitcoinAccount, coins: number): BitcoinRequest {
  const places = Array.from({ length: coins }, (_, index) => ({ change: 0 as const, index }));
  const scripts = places.map((place) => bitcoinAddressAt(account, place).script);
  const transaction = spending(
    scripts.map((script, i) => ({ amount: 50_000n + BigInt(i), script })),
    [{ amount: 40_000n, script: bitcoinAddressAt(OTHER, { change: 0, index: 0 }).script }],
  );
  return preparePsbt(transaction.toPSBT(), {
    account,
    find: (script) => places[scripts.findIndex((own) => toHex(own) === toHex(script))],
  });
}

/** Asks a key for the signatures of a request. */
export const asking = (
  { kid }: Pick<KeySummary, 'kid'>,
  request: ChainRequest,
  signers: readonly PartyIndex[],
  name = 'sign',
): SignRequest => ({
  kid,
  requestId: requestId(name),
  signers,
  items: [{ request: request as Authorised<ChainRequest>, paths: signingPathsOf(request, PATH) }],
  batch: 0,
});
