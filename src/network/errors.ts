/** Why a message could not be sent or was not accepted. */
import { CountersignError } from '../errors.ts';
import type { DeviceId } from './channel.ts';

/** The device is none of the peers this channel was given. */
export class UnknownPeerError extends CountersignError {
  readonly peer: DeviceId;

  constructor(peer: DeviceId) {
    super('network/unknown-peer', 'This device does not know that device: pair the two first.');
    this.peer = peer;
  }
}

/** The message is larger than any carrier takes. */
export class TooLargeError extends CountersignError {
  constructor(size: number, limit: number) {
    super(
      'network/too-large',
      `The message has ${String(size)} bytes; at most ${String(limit)} can be sent at once.`,
    );
  }
}

/** The carrier cannot take the message now. Sending it again later is safe. */
export class LinkDownError extends CountersignError {
  /** @param reason a phrase that completes "not connected: …" */
  constructor(reason: string, options?: ErrorOptions) {
    super(
      'network/link-down',
      `Not connected: ${reason}. Nothing is lost; send it again when the connection is back.`,
      options,
    );
  }
}

/** What is wrong with an envelope. `unopened`: not sealed to this device, or altered on the way. */
export type EnvelopeFault = 'malformed' | 'unopened' | 'forged';

const ENVELOPE_FAULTS: Record<EnvelopeFault, string> = {
  malformed: 'does not have the layout of an envelope',
  unopened: 'is not sealed to this device, or was altered on the way',
  forged: 'is not signed by the device it names as its sender',
};

/** Bytes that arrived are no envelope for this device. They are dropped. */
export class EnvelopeError extends CountersignError {
  readonly fault: EnvelopeFault;

  constructor(fault: EnvelopeFault, options?: ErrorOptions) {
    super(`network/envelope-${fault}`, `A received message ${ENVELOPE_FAULTS[fault]}.`, options);
    this.fault = fault;
  }
}

/** What was typed is no short code. */
export class RendezvousCodeError extends CountersignError {
  constructor() {
    super(
      'network/code-malformed',
      'A short code has ten letters and digits, for example 7K2MQ-X4TBN.',
    );
  }
}

/** Nobody offers an invitation under this code. */
export class RendezvousUnansweredError extends CountersignError {
  constructor() {
    super(
      'network/code-unanswered',
      'No device answers to this code. Compare it with the other screen, which has to stay open.',
    );
  }
}
