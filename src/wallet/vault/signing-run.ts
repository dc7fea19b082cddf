/** One attempt to sign a proposal: more than 16 digests take several sessions, one after the other. */
import { batchCount, batchId, stageView, type Link } from '../../ceremonies/index.ts';
import type { DeviceId } from '../../network/index.ts';
import type { CeremonyRoutes } from '../routes.ts';
import type { CeremonyView } from '../state.ts';

/** The slowest member's longest step has to fit. */
const IDLE_TIMEOUT_MS = 30_000;

export interface Run {
  readonly proposal: string;
  readonly startedAt: number;
  readonly abort: AbortController;
  readonly signers: readonly number[];
  /** Whether the FROST key signs. */
  readonly taproot: boolean;
  readonly request: Uint8Array;
  /** Whether this device began it. */
  readonly initiator: boolean;
  /** The keys of what is signed: one for each digest. */
  readonly paths: readonly (readonly number[])[];
  /** The session under way: more than 16 digests take several, one after the other. */
  batch: number;
  stage: string | undefined;
  committed: boolean;
  /** A signer answered that it is busy. */
  busy: boolean;
}

/** One session of a run. */
interface Session {
  /** 16 bytes. */
  readonly requestId: Uint8Array;
  readonly link: Link;
  readonly release: () => void;
}

/**
 * All sessions of a run, with their links open: a member that is done with one may begin the next before this device.
 *
 * @param others the other signers, by their numbers
 */
export const sessionsOf = (
  { request, paths }: Run,
  others: ReadonlyMap<number, DeviceId>,
  routes: CeremonyRoutes,
): readonly Session[] =>
  Array.from({ length: batchCount(paths.length) }, (_, batch) => {
    const requestId = batchId(request, batch);
    return { requestId, ...routes.open(requestId, others, IDLE_TIMEOUT_MS) };
  });

/** What the screen shows of it. */
export function viewOf({ taproot, stage, paths, batch, startedAt, committed }: Run): CeremonyView {
  const batches = batchCount(paths.length);
  const part = batches > 1 ? `part ${String(batch + 1)} of ${String(batches)}` : undefined;
  const { stages, progress } = stageView(taproot ? 'sign-taproot' : 'sign', stage, part);
  return {
    stages,
    progress: (batch + progress) / batches,
    startedAt,
    cancellable: !committed,
  };
}
