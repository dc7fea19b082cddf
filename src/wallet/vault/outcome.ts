/** What becomes of what was signed, whatever the chain. */
import type { Problem, TransactionView } from '../state.ts';
import { CoinOutcome } from './coin-outcome.ts';
import { EvmOutcome, type OutcomePort } from './evm-outcome.ts';
import { isCoins, isTransaction, type Judged, type JudgedCoins } from './judge.ts';
import { notSigned } from './outcome-problems.ts';

export class Outcome {
  readonly #evm: EvmOutcome;
  readonly #coins: CoinOutcome;

  constructor(port: OutcomePort) {
    this.#evm = new EvmOutcome(port);
    this.#coins = new CoinOutcome(port);
  }

  problem(proposal: string): Problem | undefined {
    return this.#evm.problem(proposal) ?? this.#coins.problem(proposal);
  }

  /** The signed transaction as a person sees it; `undefined` for what is none. */
  view(judged: Judged): TransactionView | undefined {
    if (isTransaction(judged)) return this.#evm.view(judged);
    return isCoins(judged) ? this.#coins.view(judged) : undefined;
  }

  /** Looks after every signed proposal. Call after each change. */
  consider(): void {
    this.#evm.consider();
    this.#coins.consider();
  }

  /** Sends a signed transaction. @throws WalletError or the node's error */
  async broadcast(judged: Judged | undefined): Promise<void> {
    if (judged !== undefined && isTransaction(judged)) await this.#evm.broadcast(judged);
    else await this.#coins.broadcast(coinsOf(judged));
  }

  /** @see CoinOutcome.join */
  join(
    judged: Judged | undefined,
    others: readonly (Uint8Array | string)[],
  ): ReturnType<CoinOutcome['join']> {
    return this.#coins.join(coinsOf(judged), others);
  }

  /** @see CoinOutcome.sendJoined */
  async sendJoined(judged: Judged | undefined, raw: string): Promise<void> {
    await this.#coins.sendJoined(coinsOf(judged), raw);
  }

  stop(): void {
    this.#evm.stop();
    this.#coins.stop();
  }
}

function coinsOf(judged: Judged | undefined): JudgedCoins {
  if (judged === undefined || !isCoins(judged)) throw notSigned();
  return judged;
}
