/** One look at an account: asks until enough addresses in a row were never used (BIP-44). */
import type { AddressState } from '../../network/index.ts';
import { WalletError } from '../problems.ts';
import {
  type AccountWatch,
  type Branch,
  BRANCHES,
  type DerivedAddress,
  GAP,
  type Seen,
} from './account-watch.ts';

/** A server that says "used" of every address does not make the page derive without end. */
const MAX_ADDRESSES = 1_000;
/** So many new addresses do not keep the page from drawing. */
const STEP = 2 * GAP;

export class Look {
  readonly watch: AccountWatch;
  readonly #ahead: number;
  readonly #seen: Seen[] = [];
  readonly #asked: [number, number] = [0, 0];
  readonly #next: [number, number];

  /** @param ahead addresses behind the last used one that are asked about, at least 20 */
  constructor(watch: AccountWatch, ahead: number) {
    this.watch = watch;
    this.#ahead = ahead;
    this.#next = [watch.next(0), watch.next(1)];
  }

  /**
   * The addresses that are still to be asked about; none: the look is over.
   *
   * @param pause lets the page draw
   * @throws WalletError when more addresses seem to be used than this wallet looks at
   */
  async missing(pause: () => Promise<void>): Promise<readonly DerivedAddress[]> {
    const missing: DerivedAddress[] = [];
    let fresh = 0;
    for (const change of BRANCHES) {
      const until = this.#until(change);
      for (let index = this.#asked[change]; index < until; index++) {
        if (index >= this.watch.reach(change) && ++fresh > STEP) {
          fresh = 1;
          await pause();
        }
        missing.push(this.watch.at(change, index));
      }
      this.#asked[change] = Math.max(until, this.#asked[change]);
    }
    return missing;
  }

  /** Takes the answers about what was missing. */
  take(own: DerivedAddress, state: AddressState): void {
    this.#seen.push({ own, state });
    if (state.used) {
      this.#next[own.change] = Math.max(this.#next[own.change], own.index + 1);
    }
  }

  get seen(): readonly Seen[] {
    return this.#seen;
  }

  #until(change: Branch): number {
    const next = this.#next[change];
    if (next + GAP > MAX_ADDRESSES) throw tooMany();
    return Math.min(next + this.#ahead, MAX_ADDRESSES);
  }
}

const tooMany = (): WalletError =>
  new WalletError({
    code: 'wallet/too-many-addresses',
    title: `The server says that nearly all of ${String(MAX_ADDRESSES)} addresses of an account were used`,
    meaning: 'This device looks no further, so coins may be missing. No money moved.',
    next: 'Use another server under Settings, Networks. If it says the same, send what is there to a new account.',
  });
