/** Accounts and what things are called: events that change nothing else. */
import { parseAnyAddress } from '../../chains/index.ts';
import {
  isSameAccount,
  nextAccountIndex,
  nextBitcoinAccountIndex,
  safeText,
  type Content,
  type VaultState,
} from '../../journal/index.ts';
import type { BitcoinAccountRef } from '../state.ts';
import { noAccount } from './reviewed.ts';

const MAX_NAME = 40;

export interface NamesPort {
  state(): VaultState;
  append(content: Content): Promise<unknown>;
}

export class Names {
  readonly #port: NamesPort;

  constructor(port: NamesPort) {
    this.#port = port;
  }

  async addAccount(name: string): Promise<void> {
    const index = nextAccountIndex(this.#port.state());
    await this.#port.append({
      type: 'account-added',
      data: { index, name: nameOf(name) },
    });
  }

  async nameAccount(index: number, name: string): Promise<void> {
    await this.#port.append({
      type: 'account-named',
      data: { index, name: nameOf(name) },
    });
  }

  async addBitcoinAccount(
    account: Omit<BitcoinAccountRef, 'index'> & { readonly name: string },
  ): Promise<void> {
    const { network, kind, name } = account;
    await this.#port.append({
      type: 'bitcoin-account-added',
      data: {
        network,
        kind,
        index: nextBitcoinAccountIndex(this.#port.state(), account),
        name: nameOf(name),
      },
    });
  }

  /** The account of a vault whose creator wanted Taproot: once, however often it is asked for. */
  async beginWithTaproot(): Promise<void> {
    const first = { network: 'mainnet', kind: 'p2tr' } as const;
    if (nextBitcoinAccountIndex(this.#port.state(), first) > 0) return;
    await this.addBitcoinAccount({ ...first, name: 'Taproot' });
  }

  async nameBitcoinAccount(account: BitcoinAccountRef, name: string): Promise<void> {
    if (!this.#port.state().bitcoinAccounts.some((other) => isSameAccount(other, account))) {
      throw noAccount();
    }
    const { network, kind, index } = account;
    await this.#port.append({
      type: 'bitcoin-account-named',
      data: { network, kind, index, name: nameOf(name) },
    });
  }

  async nameContact(address: string, name: string): Promise<void> {
    await this.#port.append({
      type: 'contact-named',
      data: {
        address: parseAnyAddress(address),
        name: name.trim() === '' ? '' : nameOf(name),
      },
    });
  }
}

const nameOf = (name: string): string => safeText(name, 'The name', MAX_NAME);
