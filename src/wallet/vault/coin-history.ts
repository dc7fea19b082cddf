/** Whether a payment in coins could happen twice, and which coins are spoken for (addendum H3). */
import { readBitcoinFacts, type BitcoinRequest, type Derive } from '../../chains/index.ts';
import { toHex } from '../../codec.ts';
import type { CoinAccount } from './coin-accounts.ts';
import { isCoins, type Judged, type JudgedCoins } from './judge.ts';

/** Names a coin: `txid:vout`. */
export const outpointOf = ({ txid, vout }: { readonly txid: string; readonly vout: number }) =>
  `${txid}:${String(vout)}`;

const SPENDING: readonly Judged['status'][] = [
  'open',
  'approved',
  'signing',
  'signed',
  'broadcast',
];

/** Coins that proposals under way spend: another one would get in their way. */
export const reservedOutpoints = (judged: readonly Judged[]): ReadonlySet<string> =>
  new Set(
    judged
      .filter(isCoins)
      .filter(({ status }) => SPENDING.includes(status))
      .flatMap(({ request }) => request.inputs.map(outpointOf)),
  );

/** The first change address that nothing under way pays to. @param next the first that was never used */
export function freeChangeIndex(
  judged: readonly Judged[],
  account: CoinAccount,
  next: number,
): number {
  const taken = new Set(
    judged
      .filter(isCoins)
      .filter(({ status, account: other }) => SPENDING.includes(status) && other === account)
      .flatMap(({ request }) => readBitcoinFacts(request, account.derive).outputs)
      .flatMap((output) =>
        output.kind === 'own' && output.place.change === 1 ? [output.place.index] : [],
      ),
  );
  let index = next;
  while (taken.has(index)) index += 1;
  return index;
}

/** Earlier proposals of the same payment that may be signed, and of which it is not known what became. */
export function samePayments(
  judged: readonly Judged[],
  request: BitcoinRequest,
  derive: Derive,
): readonly JudgedCoins[] {
  const wanted = paymentsOf(request, derive);
  const settled = new Set(
    judged
      .filter(isCoins)
      .filter(({ status }) => status === 'confirmed')
      .flatMap((one) => one.request.inputs.map(outpointOf)),
  );
  return judged
    .filter(isCoins)
    .filter(
      (earlier) =>
        earlier.proposal.maybeSigned &&
        !earlier.request.inputs.some((input) => settled.has(outpointOf(input))) &&
        earlier.request.network === request.network &&
        paymentsOf(earlier.request, earlier.account.derive) === wanted,
    );
}

/**
 * Why a request may not be proposed as it is. `undefined`: it spends a coin of every earlier one, so that only one
 * of them can ever be mined.
 */
export function paidTwiceInCoins(
  earlier: readonly JudgedCoins[],
  request: BitcoinRequest,
): string | undefined {
  const spent = new Set(request.inputs.map(outpointOf));
  const apart = earlier.some(({ request: { inputs } }) =>
    inputs.every((input) => !spent.has(outpointOf(input))),
  );
  if (!apart) return undefined;
  return (
    'The same payment may have been signed already, with other coins. It could be paid twice: wait until ' +
    'the chain shows the outcome, or say that you want both.'
  );
}

/** What a request pays to others, in any order. */
const paymentsOf = (request: BitcoinRequest, derive: Derive): string =>
  readBitcoinFacts(request, derive)
    .outputs.filter(({ kind }) => kind !== 'own')
    .map(({ amount, script }) => `${toHex(script)}/${String(amount)}`)
    .sort()
    .join();
