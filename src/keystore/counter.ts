/** Counters that never give the same value twice, whatever crashes. */
import { concat, Reader, u32 } from '../codec.ts';
import { DamagedRecordError } from './errors.ts';
import { assertNames } from './names.ts';
import { Serial } from './serial.ts';
import type { Storage } from './storage.ts';

const BUCKET = 'counters';
const BYTES = 8;
const LIMIT = 2n ** 64n;

const queues = new WeakMap<Storage, Serial>();

/** Makes a storage that is a view of another one wait in the queue of that other one. */
export function shareCounters(view: Storage, of: Storage): void {
  queues.set(view, queueOf(of));
}

/**
 * The next value of a counter, 1 at first, durable before it is given out. A crash may skip values. A
 * storage that is put back to an older state repeats them: a value must not be the only source of freshness.
 *
 * Calls in one context may overlap; two contexts (tabs, workers) must not use one counter at a time.
 *
 * @param name in bucket `counters`
 * @throws DamagedRecordError when the stored value is not 8 bytes
 * @throws RangeError after 2^64 - 1
 */
export async function nextCounter(storage: Storage, name: string): Promise<bigint> {
  assertNames(name);
  return queueOf(storage).run(async () => {
    const stored = await storage.get(BUCKET, name);
    const value = (stored === undefined ? 0n : decode(name, stored)) + 1n;
    if (value >= LIMIT) throw new RangeError('this counter is used up');
    await storage.write([{ kind: 'put', bucket: BUCKET, key: name, value: encode(value) }]);
    return value;
  });
}

function queueOf(storage: Storage): Serial {
  const queue = queues.get(storage) ?? new Serial();
  queues.set(storage, queue);
  return queue;
}

const encode = (value: bigint): Uint8Array =>
  concat(u32(Number(value >> 32n)), u32(Number(value & 0xffff_ffffn)));

function decode(name: string, stored: Uint8Array): bigint {
  if (stored.length !== BYTES) {
    throw new DamagedRecordError(BUCKET, name, 'a counter has 8 bytes');
  }
  const reader = new Reader(stored, 'counter');
  return (BigInt(reader.u32()) << 32n) | BigInt(reader.u32());
}
