/** From a passphrase to a key: Argon2id version 0x13 (RFC 9106), 32 bytes out. */
import type { KdfCost } from './argon2.ts';
import { KdfError } from './errors.ts';

/** Passphrase (UTF-8) and salt (16 bytes) to 32 bytes. @throws KdfError */
export type Kdf = (passphrase: Uint8Array, salt: Uint8Array, cost: KdfCost) => Promise<Uint8Array>;

/** What new records use, and the bounds within which a stored record is believed. */
export interface KdfPolicy {
  readonly cost: KdfCost;
  /** A stored record may not ask for less: it would make guessing cheap. */
  readonly floor: KdfCost;
  /** A stored record may not ask for more: it would freeze or crash the tab. */
  readonly ceiling: KdfCost;
}

/**
 * The second recommendation of RFC 9106 section 4 (64 MiB, 3 passes, 4 lanes); the floor is the OWASP
 * minimum (19 MiB, 2 passes, 1 lane).
 *
 * One derivation by `@noble/hashes` 2.4 in Node 20 on a shared 2-core server: 1.2 s (64 MiB, t 3);
 * 0.42 s (64 MiB, t 1); 0.62 s (32 MiB, t 3); 0.25 to 0.32 s (19 MiB, t 2). Lanes make no difference. In a
 * worker of Chromium on the same machine with six times as much work as cores: 4.7, 1.7, 2.7 and 1.0 s.
 */
export const STANDARD_KDF_POLICY: KdfPolicy = {
  cost: { m: 65_536, t: 3, p: 4 },
  floor: { m: 19_456, t: 2, p: 1 },
  ceiling: { m: 262_144, t: 10, p: 4 },
};

/** Whether every number lies within the bounds of the policy. */
export function isAllowedCost(cost: KdfCost, { floor, ceiling }: KdfPolicy): boolean {
  return (['m', 't', 'p'] as const).every(
    (name) => cost[name] >= floor[name] && cost[name] <= ceiling[name],
  );
}

/** Derives in this thread: for Node, and for code that already runs in a worker. */
export const localKdf: Kdf = async (passphrase, salt, cost) => {
  const { deriveKey } = await import('./argon2.ts');
  try {
    return deriveKey({ passphrase, salt, cost });
  } catch (cause) {
    throw new KdfError({ cause });
  }
};

/**
 * Derives in a Web Worker, so that the page stays alive. Each derivation has its own worker, which is
 * ended afterwards: that gives the memory back, with whatever secrets lay in it.
 */
export function workerKdf(start: () => Worker = startWorker): Kdf {
  return async (passphrase, salt, cost) => {
    let worker: Worker | undefined;
    try {
      const running = (worker = start());
      return await new Promise<Uint8Array>((resolve, reject) => {
        running.onmessage = ({ data }: MessageEvent<unknown>) => {
          if (data instanceof Uint8Array && data.length === 32) resolve(data);
          else reject(new KdfError());
        };
        running.onerror = () => {
          reject(new KdfError());
        };
        // Transferred, not copied: the worker's copy of the passphrase is the only further one.
        const copy = Uint8Array.from(passphrase);
        running.postMessage({ passphrase: copy, salt, cost }, [copy.buffer]);
      });
    } catch (cause) {
      throw cause instanceof KdfError ? cause : new KdfError({ cause });
    } finally {
      worker?.terminate();
    }
  };
}

const startWorker = (): Worker =>
  new Worker(new URL('./argon2.worker.ts', import.meta.url), { type: 'module' });
