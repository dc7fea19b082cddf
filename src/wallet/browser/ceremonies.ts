/** Starts the worker that holds the key shares. */
import { connect, workerFailed, type Ceremonies } from '../../ceremonies/index.ts';
import type { Unlocked } from '../../keystore/index.ts';
import type { CeremonyWorkerInit } from '../ceremony.worker.ts';

/** @throws CeremonyError when the worker cannot open what is stored */
export async function openCeremonyWorker(unlocked: Unlocked): Promise<Ceremonies> {
  const { masterKey, keys } = unlocked;
  const worker = new Worker(new URL('../ceremony.worker.ts', import.meta.url), { type: 'module' });
  const init: CeremonyWorkerInit = {
    masterKey,
    identityKey: keys.identity.privateKey,
    identity: new Uint8Array(keys.identityPublic),
  };
  try {
    const connection = await connect(worker, init);
    const { ceremonies } = connection;
    worker.addEventListener('error', () => {
      connection.fail(workerFailed());
    });
    return {
      ...ceremonies,
      async close() {
        try {
          await ceremonies.close();
        } finally {
          worker.terminate();
        }
      },
    };
  } catch (error) {
    worker.terminate();
    throw error;
  }
}
