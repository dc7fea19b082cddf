/** How a ceremony ends without its result: one class in process and across the worker, never with secrets. */
import { CountersignError } from '../errors.ts';
import {
  IncompleteBatch,
  IncompleteSignatures,
  ProtocolError,
  type AbortClass,
  type Consequence,
  type PartyIndex,
  type SchnorrSignature,
} from '../threshold/index.ts';
import type { Signature } from './api.ts';

/** What a failed ceremony may have left behind. */
export type Remains =
  | 'nothing'
  /** The last round left, or may have left: a valid signature may exist (addendum H3). */
  | 'maybe-signed'
  /** This device confirmed a share that others may activate: it is kept as an unfinished key (H4). */
  | 'unfinished-key';

/** All that is known about a failure. Only public data: it crosses from the worker to the page. */
export interface Failure {
  /** Stable: `ceremonies/...`, or the code of the error below it, such as `threshold/abort-A`. */
  readonly code: string;
  readonly message: string;
  /** Of a protocol that was aborted; `undefined` for everything else. */
  readonly abortClass: AbortClass | undefined;
  /** The member at fault, where one can be named. */
  readonly culprit: PartyIndex | undefined;
  readonly consequence: Consequence | undefined;
  /** Members that were not heard from when the time was up. */
  readonly missing: readonly PartyIndex[];
  readonly remains: Remains;
  /** Signatures of a batch that are valid although the ceremony failed; in the order of the items. */
  readonly signatures: readonly (Signature | undefined)[];
}

/** Why a ceremony, or a question to the ceremony host, has no result. */
export class CeremonyError extends CountersignError {
  readonly failure: Failure;

  constructor(
    failure: Pick<Failure, 'code' | 'message'> & Partial<Failure>,
    options?: ErrorOptions,
  ) {
    super(failure.code, failure.message, options);
    this.failure = {
      abortClass: undefined,
      culprit: undefined,
      consequence: undefined,
      missing: [],
      remains: 'nothing',
      signatures: [],
      ...failure,
    };
  }

  /** The same failure with what it left behind. */
  leaving(remains: Remains): CeremonyError {
    if (remains === this.failure.remains) return this;
    return new CeremonyError({ ...this.failure, remains }, { cause: this.cause });
  }
}

/** Class A: nobody is blamed, a new session may be tried. */
export const benign = (
  code: string,
  message: string,
  missing: readonly PartyIndex[] = [],
): CeremonyError =>
  new CeremonyError({ code, message, missing, abortClass: 'A', consequence: 'may-retry' });

/**
 * Any error as one that may cross to the page. The text of an error that is not ours is left behind: it
 * could quote what it was about.
 */
export function asCeremonyError(error: unknown): CeremonyError {
  if (error instanceof CeremonyError) return error;
  if (error instanceof ProtocolError) {
    const { code, message, abortClass, culprit, consequence } = error;
    const signatures = partsOf(error);
    return new CeremonyError(
      { code, message, abortClass, culprit, consequence, signatures },
      { cause: error },
    );
  }
  if (error instanceof CountersignError) {
    return new CeremonyError({ code: error.code, message: error.message }, { cause: error });
  }
  return new CeremonyError(
    {
      code: 'ceremonies/internal',
      message: 'This device made a mistake of its own. Reload the page and try again.',
    },
    { cause: error },
  );
}

/** A BIP-340 signature as the wallet takes them. */
export const schnorrSignature = ({
  publicKey,
  message,
  signature,
}: SchnorrSignature): Signature => ({ publicKey, digest: message, signature, recovery: 0 });

/** The valid signatures of a batch that ended without all of them. */
function partsOf(error: ProtocolError): readonly (Signature | undefined)[] {
  if (error instanceof IncompleteBatch) return error.signatures;
  if (error instanceof IncompleteSignatures) {
    return error.signatures.map((one) => one && schnorrSignature(one));
  }
  return [];
}
