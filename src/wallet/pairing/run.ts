/** One pairing under way: stores every step before it speaks, and says again what may have been lost. */
import type { Storage } from '../../keystore/index.ts';
import { equalBytes } from '../../codec.ts';
import type { Clock, Connection } from '../platform.ts';
import { WalletError } from '../problems.ts';
import type { PairingView, Problem } from '../state.ts';
import { deviceIdOf } from '../peers.ts';
import { encodeInvitation, invitationLink } from './invitation.ts';
import { confirm, end, receive, resend } from './machine.ts';
import { encodePairingMessage, type PairingMessage } from './messages.ts';
import { decodePairing, encodePairing, type CreatorPart, type StoredPairing } from './persist.ts';
import {
  founded,
  isComplete,
  wordsOf,
  type Outgoing,
  type PairingFailure,
  type PairingState,
  type Step,
} from './state.ts';

const BUCKET = 'pairing';
const KEY = 'current';
const MAX_STRANGER_REPLIES = 50;
/** Between two requests to join, doubled each time: a creator that vanished with the first asks for none. */
const ASK_AGAIN_MS = 5_000;
const ASK_AT_LAST_MS = 10 * 60_000;

export interface PairingPort {
  readonly clock: Clock;
  readonly storage: Storage;
  readonly connection: Connection;
  readonly origin: string;
  /** The state changed: peers and views may have, too. */
  changed(): void;
  /** Sends to a device that may be no peer; best effort. */
  send(out: Outgoing, body: Uint8Array): Promise<void>;
  /** All confirmed: found the vault, durably. Called again after a reload. */
  complete(founding: Uint8Array, taproot: boolean): Promise<void>;
}

export class PairingRun {
  readonly #port: PairingPort;
  readonly #part: CreatorPart;
  #state: PairingState;
  #offer: (() => void) | undefined;
  #cancelAsking: (() => void) | undefined;
  #strangers = 0;
  #work: Promise<void> = Promise.resolve();
  #forgotten = false;

  private constructor(port: PairingPort, { state, code, taproot }: StoredPairing) {
    this.#port = port;
    this.#state = state;
    this.#part = { code, taproot };
  }

  /** Starts a pairing: stored first, then said. */
  static async start(port: PairingPort, step: Step, part: CreatorPart): Promise<PairingRun> {
    const run = new PairingRun(port, { state: step.state, ...part });
    await run.#store(step.state);
    await run.#apply(step);
    await run.#offerCode();
    run.#askAgain(ASK_AGAIN_MS);
    return run;
  }

  /** Goes on after a reload. */
  static async resume(port: PairingPort): Promise<PairingRun | undefined> {
    const stored = await port.storage.get(BUCKET, KEY);
    if (stored === undefined) return undefined;
    const run = new PairingRun(port, decodePairing(stored));
    if (isComplete(run.#state)) await run.#complete();
    else await run.#offerCode();
    run.#askAgain(ASK_AGAIN_MS);
    return run;
  }

  get state(): PairingState {
    return this.#state;
  }

  /** Takes in a message, in the order of arrival. */
  async receive(from: Uint8Array, message: PairingMessage): Promise<void> {
    return this.#queued(async () => {
      await this.#apply(receive(this.#state, { from, message }, this.#port.clock.now()));
    });
  }

  async confirm(same: boolean): Promise<void> {
    return this.#queued(async () => {
      await this.#apply(confirm(this.#state, same));
    });
  }

  /** Ends it for everyone. */
  async end(): Promise<void> {
    return this.#queued(async () => {
      await this.#apply(end(this.#state));
    });
  }

  /** Forgets it on this device, after what is under way: a vault that is being founded is stored before. */
  async forget(): Promise<void> {
    this.stop();
    return this.#queued(async () => {
      this.#forgotten = true;
      await this.#port.storage.write([{ kind: 'delete', bucket: BUCKET, key: KEY }]);
    });
  }

  /** Says again what a device may have missed. */
  async remind(device?: Uint8Array): Promise<void> {
    const out = resend(this.#state);
    await this.#send(device === undefined ? out : out.filter(({ to }) => equalBytes(to, device)));
  }

  /** Withdraws the short code, and asks no more. */
  stop(): void {
    this.#cancelAsking?.();
    this.#cancelAsking = undefined;
    this.#offer?.();
    this.#offer = undefined;
  }

  /** What the screens show, as long as no key is made. */
  view(): PairingView {
    const state = this.#state;
    const { invitation, role, self, failure } = state;
    const words = wordsOf(state);
    const members = founded(state)?.members ?? [
      ...(role === 'joiner' ? [{ ...invitation, name: invitation.creatorName }] : []),
      ...(role === 'creator' ? [self, ...state.joined] : []),
    ];
    const known = members.map(({ identity, name }) => ({
      id: deviceIdOf(identity),
      name,
      self: equalBytes(identity, self.identity),
      confirmed: state.confirmed.has(deviceIdOf(identity)),
    }));
    // Before the roster stands, a joiner knows the others by name only.
    const told = founded(state) === undefined ? state.names.slice(1) : [];
    return {
      role,
      vaultName: invitation.vaultName,
      threshold: invitation.threshold,
      size: invitation.size,
      step: stepOf(state, words !== undefined),
      invitation:
        role === 'creator' && founded(state) === undefined && failure === undefined
          ? {
              link: invitationLink(this.#port.origin, invitation),
              code: this.#part.code ?? '',
              expiresAt: invitation.expiresAt,
            }
          : undefined,
      members: [
        ...known,
        ...told.map((name, i) => ({
          id: `told-${String(i)}`,
          name,
          self: name === self.name,
          confirmed: false,
        })),
      ],
      words,
      ceremony: undefined,
      problem: failure === undefined ? undefined : PROBLEMS[failure],
      vaultId: undefined,
      result: undefined,
    };
  }

  async #apply(step: Step): Promise<void> {
    const before = this.#state;
    if (step.state !== before) {
      await this.#store(step.state);
      this.#state = step.state;
      this.#port.changed();
    }
    try {
      await this.#send(step.send);
    } finally {
      // Whatever became of the messages: they are said again, the vault is not founded again.
      if (founded(this.#state) !== undefined || this.#state.failure !== undefined) this.stop();
      if (isComplete(this.#state) && !isComplete(before)) await this.#complete();
    }
  }

  #askAgain(wait: number): void {
    const { role, founding, failure } = this.#state;
    if (role !== 'joiner' || founding !== undefined || failure !== undefined) return;
    this.#cancelAsking = this.#port.clock.after(wait, () => {
      this.remind().catch(() => undefined); // the next time, then
      this.#askAgain(Math.min(2 * wait, ASK_AT_LAST_MS));
    });
  }

  async #store(state: PairingState): Promise<void> {
    const value = encodePairing({ state, ...this.#part });
    await this.#port.storage.write([{ kind: 'put', bucket: BUCKET, key: KEY, value }]);
  }

  async #complete(): Promise<void> {
    const { founding } = this.#state;
    if (founding !== undefined) await this.#port.complete(founding, this.#part.taproot);
  }

  async #send(out: readonly Outgoing[]): Promise<void> {
    for (const one of out) {
      // A reply to a stranger costs a durable counter: there are enough of them for people who come late.
      if (one.peer !== undefined && ++this.#strangers > MAX_STRANGER_REPLIES) continue;
      await this.#port.send(one, encodePairingMessage(one.message));
    }
  }

  async #offerCode(): Promise<void> {
    const { invitation, founding, failure, role } = this.#state;
    if (role !== 'creator' || founding !== undefined || failure !== undefined) return;
    const { code } = this.#part;
    if (code === undefined) return;
    this.#offer = await this.#port.connection.offer(code, encodeInvitation(invitation));
  }

  async #queued(task: () => Promise<void>): Promise<void> {
    const done = this.#work.then(async () => (this.#forgotten ? undefined : task()));
    this.#work = done.catch(() => undefined); // the caller gets the error; the queue goes on
    return done;
  }
}

function stepOf(state: PairingState, words: boolean): PairingView['step'] {
  if (state.failure !== undefined) return 'failed';
  if (!words) return state.role === 'creator' ? 'inviting' : 'joining';
  if (!state.confirmed.has(deviceIdOf(state.self.identity))) return 'compare';
  return isComplete(state) ? 'generating' : 'confirming';
}

const NOTHING_MADE = 'No key was made, so there is no money at risk.';

const PROBLEMS: Readonly<Record<PairingFailure, Problem>> = {
  'words-differ': {
    code: 'pairing/words-differ',
    title: 'The words are not the same: somebody may be between your devices',
    meaning: NOTHING_MADE,
    next: 'Do not go on over this connection. Start again, with all devices on a network that you trust.',
  },
  roster: {
    code: 'pairing/roster',
    title: 'The list of devices does not fit the invitation',
    meaning: `${NOTHING_MADE} Somebody may have changed the list on its way.`,
    next: 'Start again with a new invitation.',
  },
  cancelled: {
    code: 'pairing/cancelled',
    title: 'Setting up the vault was ended',
    meaning: NOTHING_MADE,
    next: 'Start again whenever you like.',
  },
  full: {
    code: 'pairing/full',
    title: 'This vault has all its devices already',
    meaning: 'This device joined nothing.',
    next: 'Ask for an invitation to another vault.',
  },
  expired: {
    code: 'pairing/expired',
    title: 'This invitation has expired',
    meaning: 'This device joined nothing.',
    next: 'Ask for a new invitation.',
  },
};

/** An invitation whose time is over. */
export const expiredInvitation = (): WalletError => new WalletError(PROBLEMS.expired);
