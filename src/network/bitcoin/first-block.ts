/** Makes sure, once for each server, that it is of the network that the settings say. */
import { BITCOIN_NETWORKS, type BitcoinNetwork } from '../../chains/index.ts';
import { WrongNetworkError } from './errors.ts';

export class FirstBlock {
  readonly #network: BitcoinNetwork;
  readonly #ask: () => Promise<string>;
  #checked: Promise<void> | undefined;

  /** @param ask gives the hash of the server's first block, 64 hexadecimal digits */
  constructor(network: BitcoinNetwork, ask: () => Promise<string>) {
    this.#network = network;
    this.#ask = ask;
  }

  /** Asks once; after a failure again. @throws WrongNetworkError, or what asking throws */
  async check(): Promise<void> {
    const checked = (this.#checked ??= this.#compare());
    try {
      await checked;
    } catch (error) {
      if (this.#checked === checked) this.#checked = undefined;
      throw error;
    }
  }

  async #compare(): Promise<void> {
    const actual = await this.#ask();
    if (actual !== BITCOIN_NETWORKS[this.#network].genesis) {
      throw new WrongNetworkError(this.#network);
    }
  }
}
