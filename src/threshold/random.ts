/**
 * Randomness is an argument. Secret draws are hedged (addendum M3): fresh random bytes are hashed with
 * the party's share, the session and a counter, so that a weak or repeating generator alone gives
 * nothing away.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat, u32 } from '../codec.ts';
import { UsageError } from './abort.ts';
import { expand, hash, toInteger } from './hash.ts';
import { TAGS } from './tags.ts';

/** `length` fresh, uniformly random bytes. In production only the platform's cryptographic generator. */
export type RandomSource = (length: number) => Uint8Array;

/** Fails at once when the generator is absent or stuck. */
export function checkRandom(random: RandomSource): void {
  const first = random(32);
  const second = random(32);
  const stuck = first.every((byte, i) => byte === second[i]);
  if (first.length !== 32 || second.length !== 32 || stuck || first.every((byte) => byte === 0)) {
    throw new UsageError('the random generator does not produce fresh bytes');
  }
}

/** Secret draws of one party in one session. */
export class HedgedRandom {
  readonly #random: RandomSource;
  readonly #secret: Uint8Array;
  readonly #sid: Uint8Array;
  #counter = 0;

  /**
   * @param secret the party's long-term secret in this protocol (its share), or empty where it has none yet
   * @param sid the session, 32 bytes
   */
  constructor(random: RandomSource, secret: Uint8Array, sid: Uint8Array) {
    this.#random = random;
    this.#secret = secret.slice();
    this.#sid = sid;
  }

  /** Exp(H("hedge"; 32 random bytes, secret, sid, label, u32 counter), length). */
  bytes(label: string, length: number): Uint8Array {
    const fresh = this.#random(32);
    if (fresh.length !== 32) throw new UsageError('the random generator returned a wrong length');
    const counter = u32(this.#counter++);
    const key = hash(TAGS.hedge, fresh, this.#secret, this.#sid, utf8ToBytes(label), counter);
    return expand(key, length);
  }

  /** `count` scalars in [1, order), each from 48 bytes. */
  scalars(label: string, order: bigint, count: number): bigint[] {
    const drawn = this.bytes(label, 48 * count);
    const out: bigint[] = [];
    for (let i = 0; i < count; i++) {
      // below order - 1, then shifted: never zero, bias below 2^-127
      out.push((toInteger(drawn.subarray(48 * i, 48 * (i + 1))) % (order - 1n)) + 1n);
    }
    drawn.fill(0);
    return out;
  }

  /** One scalar in [1, order). */
  scalar(label: string, order: bigint): bigint {
    const [value] = this.scalars(label, order, 1);
    if (value === undefined) throw new UsageError('no scalar drawn');
    return value;
  }

  /** The library's random hook: plain bytes under one label. */
  hook(label: string): (length?: number) => Uint8Array {
    return (length = 32) => this.bytes(label, length);
  }

  /** Forgets the secret. Later draws are refused by the session that owns this object. */
  wipe(): void {
    this.#secret.fill(0);
  }
}

/** Concatenation of 32 random bytes for callers outside a session, checked for length. */
export function freshBytes(random: RandomSource, length: number): Uint8Array {
  const out = random(length);
  if (out.length !== length) throw new UsageError('the random generator returned a wrong length');
  return concat(out);
}
