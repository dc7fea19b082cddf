/** A watcher of Bitcoin that knows what a test tells it. */
import type { BitcoinAccount } from '../../chains/index.ts';
import type { BitcoinServer } from '../../network/index.ts';
import type { AccountFunds, BitcoinWatch } from '../bitcoin/watch.ts';

const NO_FUNDS: AccountFunds = {
  state: 'unset',
  coins: [],
  addresses: [],
  next: { receive: 0, change: 0 },
};

export class TestWatch implements BitcoinWatch {
  revision = '';
  known: AccountFunds = NO_FUNDS;
  asked: BitcoinServer | undefined;
  height: number | undefined;
  /** By id. */
  readonly transactions = new Map<string, Uint8Array>();

  watch(): void {
    // What is watched is what the test says.
  }

  funds(_: BitcoinAccount): AccountFunds {
    return this.known;
  }

  server(): BitcoinServer | undefined {
    return this.asked;
  }

  views(): ReturnType<BitcoinWatch['views']> {
    return new Map();
  }

  tip(): number | undefined {
    return this.height;
  }

  async previousOf(_: string, txid: string): Promise<Uint8Array> {
    const found = this.transactions.get(txid);
    if (found === undefined) throw new Error(`no transaction ${txid}`);
    return found;
  }

  async refresh(): Promise<void> {
    // Nobody is asked.
  }
}
