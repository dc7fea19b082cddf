/** The Bitcoin accounts of a vault: many addresses each, all derived from one of its two keys. */
import {
  bitcoinAddressAt,
  type BitcoinAccount,
  type BitcoinAccountKind,
  type BitcoinRequest,
  type ChildKey,
  type Place,
} from '../../chains/index.ts';
import { toHex } from '../../codec.ts';
import { derive } from '../../threshold/index.ts';
import { GAP } from '../bitcoin/account-watch.ts';
import type { BitcoinAccountRef } from '../state.ts';

/** A Bitcoin account whose key is there. */
export interface CoinAccount extends BitcoinAccount {
  readonly chain: 'bitcoin';
}

/** The public side of a vault's key. */
export interface VaultKeyParts {
  /** 33 bytes. */
  readonly publicKey: Uint8Array;
  /** 32 bytes. */
  readonly chainCode: Uint8Array;
}

interface Known {
  readonly account: CoinAccount;
  /** By script, hexadecimal. */
  readonly places: Map<string, Place>;
  readonly derived: { receive: number; change: number };
}

/** The account that a request names, as its bytes say. */
export const accountOf = ({ network, key, account }: BitcoinRequest): BitcoinAccountRef => ({
  network,
  kind: key.kind,
  index: account,
});

export class CoinAccounts {
  readonly #key: (kind: BitcoinAccountKind) => VaultKeyParts | undefined;
  /** By kind and path: the work of a key is done once. */
  readonly #children = new Map<string, ChildKey>();
  readonly #known = new Map<string, Known>();

  /** @param key the vault's key for a kind of account; `undefined`: there is none (yet) */
  constructor(key: (kind: BitcoinAccountKind) => VaultKeyParts | undefined) {
    this.#key = key;
  }

  /** The account; `undefined` while the key that it needs does not exist. */
  get(ref: BitcoinAccountRef): CoinAccount | undefined {
    return this.#get(ref)?.account;
  }

  /**
   * Finds a script among the addresses of an account.
   *
   * @param next the first indices that are not in use; it looks `GAP` further
   */
  find(
    ref: BitcoinAccountRef,
    script: Uint8Array,
    next: { readonly receive: number; readonly change: number },
  ): Place | undefined {
    const known = this.#get(ref);
    if (known === undefined) return undefined;
    const { account, places, derived } = known;
    for (const [branch, change] of [
      ['receive', 0],
      ['change', 1],
    ] as const) {
      for (; derived[branch] < next[branch] + GAP; derived[branch]++) {
        const index = derived[branch];
        places.set(toHex(bitcoinAddressAt(account, { change, index }).script), { change, index });
      }
    }
    return places.get(toHex(script));
  }

  #get(ref: BitcoinAccountRef): Known | undefined {
    const id = `${ref.network}/${ref.kind}/${String(ref.index)}`;
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const { network, kind, index } = ref;
    if (this.#key(kind) === undefined) return undefined;
    const account: CoinAccount = {
      chain: 'bitcoin',
      network,
      kind,
      index,
      derive: (path) => this.#derive(kind, path),
    };
    const fresh = { account, places: new Map(), derived: { receive: 0, change: 0 } };
    this.#known.set(id, fresh);
    return fresh;
  }

  #derive(kind: BitcoinAccountKind, path: readonly number[]): ChildKey {
    const key = this.#key(kind);
    if (key === undefined) throw new RangeError('the key of this account does not exist');
    const last = path.at(-1);
    if (last === undefined) return key;
    const id = `${kind}/${path.join('/')}`;
    const known = this.#children.get(id);
    if (known !== undefined) return known;
    const parent = this.#derive(kind, path.slice(0, -1));
    const { publicKey, chainCode } = derive(parent.publicKey, parent.chainCode, [last]);
    const child = { publicKey, chainCode };
    this.#children.set(id, child);
    return child;
  }
}
