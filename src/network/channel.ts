/** What every carrier offers: messages between devices that know each other. */

/** A device's Ed25519 identity key, 32 bytes as lower-case hexadecimal. */
export type DeviceId = string & { readonly __brand: 'DeviceId' };

/** Keeps kinds of messages apart, so that each room listens to its own. One byte on the wire. */
export type Stream = 'pairing' | 'presence' | 'journal' | 'ceremony' | 'signal';

/** A device that messages go to and come from. */
export interface Peer {
  readonly id: DeviceId;
  /** Ed25519 public key, 32 bytes. */
  readonly identity: Uint8Array;
  /** X25519 public key for HPKE, 32 bytes. */
  readonly sealing: Uint8Array;
  /** Where the mailbox delivers: 32 random bytes, known to its peers only. */
  readonly inbox: Uint8Array;
}

/** A message whose sender was authenticated and that was not delivered before. */
export interface Message {
  readonly from: DeviceId;
  readonly stream: Stream;
  readonly body: Uint8Array;
  readonly carrier: 'memory' | 'mailbox' | 'mesh';
}

/** A pairing message from a device that is no peer. */
export interface StrangerMessage {
  readonly identity: Uint8Array;
  readonly body: Uint8Array;
}

/** `connecting` covers every retry; `down` names the reason of the last failure. */
export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up' }
  | { readonly kind: 'down'; readonly reason: string };

/** Memory, mailbox and mesh all pass `testing/channel-contract.ts`. */
export interface Channel {
  readonly self: DeviceId;
  /**
   * Hands a message over. Resolves when the carrier took it (mailbox: the broker acknowledged it; mesh:
   * it is in the buffer of an open connection), not when it arrived.
   *
   * @throws UnknownPeerError, TooLargeError, or LinkDownError when the carrier cannot take it now
   */
  send(to: DeviceId, stream: Stream, body: Uint8Array): Promise<void>;
  /** Calls back for each message, in the order of arrival. Returns the way to stop. */
  onMessage(listener: (message: Message) => void): () => void;
  /**
   * Calls back for `pairing` messages whose sender is no peer yet. Its signature holds, so whoever holds
   * that identity key sent it; nothing else is known of it. Nobody listens: such messages are dropped.
   */
  onStranger(listener: (message: StrangerMessage) => void): () => void;
  /** Who can be sent to and received from. Replaces the former set. */
  setPeers(peers: readonly Peer[]): void;
  state(): LinkState;
  /** Of one peer; always the carrier's own state where it does not know better. */
  peerState(peer: DeviceId): LinkState;
  onState(listener: () => void): () => void;
  /** Idempotent. No callback comes after it resolved. */
  close(): Promise<void>;
}
