/**
 * Everything a screen can show, as one immutable value. The wallet replaces it as a whole on every change
 * and keeps the identity of parts that did not change.
 */
import type { AmountFact, BitcoinAccountKind, BitcoinNetwork, Review } from '../chains/index.ts';

/** What happened, what it means for the money, and what to do next. */
export interface Problem {
  /** Stable, for example `pairing/words-differ`. */
  readonly code: string;
  readonly title: string;
  readonly meaning: string;
  readonly next: string;
}

export type WalletState =
  | { readonly phase: 'starting' }
  /** The browser cannot run the wallet (no IndexedDB, no WebCrypto, an insecure address). */
  | { readonly phase: 'unsupported'; readonly problem: Problem }
  /** Another tab holds this device. */
  | { readonly phase: 'second-tab' }
  /** Nothing set up yet. */
  | { readonly phase: 'new'; readonly invitation: string | undefined }
  | {
      readonly phase: 'locked';
      readonly deviceName: string;
      readonly reason: LockReason;
      readonly theme: Settings['theme'];
    }
  | OpenState;

export type LockReason = 'start' | 'idle' | 'asked' | 'settings-changed';

export interface OpenState {
  readonly phase: 'open';
  readonly device: DeviceView;
  readonly connection: ConnectionView;
  readonly vaults: readonly VaultView[];
  readonly pairing: PairingView | undefined;
  /** An invitation that the page was opened with, not yet taken up or dismissed. */
  readonly invitation: string | undefined;
  readonly settings: Settings;
  readonly descriptors: DescriptorsView;
  /** Of all vaults: devices that cannot sign together with this one before both are set up again. */
  readonly pairSetups: readonly PairSetupView[];
  /** Things that went wrong outside of any form, newest first, until dismissed. */
  readonly problems: readonly (Problem & { readonly id: string })[];
}

export interface DeviceView {
  /** Hexadecimal identity key. */
  readonly id: string;
  readonly name: string;
  /** Whether the browser promised to keep the storage. */
  readonly persisted: boolean;
}

export interface ConnectionView {
  readonly relay: 'connecting' | 'up' | 'down';
  /** Why it is down, in words. */
  readonly reason: string | undefined;
  /** Whether the browser says it is offline. */
  readonly offline: boolean;
}

/** What this device is set to. Not secret; stays on the device. */
export interface Settings {
  /** WebSocket address of the MQTT broker; `undefined`: the one that served the page. */
  readonly relay: string | undefined;
  readonly iceServers: readonly IceServer[];
  readonly networks: readonly NetworkSetting[];
  /** At most one for each network of Bitcoin. */
  readonly bitcoin: readonly BitcoinServerSetting[];
  readonly theme: 'system' | 'light' | 'dark';
  /** Minutes without a touch until the device locks, 1 to 120. */
  readonly autoLockMinutes: number;
}

/** Descriptions of contracts (ERC-7730) on this device. */
export interface DescriptorsView {
  /** That came with the app; `undefined`: none, or not copied yet. */
  readonly registry: DescriptorSetView | undefined;
  /** That a person added, in the order in which they are asked, all of them before the registry. */
  readonly snapshots: readonly DescriptorSetView[];
  /** Digests of added ones that cannot be read any more. */
  readonly damaged: readonly string[];
}

export interface DescriptorSetView {
  /** Where it was taken from, as it says itself. */
  readonly origin: string;
  /** Of the repository there, hexadecimal. */
  readonly commit: string | undefined;
  /** The day it was taken, `2026-11-24`. */
  readonly imported: string;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
  /** Four words of the digest. */
  readonly words: readonly string[];
  /** How many descriptors it has. */
  readonly count: number;
}

export interface IceServer {
  readonly url: string;
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
}

/** An EVM chain that this device can ask about. */
export interface NetworkSetting {
  readonly chainId: bigint;
  readonly name: string;
  readonly nativeSymbol: string;
  /** JSON-RPC address; `undefined`: the chain has a name but is never asked. */
  readonly rpcUrl: string | undefined;
  readonly tokens: readonly TokenSetting[];
}

/** Who is asked about coins, and sends transactions, on one network of Bitcoin. */
export interface BitcoinServerSetting {
  readonly network: BitcoinNetwork;
  /** `esplora`: the HTTP interface of Esplora. `core`: JSON-RPC of Bitcoin Core. */
  readonly kind: 'esplora' | 'core';
  readonly url: string;
  /** For Bitcoin Core. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

export interface TokenSetting {
  /** EIP-55. */
  readonly address: string;
  /** As the node said when it was added, or as the person typed. */
  readonly symbol: string;
  readonly decimals: number;
}

/** Whether a node answers, and as what it says it is. */
export type NodeView =
  | { readonly state: 'unset' }
  | { readonly state: 'asking' }
  | { readonly state: 'up'; readonly block: bigint }
  | { readonly state: 'failing'; readonly problem: Problem };

/** A ceremony on the screen: its stages stay in place and fill in. */
export interface CeremonyView {
  readonly stages: readonly {
    readonly id: string;
    readonly label: string;
    readonly detail: string | undefined;
    readonly state: 'waiting' | 'active' | 'done';
  }[];
  /** 0 to 1. */
  readonly progress: number;
  readonly startedAt: number;
  readonly cancellable: boolean;
}

export interface PairingView {
  readonly role: 'creator' | 'joiner';
  readonly vaultName: string;
  readonly threshold: number;
  readonly size: number;
  readonly step:
    /** Creator: devices are awaited. */
    | 'inviting'
    /** Joiner: the creator is awaited. */
    | 'joining'
    /** Everyone is there: compare the words. */
    | 'compare'
    /** This device confirmed, others have not yet. */
    | 'confirming'
    | 'generating'
    | 'done'
    | 'failed';
  readonly invitation:
    { readonly link: string; readonly code: string; readonly expiresAt: number } | undefined;
  readonly members: readonly {
    readonly id: string;
    readonly name: string;
    readonly self: boolean;
    readonly confirmed: boolean;
  }[];
  /** Four words, the same on every screen. */
  readonly words: readonly string[] | undefined;
  readonly ceremony: CeremonyView | undefined;
  readonly problem: Problem | undefined;
  /** Once all confirmed: the vault whose key is being made. */
  readonly vaultId: string | undefined;
  readonly result:
    | {
        readonly vaultId: string;
        readonly address: string;
        readonly fingerprint: readonly string[];
      }
    | undefined;
}

/** What an invitation says before it is taken up. */
export interface InvitationPreview {
  readonly vaultName: string;
  readonly creatorName: string;
  readonly threshold: number;
  readonly size: number;
  readonly expiresAt: number;
}

export interface MemberView {
  readonly id: string;
  readonly name: string;
  /** Its number in the key, 1 to n. */
  readonly index: number;
  readonly self: boolean;
  readonly online: boolean;
  /** How this device reaches it now. */
  readonly path: 'direct' | 'relay' | 'none';
  /** Milliseconds since 1970; `undefined`: never since this device started. */
  readonly lastSeen: number | undefined;
}

/** Setting up again what this device and another one sign together with. Takes the person of each. */
export interface PairSetupView {
  readonly vaultId: string;
  /** The other device. */
  readonly memberId: string;
  readonly name: string;
  readonly online: boolean;
  readonly mine: 'undecided' | 'agreed' | 'declined';
  readonly theirs: 'undecided' | 'agreed' | 'declined';
  /** Why it is needed. */
  readonly problem: Problem;
  /** Why the last attempt failed. */
  readonly failure: Problem | undefined;
  readonly ceremony: CeremonyView | undefined;
}

export interface VaultView {
  readonly id: string;
  readonly name: string;
  readonly threshold: number;
  /** `unfinished`: the certificate is not complete, no address is shown. */
  readonly state: 'unfinished' | 'active';
  /** The key being made, while `unfinished`. */
  readonly keygen: {
    readonly ceremony: CeremonyView | undefined;
    readonly problem: Problem | undefined;
  };
  readonly fingerprint: readonly string[];
  readonly members: readonly MemberView[];
  readonly accounts: readonly AccountView[];
  /** Newest first. */
  readonly proposals: readonly ProposalView[];
  /** Proposals that this device has not decided and may still decide. */
  readonly waiting: readonly string[];
  readonly contacts: readonly { readonly address: string; readonly name: string }[];
  readonly trail: readonly TrailEntry[];
  /** Forged, replayed or contradicting events that were caught. */
  readonly alarms: readonly Problem[];
  /** By chain id. */
  readonly nodes: ReadonlyMap<bigint, NodeView>;
  readonly bitcoinAccounts: readonly BitcoinAccountView[];
  readonly bitcoinServers: ReadonlyMap<BitcoinNetwork, NodeView>;
  /** The second key, for Bitcoin Taproot. It is made when an account needs it. */
  readonly taproot: {
    readonly state: 'none' | 'unfinished' | 'active';
    readonly ceremony: CeremonyView | undefined;
    readonly problem: Problem | undefined;
  };
}

/** What tells accounts of Bitcoin apart. */
export interface BitcoinAccountRef {
  readonly network: BitcoinNetwork;
  readonly kind: BitcoinAccountKind;
  readonly index: number;
}

export interface BitcoinAccountView extends BitcoinAccountRef {
  readonly name: string;
  /** In words of this wallet, such as "Bitcoin mainnet". */
  readonly networkName: string;
  readonly symbol: string;
  /** m/84/0/0. */
  readonly path: string;
  /** `undefined` while the key that it needs is being made. */
  readonly keys: BitcoinKeysView | undefined;
  readonly funds: BitcoinFundsView;
}

/** What can be derived for an account without asking anybody. */
export interface BitcoinKeysView {
  /** The next address to receive on: the first that nothing was ever paid to, as far as is known. */
  readonly receive: BitcoinAddressView;
  /** Of the account, `xpub` or `tpub`. */
  readonly extendedKey: string;
  /** Output descriptors with checksums, for watch-only wallets. */
  readonly descriptors: { readonly receive: string; readonly change: string };
  /** Every address that was used or shown, and how it is derived: receiving first, ascending. */
  readonly addresses: readonly BitcoinAddressView[];
}

export interface BitcoinAddressView {
  readonly address: string;
  /** m/84/0/0/0/5. */
  readonly path: string;
  readonly change: boolean;
  readonly index: number;
  /** `undefined`: not known (yet). */
  readonly used: boolean | undefined;
  /** Satoshis there now; `undefined`: not known (yet). */
  readonly value: bigint | undefined;
}

export interface BitcoinFundsView {
  /** `unset`: this device has no server for the network. */
  readonly state: 'unset' | 'asking' | 'known' | 'stale' | 'failing';
  /** Satoshis in blocks; `undefined`: not known (yet). */
  readonly confirmed: bigint | undefined;
  /** Satoshis of coins that are not in a block yet. */
  readonly pending: bigint;
  /** How many coins there are. */
  readonly coins: number;
  /** Satoshis of coins that proposals of this vault are about to spend. */
  readonly reserved: bigint;
}

export interface AccountView {
  readonly index: number;
  readonly name: string;
  /** EIP-55. */
  readonly address: string;
  readonly path: string;
  readonly balances: readonly BalanceView[];
}

export interface BalanceView {
  readonly chainId: bigint;
  readonly networkName: string;
  readonly asset: 'native' | { readonly token: string };
  readonly symbol: string;
  readonly decimals: number;
  /** Smallest units; `undefined`: not known (yet). */
  readonly value: bigint | undefined;
  readonly state: 'asking' | 'known' | 'stale' | 'failing';
}

export type ProposalStatus =
  | 'open'
  /** Enough approvals; waits for enough approvers to be online. */
  | 'approved'
  | 'signing'
  | 'signed'
  | 'broadcast'
  | 'confirmed'
  | 'rejected'
  | 'withdrawn'
  | 'expired';

export interface ProposalView {
  /** Hexadecimal hash of the event that proposed it. */
  readonly id: string;
  readonly vaultId: string;
  readonly status: ProposalStatus;
  /** A signature may exist somewhere although no device has shown it: never say "not signed" then. */
  readonly maybeSigned: boolean;
  readonly review: Review;
  readonly accountName: string;
  readonly proposer: { readonly id: string; readonly name: string; readonly self: boolean };
  /** The proposer's words, made safe to show. Never a fact. */
  readonly note: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly decisions: readonly DecisionView[];
  readonly needed: number;
  readonly approvals: number;
  readonly mine: 'approved' | 'rejected' | 'none';
  /** Whether Approve is offered; otherwise why not. */
  readonly canApprove: boolean;
  readonly canReject: boolean;
  readonly canWithdraw: boolean;
  readonly blocked: string | undefined;
  /** Why so many approvals are needed, in plain words. */
  readonly rule: string;
  /** Words of the digest of what this device shows. */
  readonly shownWords: readonly string[];
  /** What signing waits for, in words, while `approved`. */
  readonly waitingFor: string | undefined;
  readonly ceremony: CeremonyView | undefined;
  readonly problem: Problem | undefined;
  readonly transaction: TransactionView | undefined;
  /** What other devices showed instead, where they approved something else than this device shows. */
  readonly differences: readonly DifferenceView[];
  /** Of a message or typed data, once it is signed. */
  readonly signature: SignatureView | undefined;
}

export interface DecisionView {
  readonly memberId: string;
  readonly name: string;
  readonly self: boolean;
  readonly decision: 'approved' | 'rejected' | 'pending';
  readonly at: number | undefined;
  readonly reason: string | undefined;
  /** That device recorded another digest of what it showed than this one. */
  readonly sawSomethingElse: boolean;
  readonly online: boolean;
}

/** What one device showed, beside what this one shows; only what differs. */
export interface DifferenceView {
  readonly memberId: string;
  readonly name: string;
  readonly rows: readonly {
    readonly here: string | undefined;
    readonly there: string | undefined;
  }[];
}

export interface SignatureView {
  /** r || s || v, 65 bytes: 0x and 130 hexadecimal digits. */
  readonly signature: string;
  /** The call of a contract that uses it, where a standard has one. */
  readonly call:
    | {
        readonly to: string;
        readonly data: string;
        /** `false`: it may need signatures of others, too. */
        readonly complete: boolean;
      }
    | undefined;
}

export interface TransactionView {
  /** 0x and 64 hexadecimal digits; for Bitcoin the transaction's id without 0x. */
  readonly hash: string;
  /** The signed transaction in hexadecimal digits, for EVM after 0x. */
  readonly raw: string;
  /** For Bitcoin: the PSBT with the vault's signatures, and whether others still have to sign. */
  readonly psbt: { readonly bytes: Uint8Array; readonly complete: boolean } | undefined;
  readonly sentAt: number | undefined;
  readonly block: bigint | undefined;
  readonly success: boolean | undefined;
  readonly confirmations: number | undefined;
}

export interface TrailEntry {
  /** Hexadecimal event hash. */
  readonly id: string;
  readonly at: number;
  readonly author: string;
  /** What happened, in a sentence. */
  readonly text: string;
  readonly proposalId: string | undefined;
  readonly details: readonly { readonly label: string; readonly value: string }[];
}

/** What a node suggests for a payment. */
export interface FeeSuggestion {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  readonly gasLimit: bigint;
  readonly nonce: bigint;
}

/** A fee rate that a server expects to get a transaction into one of so many blocks. */
export interface BitcoinFeeSuggestion {
  readonly blocks: number;
  /** Satoshis per virtual byte. */
  readonly rate: number;
}

export type { AmountFact, BitcoinAccountKind, BitcoinNetwork, Review };
