/**
 * A wallet that holds any state and does nothing: screens are looked at and tried with it. Intents are
 * recorded; what they answer can be replaced.
 */
import { CountersignError } from '../../errors.ts';
import type { Draft, Wallet, WalletState } from '../../wallet/index.ts';
import { vault } from './fixtures.ts';
import { review } from './reviews.ts';

export class FakeWallet implements Wallet {
  /** Names and arguments of the intents called so far. */
  readonly calls: (readonly [string, ...unknown[]])[] = [];
  #state: WalletState;
  readonly #listeners = new Set<() => void>();

  constructor(state: WalletState) {
    this.#state = state;
  }

  getState(): WalletState {
    return this.#state;
  }

  show(state: WalletState): void {
    this.#state = state;
    for (const call of this.#listeners) call();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #note(name: string, ...values: unknown[]): void {
    this.calls.push([name, ...values]);
  }

  async close(): Promise<void> {
    this.#note('close');
  }

  async strength(passphrase: string) {
    const score = Math.min(4, Math.floor(passphrase.length / 5)) as 0 | 1 | 2 | 3 | 4;
    return {
      score,
      holds: score < 3 ? 'a few hours' : 'for centuries',
      advice: score < 3 ? 'Add two more words.' : undefined,
    };
  }

  async setUp(input: { readonly name: string; readonly passphrase: string }): Promise<void> {
    this.#note('setUp', input);
  }

  async unlock(passphrase: string): Promise<void> {
    this.#note('unlock', passphrase);
    throw new CountersignError(
      'wallet/wrong-passphrase',
      'This is not the passphrase of this device. Check the capital letters and try again.',
    );
  }

  lock(): void {
    this.#note('lock');
    const theme = this.#state.phase === 'open' ? this.#state.settings.theme : 'system';
    this.show({ phase: 'locked', deviceName: 'This laptop', reason: 'asked', theme });
  }

  touch(): void {
    this.#note('touch');
  }

  async takeOver(): Promise<void> {
    this.#note('takeOver');
  }

  async retryKeygen(vaultId: string): Promise<void> {
    this.#note('retryKeygen', vaultId);
  }

  async createVault(input: unknown): Promise<void> {
    this.#note('createVault', input);
  }

  async readInvitation(text: string) {
    this.#note('readInvitation', text);
    if (text === 'wrong') {
      throw new CountersignError(
        'pairing/not-an-invitation',
        'This is not an invitation of Countersign. Copy the whole link, or type the eight digits.',
      );
    }
    return {
      vaultName: 'Treasury',
      creatorName: 'Finance phone',
      threshold: 2,
      size: 3,
      expiresAt: Date.now() + 14 * 60_000,
    };
  }

  async join(text: string): Promise<void> {
    this.#note('join', text);
  }

  dismissInvitation(): void {
    this.#note('dismissInvitation');
    if (this.#state.phase === 'open') this.show({ ...this.#state, invitation: undefined });
  }

  async confirmWords(same: boolean): Promise<void> {
    this.#note('confirmWords', same);
  }

  async endPairing(): Promise<void> {
    this.#note('endPairing');
    if (this.#state.phase === 'open') this.show({ ...this.#state, pairing: undefined });
  }

  async addAccount(vaultId: string, name: string): Promise<void> {
    this.#note('addAccount', vaultId, name);
  }

  async nameAccount(vaultId: string, index: number, name: string): Promise<void> {
    this.#note('nameAccount', vaultId, index, name);
  }

  async addBitcoinAccount(...of: Parameters<Wallet['addBitcoinAccount']>): Promise<void> {
    this.#note('addBitcoinAccount', ...of);
  }

  async nameBitcoinAccount(...of: Parameters<Wallet['nameBitcoinAccount']>): Promise<void> {
    this.#note('nameBitcoinAccount', ...of);
  }

  checkBitcoinServer(input: Parameters<Wallet['checkBitcoinServer']>[0]) {
    const { network, kind, url } = input;
    if (url === '') return { ok: true, value: undefined } as const;
    return url.startsWith('https://')
      ? ({ ok: true, value: { network, kind, url } } as const)
      : ({
          ok: false,
          errors: [{ field: 'url', message: 'Enter an address that starts with https://.' }],
        } as const);
  }

  readBitcoinLink(...[, text]: Parameters<Wallet['readBitcoinLink']>) {
    return text.startsWith('bitcoin:')
      ? ({
          ok: true,
          value: {
            to: text.slice('bitcoin:'.length).split('?')[0] ?? '',
            value: 250_000n,
            label: 'Shop',
            message: undefined,
          },
        } as const)
      : ({ ok: false, errors: [{ field: 'to', message: 'This is no payment link.' }] } as const);
  }

  async suggestBitcoinFees() {
    return [
      { blocks: 1, rate: 24.5 },
      { blocks: 3, rate: 12 },
      { blocks: 6, rate: 8 },
      { blocks: 144, rate: 2 },
    ];
  }

  async draftBitcoinPayment(...[vaultId, form]: Parameters<Wallet['draftBitcoinPayment']>) {
    this.#note('draftBitcoinPayment', vaultId, form);
    return form.to === ''
      ? ({ ok: false, errors: [{ field: 'to', message: 'Enter an address.' }] } as const)
      : ({ ok: true, value: draft(form.note) } as const);
  }

  async draftPsbt(...[vaultId, form]: Parameters<Wallet['draftPsbt']>) {
    this.#note('draftPsbt', vaultId, form);
    return form.psbt.length === 0
      ? ({
          ok: false,
          errors: [{ field: 'psbt', message: 'This is not a PSBT: it is empty.' }],
        } as const)
      : ({ ok: true, value: draft(form.note) } as const);
  }

  async joinPsbt(...of: Parameters<Wallet['joinPsbt']>) {
    this.#note('joinPsbt', ...of);
    return { psbt: new Uint8Array(300).fill(7), raw: 'ab'.repeat(200) };
  }

  async sendJoined(...of: Parameters<Wallet['sendJoined']>): Promise<void> {
    this.#note('sendJoined', ...of);
  }

  checkContact(...[, form]: Parameters<Wallet['checkContact']>) {
    const errors = [
      ...(/^0x[0-9a-fA-F]{40}$/.test(form.address)
        ? []
        : [{ field: 'address', message: 'An address has 40 digits after 0x.' }]),
      ...(form.name === '' ? [{ field: 'name', message: 'The name is missing.' }] : []),
    ];
    if (errors.length > 0) return { ok: false, errors } as const;
    return { ok: true, value: { address: form.address, name: form.name } } as const;
  }

  async nameContact(vaultId: string, address: string, name: string): Promise<void> {
    this.#note('nameContact', vaultId, address, name);
  }

  async refreshBalances(vaultId: string): Promise<void> {
    this.#note('refreshBalances', vaultId);
  }

  async lookUpToken(_chainId: bigint, address: string) {
    return { address, symbol: 'DAI', decimals: 18 };
  }

  checkNetwork(input: {
    readonly chainId: string;
    readonly name: string;
    readonly nativeSymbol: string;
    readonly rpcUrl: string;
  }) {
    const errors = [
      ...(/^\d+$/.test(input.chainId)
        ? []
        : [{ field: 'chainId', message: 'The chain id is a whole number, such as 1.' }]),
      ...(input.name === '' ? [{ field: 'name', message: 'Give the network a name.' }] : []),
    ];
    if (errors.length > 0) return { ok: false, errors } as const;
    return {
      ok: true,
      value: {
        chainId: BigInt(input.chainId),
        name: input.name,
        nativeSymbol: input.nativeSymbol,
        rpcUrl: input.rpcUrl === '' ? undefined : input.rpcUrl,
        tokens: [],
      },
    } as const;
  }

  checkRelay(text: string) {
    return text.startsWith('wss://')
      ? ({ ok: true, value: text } as const)
      : ({
          ok: false,
          errors: [{ field: 'relay', message: 'The address of a relay begins with wss://.' }],
        } as const);
  }

  checkIceServer(input: { readonly url: string }) {
    return { ok: true, value: { url: input.url } } as const;
  }

  async saveSettings(settings: Parameters<Wallet['saveSettings']>[0]) {
    this.#note('saveSettings', settings);
    if (this.#state.phase !== 'open') return { reloadNeeded: false };
    const reloadNeeded = settings.networks.length > this.#state.settings.networks.length;
    this.show({ ...this.#state, settings });
    return { reloadNeeded };
  }

  async addDescriptorSnapshot(bytes: Uint8Array): Promise<void> {
    this.#note('addDescriptorSnapshot', bytes);
    if (bytes.length > 0) return;
    throw new CountersignError(
      'wallet/snapshot-refused',
      'This file cannot be added. The snapshot is no JSON in UTF-8.',
    );
  }

  async removeDescriptorSnapshot(digest: string): Promise<void> {
    this.#note('removeDescriptorSnapshot', digest);
  }

  readPaymentLink(text: string) {
    return text.startsWith('ethereum:0x')
      ? ({
          ok: true,
          value: {
            chainId: 1n,
            to: text.slice('ethereum:'.length, 'ethereum:'.length + 42),
            asset: 'native',
            value: 250_000_000_000_000_000n,
          },
        } as const)
      : ({ ok: false, errors: [{ field: 'to', message: 'This is no payment link.' }] } as const);
  }

  async suggestFees() {
    return {
      maxFeePerGas: 33_000_000_000n,
      maxPriorityFeePerGas: 1_500_000_000n,
      gasLimit: 65_000n,
      nonce: 41n,
    };
  }

  async draftPayment(vaultId: string, form: Parameters<Wallet['draftPayment']>[1]) {
    this.#note('draftPayment', vaultId, form);
    const errors = [
      ...(form.to === ''
        ? [{ field: 'to', message: 'Say whom to pay: an address or a payment link.' }]
        : []),
      ...(form.amount === '' ? [{ field: 'amount', message: 'Say how much.' }] : []),
    ];
    return errors.length > 0
      ? ({ ok: false, errors } as const)
      : ({ ok: true, value: draft(form.note) } as const);
  }

  async draftPaste(vaultId: string, form: Parameters<Wallet['draftPaste']>[1]) {
    this.#note('draftPaste', vaultId, form);
    return form.text === ''
      ? ({
          ok: false,
          errors: [{ field: 'text', message: 'Paste a transaction first.' }],
        } as const)
      : ({ ok: true, value: draft(form.note) } as const);
  }

  async draftMessage(vaultId: string, form: Parameters<Wallet['draftMessage']>[1]) {
    this.#note('draftMessage', vaultId, form);
    return form.text === ''
      ? ({
          ok: false,
          errors: [{ field: 'text', message: 'Paste a transaction first.' }],
        } as const)
      : ({ ok: true, value: draft(form.note) } as const);
  }

  async propose(proposed: Draft): Promise<string> {
    this.#note('propose', proposed.id);
    return vault().proposals[0]?.id ?? '';
  }

  async approve(id: string): Promise<void> {
    this.#note('approve', id);
  }

  async reject(id: string, reason: string): Promise<void> {
    this.#note('reject', id, reason);
  }

  async withdraw(id: string): Promise<void> {
    this.#note('withdraw', id);
  }

  async cancelSigning(id: string): Promise<void> {
    this.#note('cancelSigning', id);
  }

  async retrySigning(id: string): Promise<void> {
    this.#note('retrySigning', id);
  }

  async broadcast(id: string): Promise<void> {
    this.#note('broadcast', id);
  }

  async agreePairSetup(vaultId: string, memberId: string): Promise<void> {
    this.#note('agreePairSetup', vaultId, memberId);
  }

  async endPairSetup(vaultId: string, memberId: string): Promise<void> {
    this.#note('endPairSetup', vaultId, memberId);
  }

  async verifyTrail() {
    return { events: 128, authors: 3, problems: [] };
  }

  async exportTrail(): Promise<Uint8Array> {
    return new Uint8Array([123, 125]);
  }

  dismissProblem(id: string): void {
    this.#note('dismissProblem', id);
    if (this.#state.phase !== 'open') return;
    const problems = this.#state.problems.filter((problem) => problem.id !== id);
    this.show({ ...this.#state, problems });
  }
}

function draft(note: string): Draft {
  return { id: 'd1', vaultId: 'v1', review: review(), note, expiresInHours: 24 };
}
