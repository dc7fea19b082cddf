/**
 * The base OTs of one unordered pair: one run in each direction, with independent choice bits
 * (specification section 4, addendum A2). Used inside key generation, redistribution and pair set-up.
 */
import { blaming, UsageError, type PartyIndex } from '../abort.ts';
import { hash } from '../hash.ts';
import { LAMBDA_C } from '../parameters.ts';
import type { HedgedRandom } from '../random.ts';
import { ORDER } from '../scalars.ts';
import { TAGS } from '../tags.ts';
import { Unclonable } from '../unclonable.ts';
import { answerBaseOt, chooseBaseOt, finishBaseOt, type BaseOtChooser } from './base.ts';
import type { ReceiverPads, SenderPads } from './extension.ts';

/** The base OTs of one pair, made together and named by `pid`. */
export interface PairGeneration {
  /** 1 from key generation or redistribution, more from pair set-ups. */
  readonly gen: number;
  /** H("pair/final"; ...), 32 bytes: equal on both devices only if all they saw is equal. */
  readonly pid: Uint8Array;
  readonly send: SenderPads;
  readonly receive: ReceiverPads;
}

/** What one pair keeps from its base OTs. */
export interface PairPads {
  /** For multiplications in which this device is the sender. */
  readonly send: SenderPads;
  /** For multiplications in which this device is the receiver. */
  readonly receive: ReceiverPads;
  /** T: the digest of all four messages, equal on both devices. */
  readonly transcript: Uint8Array;
}

/** One device's run with one peer: `opening`, `answer`, `finish`, once each. */
export class PairSetup extends Unclonable {
  /** Message 1 for the direction self -> peer, 8,448 bytes. */
  readonly opening: Uint8Array;
  readonly #psid: Uint8Array;
  readonly #otsid: Uint8Array;
  readonly #self: PartyIndex;
  readonly #peer: PartyIndex;
  readonly #random: HedgedRandom;
  #chooser: BaseOtChooser | undefined;
  #answered:
    | { readonly opening: Uint8Array; readonly answer: Uint8Array; readonly pads: ReceiverPads }
    | undefined;

  /**
   * @param psid the session that the transcript is bound to
   * @param otsid H("ot-setup"; ...)
   */
  constructor(
    psid: Uint8Array,
    otsid: Uint8Array,
    self: PartyIndex,
    peer: PartyIndex,
    random: HedgedRandom,
  ) {
    super();
    this.#psid = psid;
    this.#otsid = otsid;
    this.#self = self;
    this.#peer = peer;
    this.#random = random;
    const label = `base-ot/${String(peer)}`;
    this.#chooser = chooseBaseOt(
      { otsid, sender: self, receiver: peer },
      random.bytes(`${label}/nabla`, LAMBDA_C / 8),
      random.scalars(`${label}/t`, ORDER, LAMBDA_C),
      random.scalars(`${label}/v`, ORDER, LAMBDA_C),
    );
    this.opening = this.#chooser.message;
  }

  /**
   * Message 2 for the direction peer -> self, 8,448 bytes.
   *
   * @throws ProtocolError class A' when the peer's message is malformed
   */
  answer(opening: Uint8Array): Uint8Array {
    if (this.#answered !== undefined) throw new UsageError('base OT already answered');
    const label = `base-ot/${String(this.#peer)}/b`;
    const { message, pads } = blaming(this.#peer, 'base OT', () =>
      answerBaseOt(
        { otsid: this.#otsid, sender: this.#peer, receiver: this.#self },
        opening,
        this.#random.scalars(label, ORDER, 2 * LAMBDA_C),
      ),
    );
    this.#answered = { opening, answer: message, pads };
    return message;
  }

  /**
   * Takes the peer's message 2.
   *
   * @throws ProtocolError class A' when any point of it is malformed, whatever the choice bits
   */
  finish(answer: Uint8Array): PairPads {
    const [chooser, answered] = [this.#chooser, this.#answered];
    if (chooser === undefined || answered === undefined)
      throw new UsageError('base OT out of order');
    this.#chooser = undefined;
    const id = { otsid: this.#otsid, sender: this.#self, receiver: this.#peer };
    const send = blaming(this.#peer, 'base OT', () => finishBaseOt(id, chooser, answer));
    const [lo, hi] = this.#self < this.#peer ? [0, 1] : [1, 0];
    const openings = [this.opening, answered.opening]; // own first
    const answers = [answer, answered.answer]; // for own -> peer, for peer -> own
    const ordered = [openings[lo], openings[hi], answers[lo], answers[hi]];
    const transcript = hash(
      TAGS.pairTranscript,
      this.#psid,
      ...ordered.map((message) => hash(TAGS.pairMessage, message ?? new Uint8Array())),
    );
    return { send, receive: answered.pads, transcript };
  }

  /** Overwrites what was drawn. */
  wipe(): void {
    this.#chooser?.nabla.fill(0);
    this.#answered?.pads.zeros.fill(0);
    this.#answered?.pads.ones.fill(0);
    this.#chooser = undefined;
    this.#answered = undefined;
  }
}
