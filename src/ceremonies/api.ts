/**
 * What the wallet asks of the device's key shares. The host implements it beside the shares (in a worker),
 * `connect` implements it in the page. Only public data appears here.
 */
import type { ChainRequest } from '../chains/index.ts';
import type { Authorised } from '../policy/index.ts';
import type {
  DerivationPath,
  EcdsaSuite,
  Member,
  PartyIndex,
  TaprootSuite,
} from '../threshold/index.ts';

/** The suites of the keys that a vault has. */
export type KeySuite = EcdsaSuite | TaprootSuite;

/** Moves packets between the devices of one session. May lose, repeat and reorder them; never resends. */
export interface PacketLink {
  /** Hands a packet over to one member or to all other members of the session. */
  send(packet: Uint8Array, to: PartyIndex | 'all'): void | Promise<void>;
  /** The next packet. Rejects when the link was closed or nothing came for too long. */
  receive(): Promise<Uint8Array>;
}

/** What the caller is told, and tells, while a ceremony runs. */
export interface CeremonyHooks {
  /** The stage that begins: see `stageView`. */
  readonly onStage?: ((stage: string) => void) | undefined;
  /**
   * Ends the ceremony as long as it has left nothing behind. Once a share is confirmed or the last round
   * of a signature is about to leave, it goes on to its end or to the time-out of the link.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Hooks of signing. */
export interface SignHooks extends CeremonyHooks {
  /**
   * From here on a signature may exist (addendum H3). Called when that is durable on this device and
   * before anything of the last round leaves; the last round waits for it, and never leaves if it rejects.
   */
  readonly onCommitted: () => void | Promise<void>;
}

/** `unfinished`: confirmed by this device, without a certificate of all. `retired`: a later set left it out. */
export type KeyStatus = 'unfinished' | 'active' | 'retired';

/** The public side of a key that this device holds a share of. */
export interface KeySummary {
  /** Key id, 32 bytes as lower-case hexadecimal. */
  readonly kid: string;
  readonly suite: KeySuite;
  /** 33 bytes. */
  readonly publicKey: Uint8Array;
  /** BIP-32, 32 bytes. */
  readonly chainCode: Uint8Array;
  readonly threshold: number;
  readonly members: readonly Member[];
  /** This device's number. */
  readonly index: PartyIndex;
  readonly state: KeyStatus;
  /** Of the key generation, 16 bytes. */
  readonly requestId: Uint8Array;
}

/** What all members approved. */
export interface KeygenRequest {
  readonly suite: KeySuite;
  /** 16 random bytes. One request makes one key at most: a new attempt after a failure takes a new id. */
  readonly requestId: Uint8Array;
  readonly threshold: number;
  /** Numbers 1..n in order, with the identity key of each. This device is one of them. */
  readonly members: readonly Member[];
}

/** A key that every member confirmed. */
export interface GeneratedKey {
  readonly kid: string;
  /** 33 bytes. */
  readonly publicKey: Uint8Array;
  /** What proves it to devices that missed the end: `acceptCertificate`. */
  readonly certificate: Uint8Array;
}

/** One member's confirmation of a key. Public; serving it again is always safe (K5). */
export interface Confirm {
  readonly index: PartyIndex;
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

/** An authorised request with the keys that sign it. */
export interface SignItem {
  /** Only `policy/` makes one. Its bytes are parsed again beside the share. */
  readonly request: Authorised<ChainRequest>;
  /** One for each digest of the request: BIP-32 indices from the joint key, each below 2^31. */
  readonly paths: readonly DerivationPath[];
}

/** What the signers approved. */
export interface SignRequest {
  readonly kid: string;
  /** 16 bytes, the same on all signers, fresh for every attempt and batch: `batchId`. */
  readonly requestId: Uint8Array;
  /** Numbers of the signers, ascending: at least the threshold, this device among them. */
  readonly signers: readonly PartyIndex[];
  /** In the same order on all signers. */
  readonly items: readonly SignItem[];
  /** Which 16 of their digests are signed, from 0: see `batchCount`. */
  readonly batch: number;
}

/** A signature that was verified under its key on this device. */
export interface Signature {
  /** What it verifies under: the account's key, 33 bytes; of Taproot the output key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 32 bytes: the digest that this device computed from the request. */
  readonly digest: Uint8Array;
  /** 64 bytes: r || s with s at most q/2, or of Taproot a BIP-340 signature. */
  readonly signature: Uint8Array;
  /** 0..3: parity of y(R), plus 2 when x(R) is not below q; of Taproot 0. */
  readonly recovery: number;
}

/** Digests that this device committed to: a signature over each may exist. */
export interface MaybeSigned {
  readonly requestId: Uint8Array;
  readonly items: readonly { readonly publicKey: Uint8Array; readonly digest: Uint8Array }[];
}

/** Why nothing can be signed together with a member. */
export interface PairProblem {
  /** `refused`: a person has to allow the member again. `set-up-needed`: the pair has no common state. */
  readonly kind: 'refused' | 'set-up-needed';
  readonly message: string;
}

/** New pair state for two members, approved by the people of both. */
export interface PairSetupRequest {
  readonly kid: string;
  /** 16 random bytes, the same on both. */
  readonly requestId: Uint8Array;
  readonly peer: PartyIndex;
  /** The same on both. */
  readonly reason: 'restored' | 'lost-state' | 'ban-lifted';
}

/** The key shares of this device and what can be done with them. */
export interface Ceremonies {
  /** Every key that this device holds a share of, ascending by key id. */
  keys(): Promise<readonly KeySummary[]>;
  /**
   * Makes a key together with all members of the request.
   *
   * @throws CeremonyError; when it `remains: 'unfinished-key'`, exchange confirms and certificates
   */
  keygen(request: KeygenRequest, link: PacketLink, hooks?: CeremonyHooks): Promise<GeneratedKey>;
  /** The encoded certificate of a key, to serve to any member; `undefined` while unfinished. */
  certificate(kid: string): Promise<Uint8Array | undefined>;
  /**
   * Takes a certificate that another member served. Idempotent.
   *
   * @throws CeremonyError for one that does not hold or is of a key that this device took no part in
   */
  acceptCertificate(certificate: Uint8Array): Promise<KeySummary>;
  /** This device's confirmation of a key that it stored, signed again (K5). */
  confirm(kid: string): Promise<Confirm>;
  /**
   * Keeps confirmations of other members of an unfinished key, durably; wrong ones are left out. The key
   * becomes active with the last one.
   */
  addConfirms(kid: string, confirms: readonly Confirm[]): Promise<KeySummary>;
  /**
   * Signs with the other signers of the request. Every device computes the digests by itself, from the
   * bytes: with other bytes on one of them, nothing is signed.
   *
   * @throws CeremonyError; when it `remains: 'maybe-signed'`, only the same or a conflicting transaction
   *   may follow
   */
  sign(request: SignRequest, link: PacketLink, hooks: SignHooks): Promise<readonly Signature[]>;
  /** What this device committed to under a key. */
  maybeSigned(kid: string): Promise<readonly MaybeSigned[]>;
  /** Public key of an account, 33 bytes. */
  childKey(kid: string, path: DerivationPath): Promise<Uint8Array>;
  /** What stands between this device and a signature with a member, as far as this device knows. */
  pairProblem(kid: string, peer: PartyIndex): Promise<PairProblem | undefined>;
  /** A person allows sessions with a member that was refused. Lifts no ban: that takes `pairSetup`. */
  allowPeer(kid: string, peer: PartyIndex): Promise<void>;
  /** Makes new pair state with one member. */
  pairSetup(request: PairSetupRequest, link: PacketLink, hooks?: CeremonyHooks): Promise<void>;
  /**
   * Cancels what can be cancelled, waits for what cannot, and overwrites the shares in memory. Who does not
   * want to wait closes the links first, or ends the worker: every write is whole or not there.
   */
  close(): Promise<void>;
}
