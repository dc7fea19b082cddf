export type * from './channel.ts';
export { deviceId, type DeviceKeys } from './device.ts';
export { type DeviceLink, type DropReason } from './endpoint.ts';
export { EnvelopeError, LinkDownError, TooLargeError, UnknownPeerError } from './errors.ts';
export { MAX_MESSAGE_BYTES } from './fragment.ts';
export { MemoryChannel, MemoryHub, MemoryReplayStore, type MemoryHubOptions } from './memory.ts';
export { ReplayGuard, type ReplayStore } from './replay.ts';
export { systemTimers, type Timers } from './timers.ts';
