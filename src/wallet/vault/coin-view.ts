/** What the screens show of the Bitcoin accounts of a vault. */
import {
  BITCOIN_NETWORKS,
  bitcoinAccountPath,
  bitcoinAddressAt,
  descriptorOf,
  extendedKeyOf,
  pathText,
  type OwnAddress,
} from '../../chains/index.ts';
import type { VaultState } from '../../journal/index.ts';
import type { AccountFunds, BitcoinWatch, WatchedAddress } from '../bitcoin/watch.ts';
import type {
  BitcoinAccountView,
  BitcoinAddressView,
  BitcoinFundsView,
  BitcoinKeysView,
} from '../state.ts';
import type { CoinAccount, CoinAccounts } from './coin-accounts.ts';
import { outpointOf, reservedOutpoints } from './coin-history.ts';
import type { Judged } from './judge.ts';

export interface CoinViewSource {
  readonly state: VaultState;
  readonly coinAccounts: CoinAccounts;
  readonly watch: BitcoinWatch;
  readonly judged: readonly Judged[];
}

export function bitcoinAccountViews(source: CoinViewSource): BitcoinAccountView[] {
  const { state, coinAccounts, watch, judged } = source;
  const reserved = reservedOutpoints(judged);
  return state.bitcoinAccounts.map((ref): BitcoinAccountView => {
    const account = coinAccounts.get(ref);
    const funds = account && watch.funds(account);
    const { label, symbol } = BITCOIN_NETWORKS[ref.network];
    return {
      ...ref,
      networkName: label,
      symbol,
      path: pathText(bitcoinAccountPath(ref)),
      keys: account && funds && keysOf(account, funds),
      funds: fundsOf(funds, reserved),
    };
  });
}

/** What never changes for an account. */
const fixed = new WeakMap<CoinAccount, Pick<BitcoinKeysView, 'extendedKey' | 'descriptors'>>();

function fixedOf(account: CoinAccount): Pick<BitcoinKeysView, 'extendedKey' | 'descriptors'> {
  const known = fixed.get(account);
  if (known !== undefined) return known;
  const made = {
    extendedKey: extendedKeyOf(account),
    descriptors: { receive: descriptorOf(account, 0), change: descriptorOf(account, 1) },
  };
  fixed.set(account, made);
  return made;
}

function keysOf(account: CoinAccount, { addresses, coins, next }: AccountFunds): BitcoinKeysView {
  const values = new Map<string, bigint>();
  for (const { place, amount } of coins) {
    const key = `${String(place.change)}/${String(place.index)}`;
    values.set(key, (values.get(key) ?? 0n) + amount);
  }
  const view = (one: WatchedAddress): BitcoinAddressView => ({
    ...addressView(one, one.used),
    value:
      one.used === undefined
        ? undefined
        : (values.get(`${String(one.change)}/${String(one.index)}`) ?? 0n),
  });
  const receive = { change: 0, index: next.receive } as const;
  const asked = addresses.find(
    ({ change, index }) => change === receive.change && index === receive.index,
  );
  const shown = addresses.filter(
    ({ change, index }) => index < (change === 1 ? next.change : next.receive),
  );
  const nextView =
    asked === undefined
      ? { ...addressView(bitcoinAddressAt(account, receive), undefined), value: undefined }
      : view(asked);
  return { ...fixedOf(account), receive: nextView, addresses: [...shown.map(view), nextView] };
}

const addressView = (
  { address, path, change, index }: OwnAddress | WatchedAddress,
  used: boolean | undefined,
): Omit<BitcoinAddressView, 'value'> => ({
  address,
  path: pathText(path),
  change: change === 1,
  index,
  used,
});

function fundsOf(funds: AccountFunds | undefined, reserved: ReadonlySet<string>): BitcoinFundsView {
  if (funds === undefined) {
    return { state: 'unset', confirmed: undefined, pending: 0n, coins: 0, reserved: 0n };
  }
  const { state, coins } = funds;
  const sum = (some: AccountFunds['coins']): bigint =>
    some.reduce((total, { amount }) => total + amount, 0n);
  const isKnown = state === 'known' || state === 'stale';
  return {
    state,
    confirmed: isKnown ? sum(coins.filter(({ height }) => height !== undefined)) : undefined,
    pending: sum(coins.filter(({ height }) => height === undefined)),
    coins: coins.length,
    reserved: sum(coins.filter((coin) => reserved.has(outpointOf(coin)))),
  };
}
