/**
 * PSBTs as animated QR codes: uniform resources with fountain codes, so that no frame has to be seen twice in the
 * right order. A module of its own that is loaded when somebody shows or scans one.
 *
 * @see BCR-2020-005 (UR), BCR-2020-006 (type `crypto-psbt`; `psbt` in its newer registry)
 */
import './node-globals.ts';
import { UR, URDecoder, UREncoder } from '@ngraveio/bc-ur';
import { decodeCbor, encodeCbor } from '../../cbor.ts';

/** Bytes of the message in one frame: codes of this size are read by any phone from any screen. */
const FRAGMENT_BYTES = 120;
const TYPE = 'crypto-psbt';
const TYPES: readonly string[] = [TYPE, 'psbt'];
/** Of a PSBT, as everywhere in the wallet. */
const MAX_BYTES = 2_000_000;
/** Before a byte string of that length in CBOR. */
const HEAD_BYTES = 5;
/** A frame that says it is one of more is not believed: the library would make lists of that length. */
const MAX_FRAMES = 20_000;
const MAX_FRAME_TEXT = 4_000;
const SINGLE = /^ur:([a-z0-9-]+)\/([a-z]+)$/;
const PART = /^ur:([a-z0-9-]+)\/([1-9][0-9]{0,9})-([1-9][0-9]{0,9})\/([a-z]+)$/;

/** Frames of one PSBT, without end: after `count` of them every further one helps, too. */
export interface Frames {
  readonly count: number;
  /** Upper case, which makes smaller codes. */
  next(): string;
}

/** @param psbt bytes of a PSBT */
export function framesOf(psbt: Uint8Array): Frames {
  const encoder = new UREncoder(new UR(Buffer.from(encodeCbor(psbt)), TYPE), FRAGMENT_BYTES);
  return {
    count: encoder.fragmentsLength,
    next: () => encoder.nextPart().toUpperCase(),
  };
}

export type Collected =
  | { readonly kind: 'done'; readonly psbt: Uint8Array }
  /** `solved`: pieces of the message that are known. `count`: of how many; about as many frames are needed. */
  | { readonly kind: 'more'; readonly solved: number; readonly count: number }
  /** Not a frame, or not one of this message: nothing was taken over from it. */
  | { readonly kind: 'wrong'; readonly problem: string };

/** Whether a text of a QR code is a uniform resource. */
export const isUr = (text: string): boolean => /^ur:/i.test(text);

/** Puts one PSBT together from its frames, in any order, with any missing. */
export class Collector {
  #decoder = new URDecoder();
  #message: string | undefined;

  /** Takes what the camera read. */
  take(text: string): Collected {
    const frame = text.trim().toLowerCase();
    const header = headerOf(frame);
    if ('problem' in header) return { kind: 'wrong', problem: header.problem };
    if (this.#message !== undefined && this.#message !== header.message) return ofAnother;
    try {
      if (!this.#decoder.receivePart(frame)) return ofAnother;
    } catch {
      return { kind: 'wrong', problem: 'This frame could not be read. Keep the camera on it.' };
    }
    // Only now: a damaged frame must not decide which message is collected.
    this.#message = header.message;
    if (this.#decoder.isError()) {
      this.#startAgain();
      return { kind: 'wrong', problem: 'The frames do not fit together. Scanning starts again.' };
    }
    if (!this.#decoder.isComplete()) {
      const solved = this.#decoder.receivedPartIndexes().length;
      return { kind: 'more', solved, count: this.#decoder.expectedPartCount() };
    }
    const psbt = bytesOf(this.#decoder.resultUR().cbor);
    this.#startAgain();
    return psbt === undefined
      ? { kind: 'wrong', problem: 'This code holds no PSBT.' }
      : { kind: 'done', psbt };
  }

  #startAgain(): void {
    this.#decoder = new URDecoder();
    this.#message = undefined;
  }
}

const ofAnother: Collected = { kind: 'wrong', problem: 'This frame belongs to another code.' };

/** Checked before the library looks at it. `message` is the same for all frames of one message. */
function headerOf(frame: string): { readonly message: string } | { readonly problem: string } {
  if (frame.length > MAX_FRAME_TEXT) return { problem: 'This code is too long for a frame.' };
  const part = PART.exec(frame);
  const [, type] = part ?? SINGLE.exec(frame) ?? [];
  if (type === undefined) return { problem: 'This is no frame of an animated code.' };
  if (!TYPES.includes(type)) {
    return { problem: 'This code is of another kind. It holds no PSBT.' };
  }
  if (part === null) return { message: type };
  const [, , number, count] = part;
  if (Number(count) > MAX_FRAMES || Number(number) > 0xffff_ffff) {
    return { problem: 'This code says that it has more frames than any PSBT.' };
  }
  return { message: `${type}/${String(count)}` };
}

/** The one byte string that the message is; `undefined`: it is something else. */
function bytesOf(cbor: Uint8Array): Uint8Array | undefined {
  if (cbor.length > MAX_BYTES + HEAD_BYTES) return undefined;
  try {
    const value = decodeCbor(Uint8Array.from(cbor), 'a PSBT');
    return value instanceof Uint8Array ? value : undefined;
  } catch {
    return undefined;
  }
}
