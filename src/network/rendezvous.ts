/**
 * Hands an invitation to whoever types its short code. The creator listens on a topic that follows from
 * the code; the joiner sends a fresh X25519 key there and gets the invitation sealed to it.
 *
 *     S       = PBKDF2(code), 32 bytes
 *     topic   = "cs1/" || base64url(SHA-256("countersign/rendezvous/topic/v1" || S))
 *     request = u8 version (1) || joiner's X25519 key (32)
 *     reply   = u8 version (1) || enc (32) || ciphertext, on the topic
 *               "cs1/" || base64url(SHA-256("countersign/rendezvous/reply/v1" || joiner's key))
 *
 * The reply is HPKE in PSK mode (RFC 9180 section 5.1.2) with
 * psk = SHA-256("countersign/rendezvous/psk/v1" || S), so that neither the relay nor whoever listens there
 * can read or replace the invitation without finding the code. That is a hurdle, not the lock: 50 bits
 * that people read aloud can be overheard. What protects the vault is that people compare the words of all
 * devices before a key is made.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat, DecodeError, Reader, u8 } from '../codec.ts';
import type { LinkState } from './channel.ts';
import { LinkDownError, RendezvousUnansweredError, TooLargeError } from './errors.ts';
import { ENC_BYTES, hpke, TAG_BYTES } from './hpke.ts';
import { mailboxTopic } from './mailbox.ts';
import { MqttLink } from './mqtt-link.ts';
import { stretchRendezvousCode } from './rendezvous-code.ts';
import { systemTimers, type Backoff, type Timers } from './timers.ts';

const VERSION = 1;
/** Largest invitation in bytes. */
export const MAX_INVITATION_BYTES = 4_096;
/** Answers of one offer. Nobody joins so often; a relay that asks for more only makes work. */
const MAX_ANSWERS = 100;
const ASK_EVERY_MS = 3_000;
const GIVE_UP_MS = 20_000;

const info = utf8ToBytes('countersign/rendezvous/v1');
const pskId = utf8ToBytes('countersign/rendezvous/psk/v1');
const topicOf = (purpose: 'topic' | 'reply', value: Uint8Array): string =>
  mailboxTopic(sha256(concat(utf8ToBytes(`countersign/rendezvous/${purpose}/v1`), value)));
const pskOf = (stretched: Uint8Array): Uint8Array => sha256(concat(pskId, stretched));

export interface RendezvousOptions {
  /** `ws:` or `wss:` address of the broker. */
  readonly url: string;
  /** As it is shown or as it was typed. */
  readonly code: string;
  readonly timers?: Timers;
  readonly backoff?: Backoff;
}

/** An invitation that can be fetched until it is closed. */
export interface Offer {
  state(): LinkState;
  onState(listener: () => void): () => void;
  close(): void;
}

/**
 * Offers an invitation under a code.
 *
 * @throws RendezvousCodeError, TooLargeError; TypeError when the address is no relay's
 */
export async function offerInvitation(
  options: RendezvousOptions,
  invitation: Uint8Array,
): Promise<Offer> {
  if (invitation.length > MAX_INVITATION_BYTES) {
    throw new TooLargeError(invitation.length, MAX_INVITATION_BYTES);
  }
  const stretched = await stretchRendezvousCode(options.code);
  let answers = 0;
  const link: MqttLink = new MqttLink({
    ...linkOptions(options),
    topic: topicOf('topic', stretched),
    take: async (request) => {
      if (answers >= MAX_ANSWERS) return;
      answers += 1;
      const answer = await answerTo(request, invitation, pskOf(stretched)).catch(ignoreMalformed);
      if (answer === undefined) return;
      // Not waited for: its confirmation comes after the request's own, over the same connection.
      link.publish(answer.topic, answer.reply).catch(ignoreLinkDown);
    },
  });
  return {
    state: () => link.status.state,
    onState: (listener) => link.status.onChange(listener),
    close: () => {
      link.close();
    },
  };
}

/**
 * The invitation that somebody offers under a code. Asks again every three seconds, twenty seconds long.
 *
 * @throws RendezvousCodeError, RendezvousUnansweredError; LinkDownError when there is no connection at
 *   the end; TypeError when the address is no relay's
 */
export async function fetchInvitation(options: RendezvousOptions): Promise<Uint8Array> {
  const { timers = systemTimers } = options;
  const stretched = await stretchRendezvousCode(options.code);
  const pair = await hpke.GenerateKeyPair();
  const publicKey = await hpke.SerializePublicKey(pair.publicKey);
  return new Promise((resolve, reject) => {
    const link: MqttLink = new MqttLink({
      ...linkOptions(options),
      topic: topicOf('reply', publicKey),
      take: async (reply) => {
        const invitation = await openReply(reply, pair, pskOf(stretched));
        if (invitation !== undefined)
          end(() => {
            resolve(invitation);
          });
      },
    });
    const ask = (): void => {
      if (link.status.state.kind !== 'up') return;
      link
        .publish(topicOf('topic', stretched), concat(u8(VERSION), publicKey))
        .catch(ignoreLinkDown);
    };
    const askOften = (): void => {
      ask();
      stopAsking = timers.after(ASK_EVERY_MS, askOften);
    };
    let stopAsking = timers.after(ASK_EVERY_MS, askOften);
    link.status.onChange(ask);
    const stopGivingUp = timers.after(GIVE_UP_MS, () => {
      const { state } = link.status;
      end(() => {
        reject(
          state.kind === 'up'
            ? new RendezvousUnansweredError()
            : new LinkDownError('the relay cannot be reached'),
        );
      });
    });
    const end = (outcome: () => void): void => {
      stopAsking();
      stopGivingUp();
      link.close();
      outcome();
    };
  });
}

/** A session of its own that the broker forgets, so that it cannot be linked to the device's mailbox. */
function linkOptions({ url, timers, backoff }: RendezvousOptions) {
  const clientId = Promise.resolve(crypto.randomUUID());
  return { url, clientId, persistent: false, timers, backoff };
}

async function answerTo(
  request: Uint8Array,
  invitation: Uint8Array,
  psk: Uint8Array,
): Promise<{ topic: string; reply: Uint8Array }> {
  const reader = new Reader(request, 'rendezvous request');
  if (reader.u8() !== VERSION) throw reader.malformed('unknown version');
  const joiner = reader.bytes(ENC_BYTES);
  reader.end();
  const publicKey = await hpke.DeserializePublicKey(joiner);
  const options = { info, psk, pskId };
  const { encapsulatedSecret, ciphertext } = await hpke
    .Seal(publicKey, invitation, options)
    .catch((cause: unknown) => {
      throw reader.malformed(`not a key that can be sealed to (${String(cause)})`);
    });
  const reply = concat(u8(VERSION), encapsulatedSecret, ciphertext);
  return { topic: topicOf('reply', joiner), reply };
}

/** The invitation, or `undefined` when these bytes are not the reply of somebody who knows the code. */
async function openReply(
  reply: Uint8Array,
  pair: Parameters<typeof hpke.Open>[0],
  psk: Uint8Array,
): Promise<Uint8Array | undefined> {
  const enc = reply.slice(1, 1 + ENC_BYTES);
  const ciphertext = reply.slice(1 + ENC_BYTES);
  const size = ciphertext.length - TAG_BYTES;
  if (reply[0] !== VERSION || size < 0 || size > MAX_INVITATION_BYTES) return undefined;
  try {
    return await hpke.Open(pair, enc, ciphertext, { info, psk, pskId });
  } catch {
    return undefined; // somebody else's answer
  }
}

/** A request that is none needs no answer; everything else is an error. */
function ignoreMalformed(error: unknown): undefined {
  if (!(error instanceof DecodeError)) throw error;
}

/** The joiner asks again. */
function ignoreLinkDown(error: unknown): void {
  if (!(error instanceof LinkDownError)) throw error;
}
