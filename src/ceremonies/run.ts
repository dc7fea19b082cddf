/** Runs one protocol over a link, with the host's state behind it, and says what a failure left behind. */
import {
  runCeremony,
  type Ceremony,
  type DurableRecord,
  type NonceMemory,
} from '../threshold/index.ts';
import type { CeremonyHooks, PacketLink, SignHooks } from './api.ts';
import { asCeremonyError, benign, type CeremonyError, type Remains } from './errors.ts';
import type { HostPort } from './port.ts';
import type { HostState } from './state.ts';

export interface RunInputs<Out> {
  readonly ceremony: Ceremony<Out>;
  readonly requestId: Uint8Array;
  readonly link: PacketLink;
  readonly hooks: CeremonyHooks & Partial<Pick<SignHooks, 'onCommitted'>>;
  readonly port: Pick<HostPort, 'identity' | 'random'>;
  readonly state: HostState;
  readonly nonces: NonceMemory;
}

const cancelled = (): CeremonyError =>
  benign(
    'ceremonies/cancelled',
    'It was cancelled on this device, before anything was signed or kept.',
  );

/** @throws CeremonyError */
export async function runOverLink<Out>(inputs: RunInputs<Out>): Promise<Out> {
  const { ceremony, requestId, link, hooks, port, state, nonces } = inputs;
  const { signal } = hooks;
  let remains: Remains = 'nothing';
  /** Past this point the others may finish: going on is the only way to know what became of it. */
  const cancellable = (): boolean => remains === 'nothing';

  async function store(record: DurableRecord): Promise<void> {
    const commits = record.kind === 'pending-key' || record.kind === 'maybe-signed';
    if (commits && signal?.aborted === true) throw cancelled();
    await state.store(record, requestId);
    if (record.kind === 'pending-key') remains = 'unfinished-key';
    if (record.kind === 'maybe-signed') {
      remains = 'maybe-signed';
      await hooks.onCommitted?.();
    }
  }

  try {
    return await runCeremony(ceremony, {
      identity: port.identity,
      secrets: { random: port.random, deviceSecret: state.deviceSecret },
      nonces,
      nextCounter: async () => state.nextCounter(),
      carrier: {
        send: async (packet, to) => link.send(packet, to),
        receive: async () =>
          signal !== undefined && cancellable() ? untilAborted(link, signal) : link.receive(),
      },
      store,
      onStage: (stage) => hooks.onStage?.(stage),
    });
  } catch (error) {
    throw asCeremonyError(error).leaving(remains);
  }
}

async function untilAborted(link: PacketLink, signal: AbortSignal): Promise<Uint8Array> {
  if (signal.aborted) throw cancelled();
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(cancelled());
    };
    signal.addEventListener('abort', abort, { once: true });
    link
      .receive()
      .finally(() => {
        signal.removeEventListener('abort', abort);
      })
      .then(resolve, reject);
  });
}
