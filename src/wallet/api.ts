/** What a person can intend. Every method that fails throws a `CountersignError` with a sentence for them. */
import type {
  BitcoinAccountRef,
  BitcoinFeeSuggestion,
  BitcoinNetwork,
  BitcoinServerSetting,
  FeeSuggestion,
  IceServer,
  InvitationPreview,
  NetworkSetting,
  Review,
  Settings,
  TokenSetting,
  VaultView,
  WalletState,
} from './state.ts';

/** One field of a form: its name and what is wrong with it, in plain words. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** A checked form, or every error at once. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

export interface Contact {
  /** EIP-55, or an address of Bitcoin. */
  readonly address: string;
  readonly name: string;
}

/** The form of the address book as typed. */
export interface ContactForm extends Contact {
  /** The address whose name is changed; `undefined`: a new one. */
  readonly renames?: string | undefined;
}

/** The payment form as typed. Field names are the names in `FieldError`. */
export interface PaymentForm {
  readonly account: number;
  readonly chainId: bigint;
  /** Address, or an EIP-681 link that fills other fields. */
  readonly to: string;
  /** Decimal, in the asset's unit, as typed. */
  readonly amount: string;
  readonly asset: 'native' | { readonly token: string };
  /** Gwei as typed; empty: the node's suggestion. */
  readonly maxFee: string;
  readonly priorityFee: string;
  /** Empty: estimated by the node. */
  readonly gasLimit: string;
  /** Empty: the next one. */
  readonly nonce: string;
  readonly note: string;
  /** Hours until it expires, 1 to 720. */
  readonly expiresInHours: number;
  /** Go on although an earlier payment may have been signed (addendum H3). */
  readonly overrideMaybeSigned?: boolean;
}

/**
 * A raw unsigned transaction (hexadecimal), or the JSON of `eth_sendTransaction`, `eth_signTypedData_v4` or
 * `personal_sign`.
 */
export interface PasteForm {
  readonly account: number;
  /** For JSON that names no chain. */
  readonly chainId: bigint | undefined;
  readonly text: string;
  readonly note: string;
  readonly expiresInHours: number;
  readonly overrideMaybeSigned?: boolean;
}

/** A message to be signed by an account (personal_sign). */
export interface MessageForm {
  readonly account: number;
  readonly text: string;
  readonly as: 'text' | 'hex';
  readonly note: string;
  readonly expiresInHours: number;
}

/** The payment form of Bitcoin as typed. Field names are the names in `FieldError`. */
export interface BitcoinPaymentForm {
  readonly account: BitcoinAccountRef;
  readonly to: string;
  /** BTC, decimal, as typed. Not read with `all`. */
  readonly amount: string;
  /** Everything that is there, less the fee. */
  readonly all: boolean;
  /** Satoshis per virtual byte as typed; empty: the server's suggestion. */
  readonly feeRate: string;
  readonly note: string;
  /** Hours until it expires, 1 to 720. */
  readonly expiresInHours: number;
  /** Go on although an earlier payment may have been signed (addendum H3). */
  readonly overrideMaybeSigned?: boolean;
}

/** A PSBT (version 0 or 2) to sign: bytes of a file or of a QR code, or base64 or hexadecimal text. */
export interface PsbtForm {
  readonly account: BitcoinAccountRef;
  readonly psbt: Uint8Array | string;
  readonly note: string;
  readonly expiresInHours: number;
  readonly overrideMaybeSigned?: boolean;
}

/** What a BIP-21 link fills in. */
export interface BitcoinLink {
  readonly to: string;
  /** Satoshis. */
  readonly value: bigint | undefined;
  /** Words of whoever made the link, made safe to show. */
  readonly label: string | undefined;
  readonly message: string | undefined;
}

/** A request that was parsed and described, not yet proposed: the person reviews it first. */
export interface Draft {
  readonly id: string;
  readonly vaultId: string;
  readonly review: Review;
  readonly note: string;
  readonly expiresInHours: number;
}

/** What an EIP-681 link fills in. */
export interface PaymentLink {
  readonly chainId: bigint | undefined;
  readonly to: string;
  readonly asset: 'native' | { readonly token: string };
  /** Smallest units. */
  readonly value: bigint | undefined;
}

export interface PassphraseStrength {
  /** 0 (guessed at once) to 4. */
  readonly score: 0 | 1 | 2 | 3 | 4;
  /** How long it would hold against an offline guesser, in words. */
  readonly holds: string;
  readonly advice: string | undefined;
}

export interface TrailReport {
  readonly events: number;
  readonly authors: number;
  readonly problems: readonly string[];
}

export interface Wallet {
  getState(): WalletState;
  /** Calls back after every change; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  close(): Promise<void>;

  // This device
  strength(passphrase: string): Promise<PassphraseStrength>;
  setUp(input: { readonly name: string; readonly passphrase: string }): Promise<void>;
  unlock(passphrase: string): Promise<void>;
  lock(): void;
  /** A person is there: puts the automatic lock off. */
  touch(): void;
  /** Takes this device over from the other tab. */
  takeOver(): Promise<void>;

  // Pairing
  createVault(input: {
    readonly name: string;
    readonly threshold: number;
    readonly size: number;
    /** Also makes the key for Bitcoin Taproot. It can be made later, too. */
    readonly taproot?: boolean;
  }): Promise<void>;
  /** Reads a link, the text of a QR code, or a short code. Asks the relay for the latter. */
  readInvitation(text: string): Promise<InvitationPreview>;
  join(text: string): Promise<void>;
  dismissInvitation(): void;
  confirmWords(same: boolean): Promise<void>;
  /**
   * Ends it for everyone before all have confirmed; afterwards closes the view: the vault is listed as
   * unfinished, and its key is made when all devices are online.
   */
  endPairing(): Promise<void>;
  /** Tries again to make the key of an unfinished vault. */
  retryKeygen(vaultId: string): Promise<void>;

  // Accounts, contacts, networks
  addAccount(vaultId: string, name: string): Promise<void>;
  nameAccount(vaultId: string, index: number, name: string): Promise<void>;
  /** An account of Bitcoin. The first of kind `p2tr` makes all devices make the vault's second key. */
  addBitcoinAccount(
    vaultId: string,
    account: Omit<BitcoinAccountRef, 'index'> & { readonly name: string },
  ): Promise<void>;
  nameBitcoinAccount(vaultId: string, account: BitcoinAccountRef, name: string): Promise<void>;
  checkContact(vault: VaultView, form: ContactForm): Checked<Contact>;
  /** An empty name removes the contact. */
  nameContact(vaultId: string, address: string, name: string): Promise<void>;
  refreshBalances(vaultId: string): Promise<void>;
  /** Symbol and decimals as the node says. */
  lookUpToken(chainId: bigint, address: string): Promise<TokenSetting>;
  checkNetwork(input: {
    readonly chainId: string;
    readonly name: string;
    readonly nativeSymbol: string;
    readonly rpcUrl: string;
  }): Checked<NetworkSetting>;
  /** An empty address removes the server: then the value is `undefined`. Fields: `url`, `user`, `password`. */
  checkBitcoinServer(input: {
    readonly network: BitcoinNetwork;
    readonly kind: 'esplora' | 'core';
    readonly url: string;
    readonly user: string;
    readonly password: string;
  }): Checked<BitcoinServerSetting | undefined>;
  checkRelay(text: string): Checked<string>;
  checkIceServer(input: {
    readonly url: string;
    readonly username: string;
    readonly credential: string;
  }): Checked<IceServer>;
  /**
   * Stores the settings. Where an address is new, the page has to load again before the browser lets it
   * connect there: then the result says so and the caller reloads.
   */
  saveSettings(settings: Settings): Promise<{ readonly reloadNeeded: boolean }>;

  // Descriptions of contracts
  /** Adds a snapshot file of `npm run registry -- --file`, at most 32 MB. */
  addDescriptorSnapshot(bytes: Uint8Array): Promise<void>;
  /** @param digest hexadecimal */
  removeDescriptorSnapshot(digest: string): Promise<void>;

  // Proposals
  readPaymentLink(text: string): Checked<PaymentLink>;
  suggestFees(vaultId: string, form: PaymentForm): Promise<FeeSuggestion>;
  draftPayment(vaultId: string, form: PaymentForm): Promise<Checked<Draft>>;
  draftPaste(vaultId: string, form: PasteForm): Promise<Checked<Draft>>;
  draftMessage(vaultId: string, form: MessageForm): Promise<Checked<Draft>>;
  /** Fields in errors: `to`, `amount`. */
  readBitcoinLink(network: BitcoinNetwork, text: string): Checked<BitcoinLink>;
  /** Fastest first. */
  suggestBitcoinFees(
    vaultId: string,
    account: BitcoinAccountRef,
  ): Promise<readonly BitcoinFeeSuggestion[]>;
  draftBitcoinPayment(vaultId: string, form: BitcoinPaymentForm): Promise<Checked<Draft>>;
  /** Fields in errors: `psbt`, `note`, `expiresInHours`, `overrideMaybeSigned`. */
  draftPsbt(vaultId: string, form: PsbtForm): Promise<Checked<Draft>>;
  /**
   * Joins the signed PSBT of a proposal with those of the other signers (bytes, base64 or hexadecimal): none of
   * the signatures is lost. Nothing is stored: the result is saved or sent by whoever asked.
   */
  joinPsbt(
    proposalId: string,
    others: readonly (Uint8Array | string)[],
  ): Promise<{
    readonly psbt: Uint8Array;
    /** Hexadecimal, once every input is signed. */
    readonly raw: string | undefined;
  }>;
  /** Sends what `joinPsbt` completed. */
  sendJoined(proposalId: string, raw: string): Promise<void>;
  /** Proposes a reviewed draft and approves it on this device. Gives the proposal's id. */
  propose(draft: Draft): Promise<string>;
  approve(proposalId: string): Promise<void>;
  reject(proposalId: string, reason: string): Promise<void>;
  withdraw(proposalId: string): Promise<void>;
  /** Ends the ceremony under way. After the last round has left, the proposal stays "may be signed". */
  cancelSigning(proposalId: string): Promise<void>;
  retrySigning(proposalId: string): Promise<void>;
  broadcast(proposalId: string): Promise<void>;

  // Two devices that cannot sign together any more
  /** Agrees to set up signing with a member again. It begins when the other device's person agreed, too. */
  agreePairSetup(vaultId: string, memberId: string): Promise<void>;
  /** Takes the agreement back, ending what is under way; or, where there is none, declines to agree. */
  endPairSetup(vaultId: string, memberId: string): Promise<void>;

  // Looking back
  verifyTrail(vaultId: string): Promise<TrailReport>;
  /** JSON, UTF-8. */
  exportTrail(vaultId: string): Promise<Uint8Array>;
  dismissProblem(id: string): void;
}
