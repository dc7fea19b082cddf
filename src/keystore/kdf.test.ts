import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { KdfError } from './errors.ts';
import { isAllowedCost, localKdf, STANDARD_KDF_POLICY, workerKdf } from './kdf.ts';

const PASSPHRASE = utf8ToBytes('password');
const SALT = utf8ToBytes('somesalt');
const COST = { m: 256, t: 2, p: 1 };
/** From the test program of the reference implementation of Argon2 (Argon2id, version 0x13). */
const EXPECTED = '9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe';
const EXPECTED_2_LANES = '6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037';

afterEach(() => {
  vi.unstubAllGlobals();
});

type Behaviour = (worker: Worker, request: unknown, transfer: unknown) => void;

function fakeWorker(behave: Behaviour) {
  const terminate = vi.fn();
  const worker: Partial<Worker> = { terminate };
  worker.postMessage = (message: unknown, transfer?: unknown) => {
    behave(worker as Worker, message, transfer);
  };
  return { worker: worker as Worker, terminate };
}

const answer = (worker: Worker, data: unknown): void => {
  worker.onmessage?.(new MessageEvent('message', { data }));
};

describe('argon2id', () => {
  it('gives the values of the reference implementation', async () => {
    expect(bytesToHex(await localKdf(PASSPHRASE, SALT, COST))).toBe(EXPECTED);
    expect(bytesToHex(await localKdf(PASSPHRASE, SALT, { ...COST, p: 2 }))).toBe(EXPECTED_2_LANES);
  });

  it('fails as KdfError, also for want of memory', async () => {
    await expect(localKdf(PASSPHRASE, SALT, { m: 2 ** 31, t: 1, p: 1 })).rejects.toThrow(KdfError);
  });
});

describe('in a worker', () => {
  it('derives the same key, wipes the passphrase there and ends the worker', async () => {
    const scope: { onmessage?: (event: { data: unknown }) => void; postMessage?: unknown } = {};
    vi.stubGlobal('self', scope);
    vi.resetModules();
    await import('./argon2.worker.ts');
    let request: { passphrase: Uint8Array } | undefined;
    const { worker, terminate } = fakeWorker((self, message, transfer) => {
      scope.postMessage = (data: unknown, { transfer: back }: { transfer: unknown }) => {
        expect(back).toEqual([(data as Uint8Array).buffer]);
        answer(self, data);
      };
      request = message as { passphrase: Uint8Array };
      expect(transfer).toEqual([request.passphrase.buffer]);
      expect(request.passphrase).not.toBe(PASSPHRASE);
      scope.onmessage?.({ data: message });
    });
    const key = await workerKdf(() => worker)(PASSPHRASE, SALT, COST);
    expect(bytesToHex(key)).toBe(EXPECTED);
    expect(request?.passphrase).toEqual(new Uint8Array(8));
    expect(PASSPHRASE).toEqual(utf8ToBytes('password'));
    expect(terminate).toHaveBeenCalledOnce();
  });

  it.each<[string, Behaviour]>([
    [
      'fails',
      (worker) => {
        worker.onerror?.(new Event('error') as ErrorEvent);
      },
    ],
    [
      'answers with something else',
      (worker) => {
        answer(worker, 'key');
      },
    ],
    [
      'answers with a short key',
      (worker) => {
        answer(worker, new Uint8Array(31));
      },
    ],
    [
      'cannot be asked',
      () => {
        throw new Error('no');
      },
    ],
  ])('is an error, and the worker is ended, when it %s', async (_, behave) => {
    const { worker, terminate } = fakeWorker(behave);
    await expect(workerKdf(() => worker)(PASSPHRASE, SALT, COST)).rejects.toThrow(KdfError);
    expect(terminate).toHaveBeenCalledOnce();
  });

  it('is an error when it does not start', async () => {
    const start = () => {
      throw new Error('no workers here');
    };
    await expect(workerKdf(start)(PASSPHRASE, SALT, COST)).rejects.toThrow(KdfError);
  });
});

describe('the standard policy', () => {
  it('is the second recommendation of RFC 9106, above the OWASP minimum', () => {
    expect(STANDARD_KDF_POLICY.cost).toEqual({ m: 64 * 1024, t: 3, p: 4 });
    expect(STANDARD_KDF_POLICY.floor).toEqual({ m: 19 * 1024, t: 2, p: 1 });
    expect(isAllowedCost(STANDARD_KDF_POLICY.cost, STANDARD_KDF_POLICY)).toBe(true);
  });

  it.each(['m', 't', 'p'] as const)('has both bounds of %s', (name) => {
    const { cost, floor, ceiling } = STANDARD_KDF_POLICY;
    const allowed = (value: number) =>
      isAllowedCost({ ...cost, [name]: value }, STANDARD_KDF_POLICY);
    expect(allowed(floor[name])).toBe(true);
    expect(allowed(ceiling[name])).toBe(true);
    expect(allowed(floor[name] - 1)).toBe(false);
    expect(allowed(ceiling[name] + 1)).toBe(false);
  });
});
