/** The EVM accounts of a vault: one path an account, the address of its key. */
import { addressOf, type Hex } from '../../chains/index.ts';

/** m/44/60/0/0/i: BIP-44 with the hardening marks dropped, as a threshold key has no hardened children. */
const accountPath = (index: number): readonly number[] => [44, 60, 0, 0, index];

/** An account of EVM chains: one key, one address. */
export interface Account {
  readonly chain: 'evm';
  readonly index: number;
  readonly path: readonly number[];
  /** 33 bytes. */
  readonly publicKey: Uint8Array;
  /** EIP-55. */
  readonly address: Hex;
}

/** Accounts of one key; each is derived once. */
export class Accounts {
  readonly #derive: (path: readonly number[]) => Promise<Uint8Array>;
  readonly #known = new Map<number, Account>();

  constructor(derive: (path: readonly number[]) => Promise<Uint8Array>) {
    this.#derive = derive;
  }

  /** The account, once `load` knows it. */
  get(index: number): Account | undefined {
    return this.#known.get(index);
  }

  /** Derives those of the accounts that are not known yet; tells whether there were any. */
  async load(indexes: readonly number[]): Promise<boolean> {
    const missing = indexes.filter((index) => !this.#known.has(index));
    for (const index of missing) {
      const path = accountPath(index);
      const publicKey = await this.#derive(path);
      this.#known.set(index, {
        chain: 'evm',
        index,
        path,
        publicKey,
        address: addressOf(publicKey),
      });
    }
    return missing.length > 0;
  }
}
