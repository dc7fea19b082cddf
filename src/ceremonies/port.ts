/** What a host needs of its device. The wallet gives it; in tests memory does. */
import type { Identity, RandomSource } from '../threshold/index.ts';

/** One write of an atomic batch. */
export type RecordWrite =
  | {
      readonly kind: 'put';
      readonly bucket: string;
      readonly key: string;
      readonly value: Uint8Array;
    }
  | { readonly kind: 'delete'; readonly bucket: string; readonly key: string };

/** Durable, sealed bytes. The storage of `keystore/` fits. */
export interface Records {
  /** A copy of the value, or `undefined`. */
  get(bucket: string, key: string): Promise<Uint8Array | undefined>;
  /** Every entry of a bucket, ascending by key. */
  list(bucket: string): Promise<readonly { readonly key: string; readonly value: Uint8Array }[]>;
  /** All of the batch or nothing; resolves when it is on the disk and was read back (addendum M7). */
  write(batch: readonly RecordWrite[]): Promise<void>;
}

/** The device that the shares live on. */
export interface HostPort {
  /** No other host may use them at the same time: two hosts would be two copies of one party. */
  readonly records: Records;
  readonly identity: Identity;
  /** The platform's cryptographic generator. */
  readonly random: RandomSource;
}
