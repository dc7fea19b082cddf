/** From a payment form or a PSBT to a Bitcoin transaction that a person can review: every error at once. */
import {
  buildBitcoinPayment,
  FundsError,
  parseBitcoinAddress,
  parseBtc,
  preparePsbt,
  type BitcoinRequest,
  type Coin,
} from '../../chains/index.ts';
import type { BitcoinServer } from '../../network/index.ts';
import type { BitcoinPaymentForm, Checked, Draft, PsbtForm } from '../api.ts';
import type { BitcoinWatch, WatchedCoin } from '../bitcoin/watch.ts';
import { problemOf, WalletError } from '../problems.ts';
import type { BitcoinAccountRef, BitcoinFeeSuggestion } from '../state.ts';
import type { CoinAccount, CoinAccounts } from './coin-accounts.ts';
import {
  freeChangeIndex,
  outpointOf,
  paidTwiceInCoins,
  reservedOutpoints,
  samePayments,
} from './coin-history.ts';
import { checkCommon, FormFields } from './form-fields.ts';
import type { Judged } from './judge.ts';
import { noAccount, type Reviewed } from './reviewed.ts';

/** Satoshis per virtual byte: nobody means more. */
const MAX_RATE = 10_000;
/** Previous transactions that are asked for one PSBT. */
const MAX_PREVIOUS = 64;

export interface CoinDraftsPort {
  readonly watch: BitcoinWatch;
  readonly coinAccounts: CoinAccounts;
  readonly reviewed: Reviewed;
  judged(): readonly Judged[];
}

export class CoinDrafts {
  readonly #port: CoinDraftsPort;

  constructor(port: CoinDraftsPort) {
    this.#port = port;
  }

  /** Fee rates as the network's server suggests, fastest first. @throws WalletError without one, or its errors */
  async suggestFees(ref: BitcoinAccountRef): Promise<readonly BitcoinFeeSuggestion[]> {
    const account = this.#account(ref);
    return this.#server(account).fees();
  }

  /** The payment form. Fields in errors: its own names, and `coins` for what no field can mend. */
  async payment(form: BitcoinPaymentForm): Promise<Checked<Draft>> {
    const fields = new FormFields();
    const account = this.#account(form.account);
    const { network } = account;
    const to = fields.read('to', () => parseBitcoinAddress(form.to, network));
    const amount = form.all ? 0n : fields.read('amount', () => parseBtc(form.amount));
    if (!form.all && amount === 0n) fields.add('amount', 'Enter an amount above zero.');
    const feeRate = await this.#feeRate(form, account, fields);
    checkCommon(form, fields);
    if (fields.failed || to === undefined || amount === undefined || feeRate === undefined) {
      return fields.result();
    }
    const request = await this.#build(form, account, { to: to.address, amount, feeRate }, fields);
    if (request === undefined) return fields.result();
    return this.#port.reviewed.review(form, request, account);
  }

  /** A PSBT. Fields in errors: `psbt`, `note`, `expiresInHours`, `overrideMaybeSigned`. */
  async psbt(form: PsbtForm): Promise<Checked<Draft>> {
    const fields = new FormFields();
    const account = this.#account(form.account);
    checkCommon(form, fields);
    const first = fields.read('psbt', () => this.#prepare(form.psbt, account));
    if (fields.failed || first === undefined) return fields.result();
    const previous = await this.#previousOf(first, account);
    const request =
      previous.size === 0
        ? first
        : fields.read('psbt', () => this.#prepare(first.bytes, account, previous));
    if (request === undefined) return fields.result();
    const earlier = samePayments(this.#port.judged(), request, account.derive);
    const message =
      form.overrideMaybeSigned === true ? undefined : paidTwiceInCoins(earlier, request);
    if (message !== undefined) {
      return { ok: false, errors: [{ field: 'overrideMaybeSigned', message }] };
    }
    return this.#port.reviewed.review(form, request, account);
  }

  async #build(
    form: BitcoinPaymentForm,
    account: CoinAccount,
    wanted: { readonly to: string; readonly amount: bigint; readonly feeRate: number },
    fields: FormFields,
  ): Promise<BitcoinRequest | undefined> {
    const { watch } = this.#port;
    const { state, coins, next } = watch.funds(account);
    if (state === 'unset' || state === 'asking' || state === 'failing') {
      fields.add('account', UNKNOWN_COINS[state]);
      return undefined;
    }
    const judged = this.#port.judged();
    const reserved = reservedOutpoints(judged);
    const free = coins.filter((coin) => isSafe(coin) && !reserved.has(outpointOf(coin)));
    const changeIndex = freeChangeIndex(judged, account, next.change);
    const build = (some: readonly WatchedCoin[]): BitcoinRequest =>
      buildBitcoinPayment({
        account,
        coins: some.map(({ height: _, ...coin }): Coin => coin),
        pay: form.all ? { all: wanted.to } : [{ address: wanted.to, amount: wanted.amount }],
        feeRate: wanted.feeRate,
        changeIndex,
      }).request;
    const built = fields.read('amount', () => build(free));
    if (built === undefined) return undefined;
    const earlier = samePayments(judged, built, account.derive);
    const again = earlier.length === 0 ? built : (conflicting(build, free, earlier) ?? built);
    const message =
      form.overrideMaybeSigned === true ? undefined : paidTwiceInCoins(earlier, again);
    if (message !== undefined) {
      fields.add('overrideMaybeSigned', message);
      return undefined;
    }
    try {
      const previous = await this.#previousOf(again, account, true);
      return this.#prepare(again.bytes, account, previous);
    } catch (error) {
      const { title, next: advice } = problemOf(error);
      fields.add('account', `${title}. ${advice}`);
      return undefined;
    }
  }

  #prepare(
    psbt: Uint8Array | string,
    account: CoinAccount,
    previous: ReadonlyMap<string, Uint8Array> = new Map(),
  ): BitcoinRequest {
    const { next } = this.#port.watch.funds(account);
    return preparePsbt(psbt, {
      account,
      find: (script) => this.#port.coinAccounts.find(account, script, next),
      previous: (txid) => previous.get(txid),
    });
  }

  /**
   * Previous transactions that the request lacks: they prove what its inputs are worth.
   *
   * @param needed whether it is an error when one is not to be had; otherwise the review says what is not proven
   */
  async #previousOf(
    request: BitcoinRequest,
    account: CoinAccount,
    needed = false,
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    const found = new Map<string, Uint8Array>();
    const missing = new Set(
      request.inputs.filter(({ previousKnown }) => !previousKnown).map(({ txid }) => txid),
    );
    if (account.kind === 'p2tr' || missing.size > MAX_PREVIOUS) return found;
    const { watch } = this.#port;
    if (watch.server(account.network) === undefined) return found;
    const heights = new Map(watch.funds(account).coins.map(({ txid, height }) => [txid, height]));
    for (const txid of missing) {
      try {
        found.set(txid, await watch.previousOf(account.network, txid, heights.get(txid)));
      } catch (error) {
        if (needed) throw error;
      }
    }
    return found;
  }

  /** Thousandths of a satoshi are the finest that counts. */
  async #feeRate(
    form: BitcoinPaymentForm,
    account: CoinAccount,
    fields: FormFields,
  ): Promise<number | undefined> {
    const typed = form.feeRate.trim();
    if (typed !== '') {
      const rate = /^[0-9]{1,6}([.][0-9]{1,3})?$/.test(typed) ? Number(typed) : NaN;
      if (rate > 0 && rate <= MAX_RATE) return rate;
      fields.add(
        'feeRate',
        `Enter satoshis per virtual byte: above 0, up to ${String(MAX_RATE)}, at most three decimals.`,
      );
      return undefined;
    }
    try {
      const rates = await this.#server(account).fees();
      const fit = rates.find(({ blocks }) => blocks >= 3) ?? rates.at(-1);
      if (fit !== undefined) return fit.rate;
      fields.add('feeRate', 'The server suggests no fee rate. Enter one yourself.');
    } catch (error) {
      fields.add('feeRate', `${problemOf(error).title}. Enter a fee rate yourself.`);
    }
    return undefined;
  }

  #server(account: CoinAccount): BitcoinServer {
    const server = this.#port.watch.server(account.network);
    if (server !== undefined) return server;
    throw new WalletError({
      code: 'wallet/no-bitcoin-server',
      title: 'This device has no server for this network of Bitcoin',
      meaning: 'Nothing was signed and no money moved.',
      next: 'Enter one under Settings, Networks.',
    });
  }

  #account(ref: BitcoinAccountRef): CoinAccount {
    const account = this.#port.coinAccounts.get(ref);
    if (account === undefined) throw noAccount();
    return account;
  }
}

/** Who paid can still take it back while it is in no block; our own change cannot go away without us. */
const isSafe = ({ height, place }: WatchedCoin): boolean =>
  height !== undefined || place.change === 1;

/** The same payment with coins of an earlier one: only one of the two can ever be mined. */
function conflicting(
  build: (coins: readonly WatchedCoin[]) => BitcoinRequest,
  free: readonly WatchedCoin[],
  earlier: readonly { readonly request: BitcoinRequest }[],
): BitcoinRequest | undefined {
  const spent = new Set(earlier.flatMap(({ request }) => request.inputs.map(outpointOf)));
  const same = free.filter((coin) => spent.has(outpointOf(coin)));
  try {
    return build(same);
  } catch (error) {
    if (error instanceof FundsError) return undefined;
    throw error;
  }
}

const UNKNOWN_COINS = {
  unset:
    'This device has no server for this network, so it does not know the coins. Enter one under Settings, Networks.',
  asking: 'The coins of this account are being looked up. Try again in a moment.',
  failing: 'The server did not answer, so the coins are not known. Look under Settings, Networks.',
} as const;
