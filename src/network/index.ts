export type * from './channel.ts';
export { deviceId, type DeviceKeys } from './device.ts';
export { type DeviceLink, type DropReason } from './endpoint.ts';
export {
  EnvelopeError,
  LinkDownError,
  RendezvousCodeError,
  RendezvousUnansweredError,
  TooLargeError,
  UnknownPeerError,
} from './errors.ts';
export { MAX_MESSAGE_BYTES } from './fragment.ts';
export { MailboxChannel, mailboxTopic, type MailboxOptions } from './mailbox.ts';
export { MemoryChannel, MemoryHub, MemoryReplayStore, type MemoryHubOptions } from './memory.ts';
export { newRendezvousCode, parseRendezvousCode } from './rendezvous-code.ts';
export {
  fetchInvitation,
  MAX_INVITATION_BYTES,
  offerInvitation,
  type Offer,
  type RendezvousOptions,
} from './rendezvous.ts';
export { ReplayGuard, type ReplayStore } from './replay.ts';
export { systemTimers, type Timers } from './timers.ts';
export { MeshChannel, type MeshOptions } from './mesh.ts';
export { type RtcFactory } from './mesh-link.ts';
export { RouterChannel } from './router.ts';
export {
  EvmNode,
  type EvmNodeOptions,
  type NodeCall,
  type NodeFees,
  type NodeReceipt,
  type NodeTransaction,
} from './node.ts';
export type { NodeSimulation } from './simulate.ts';
export {
  NodeGarbageError,
  NodeLiesError,
  NodeRefusedError,
  NodeTimeoutError,
  NodeUnreachableError,
  NonceTooLowError,
  WrongChainError,
} from './node-errors.ts';
export type * from './bitcoin/server.ts';
export { CoreServer, type CoreOptions } from './bitcoin/core.ts';
export { WrongNetworkError } from './bitcoin/errors.ts';
export { EsploraServer, type EsploraOptions } from './bitcoin/esplora.ts';
export type {
  AddressState,
  AskedAddress,
  BitcoinServer,
  FoundCoin,
  TransactionState,
} from './bitcoin/server.ts';
