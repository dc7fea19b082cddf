/** A host behind a real MessageChannel, as the page has it. */
import { devices, seeded } from '../../threshold/testing/seeded.ts';
import type { Ceremonies } from '../api.ts';
import { CeremonyError } from '../errors.ts';
import { CeremonyHost } from '../host.ts';
import { connect, type Connection } from '../worker-client.ts';
import { serve } from '../worker-server.ts';
import type { Contents } from './hosts.ts';
import { MemoryRecords } from './records.ts';

export interface WorkerDevice {
  readonly index: number;
  readonly connection: Connection;
  readonly ceremonies: Ceremonies;
  readonly records: MemoryRecords;
  /** Posts to the worker what the client never would. */
  readonly post: (message: unknown) => void;
  /** Posts to the page what the server never would. */
  readonly postBack: (message: unknown) => void;
  /** Closes the channel. */
  readonly end: () => void;
}

/** Opens one device on what a former one left. @param watch sees every message in either direction */
export async function openWorker(
  index: number,
  {
    contents,
    seed,
    watch = () => undefined,
  }: {
    readonly contents?: Contents | undefined;
    readonly seed: string;
    readonly watch?: (message: unknown) => void;
  },
): Promise<WorkerDevice> {
  const { port1, port2 } = new MessageChannel();
  const records = new MemoryRecords(contents);
  const identity = devices(index)[index - 1]?.identity;
  if (identity === undefined) throw new Error('no such device');
  const watched = (port: MessagePort) => ({
    postMessage: (message: unknown) => {
      watch(message);
      port.postMessage(message);
    },
    addEventListener: (type: 'message', listener: (event: { readonly data: unknown }) => void) => {
      port.addEventListener(type, listener);
      port.start();
    },
  });
  serve(watched(port2), async (init) => {
    if (init !== 'open sesame') throw new CeremonyError({ code: 'test/init', message: 'No.' });
    return CeremonyHost.open({ records, identity, random: seeded(seed) });
  });
  const connection = await connect(watched(port1), 'open sesame');
  return {
    index,
    connection,
    ceremonies: connection.ceremonies,
    records,
    post: (message) => {
      port1.postMessage(message);
    },
    postBack: (message) => {
      port2.postMessage(message);
    },
    end: () => {
      port1.close();
      port2.close();
    },
  };
}
