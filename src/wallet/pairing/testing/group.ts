/** Devices that pair, as pure machines over a network that a test plays. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { toHex } from '../../../codec.ts';
import type { Invitation } from '../invitation.ts';
import { begin, confirm, end, receive, resend } from '../machine.ts';
import type { PairingMessage } from '../messages.ts';
import type { Introduction, PairingState, Step } from '../state.ts';

export const NOW = Date.UTC(2026, 10, 24, 12);
export const HOUR = 3_600_000;

const NAMES = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn'];

/** 32 bytes that tell devices and purposes apart. */
export const filled = (n: number, purpose: number): Uint8Array =>
  new Uint8Array(32).fill(purpose).fill(n + 1, 0, 1);

export const introduction = (n: number): Introduction => ({
  identity: ed25519.getPublicKey(filled(n, 1)),
  sealing: filled(n, 2),
  inbox: filled(n, 3),
  name: NAMES[n] ?? `Device ${String(n)}`,
});

export const nonceOf = (n: number): Uint8Array => filled(n, 4);

/** Of the first device. */
export function invitationFor(size: number, change: Partial<Invitation> = {}): Invitation {
  const { identity, sealing, inbox, name } = introduction(0);
  return {
    pairing: new Uint8Array(16).fill(9),
    vaultName: 'Treasury',
    creatorName: name,
    threshold: 2,
    size,
    identity,
    sealing,
    inbox,
    relay: null,
    expiresAt: NOW + HOUR,
    ...change,
  };
}

export interface Letter {
  readonly from: number;
  readonly to: Uint8Array;
  readonly message: PairingMessage;
}

export class Group {
  readonly states: PairingState[] = [];
  readonly letters: Letter[] = [];
  now = NOW;

  constructor(size: number, invitation = invitationFor(size)) {
    for (let n = 0; n < size; n++) {
      const role = n === 0 ? 'creator' : 'joiner';
      this.take(n, begin(role, invitation, introduction(n), nonceOf(n)));
    }
  }

  state(n: number): PairingState {
    const state = this.states[n];
    if (state === undefined) throw new RangeError(`no device ${String(n)}`);
    return state;
  }

  take(n: number, { state, send }: Step): void {
    this.states[n] = state;
    for (const { to, message } of send) this.letters.push({ from: n, to, message });
  }

  /** Gives a letter to its device, whether it is in the mail or not. */
  deliver({ from, to, message }: Letter): void {
    const n = this.states.findIndex(({ self }) => toHex(self.identity) === toHex(to));
    if (n < 0) return;
    this.take(n, receive(this.state(n), { from: introduction(from).identity, message }, this.now));
  }

  /** Delivers everything that is under way, in order. */
  settle(): void {
    for (let letter = this.letters.shift(); letter !== undefined; letter = this.letters.shift()) {
      this.deliver(letter);
    }
  }

  confirm(n: number, same = true): void {
    this.take(n, confirm(this.state(n), same));
  }

  end(n: number): void {
    this.take(n, end(this.state(n)));
  }

  resend(n: number): void {
    this.take(n, { state: this.state(n), send: resend(this.state(n)) });
  }
}
