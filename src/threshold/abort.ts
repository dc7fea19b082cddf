/**
 * How a protocol ends when it does not succeed (specification 14.4, addendum M1 to M5).
 *
 * Three families: a peer or the agreement failed (`ProtocolError`, with class, blame and consequence),
 * the carrier failed (its own error, or class A here), a caller misused the API (`UsageError`).
 */
import { CountersignError } from '../errors.ts';

/** Index of a party, 1..255. In a redistribution: its number in the session (see `reshare`). */
export type PartyIndex = number;

/**
 * - `A`   benign: time-out, refusal, differing context or echo. Nobody is blamed; a new session may be tried.
 * - `A'`  an authenticated message is malformed, or an opening, proof, share or base OT is wrong.
 * - `B`   the OT extension check failed: the peer may have learnt bits of Nabla.
 * - `C`   the multiplication check failed.
 * - `D`   not attributable: sums, view or final verification are wrong.
 */
export type AbortClass = 'A' | "A'" | 'B' | 'C' | 'D';

/** What the device does next. */
export type Consequence =
  /** A new session may be tried. */
  | 'may-retry'
  /** Set-up results of this session are discarded; the evidence is kept. */
  | 'discard-session'
  /** The pair's OT state is destroyed and its sessions end; only an approved fresh pair set-up lifts it. */
  | 'ban-pair'
  /** No session with this peer until a person decides so. */
  | 'refuse-peer'
  /** Counted against the signer set; automatic retries stop after three. */
  | 'count-failure';

const CONSEQUENCES: Readonly<Record<AbortClass, Consequence>> = {
  A: 'may-retry',
  "A'": 'discard-session',
  B: 'ban-pair',
  C: 'refuse-peer',
  D: 'count-failure',
};

/** Why a ceremony ended without a result. Never carries secrets. */
export class ProtocolError extends CountersignError {
  readonly abortClass: AbortClass;
  /** The party at fault, where one can be named. */
  readonly culprit: PartyIndex | undefined;
  readonly consequence: Consequence;

  constructor(
    abortClass: AbortClass,
    reason: string,
    culprit?: PartyIndex,
    options?: ErrorOptions,
  ) {
    const blame = culprit === undefined ? '' : ` (party ${String(culprit)})`;
    super(`threshold/abort-${abortClass}`, `${reason}${blame}`, options);
    this.abortClass = abortClass;
    this.culprit = culprit;
    this.consequence = CONSEQUENCES[abortClass];
  }
}

/** The caller asked for something that can never be right: a bug on this device, not a peer's fault. */
export class UsageError extends CountersignError {
  constructor(message: string) {
    super('threshold/usage', message);
  }
}

/** Runs `check` and turns any exception into an abort of class A' that names the culprit. */
export function blaming<T>(culprit: PartyIndex, what: string, check: () => T): T {
  try {
    return check();
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause;
    const detail = cause instanceof Error ? cause.message : 'invalid';
    throw new ProtocolError("A'", `${what}: ${detail}`, culprit, { cause });
  }
}
