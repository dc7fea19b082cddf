/** What signing needs of its vault. */
import type { ChainRequest } from '../../chains/index.ts';
import type { Content, Founding } from '../../journal/index.ts';
import type { Judged } from './judge.ts';
import type { SessionPort } from './port.ts';

export interface SigningPort extends SessionPort {
  readonly vaultId: Uint8Array;
  readonly founding: Founding;
  /** The key that signs a request; `undefined`: it does not exist (yet). */
  kid(request: ChainRequest): string | undefined;
  /** Judged anew, at this moment. */
  judged(proposal: string): Judged | undefined;
  all(): readonly Judged[];
  append(content: Content): Promise<unknown>;
  /** A signature exists and is in the journal. */
  signed(proposal: string, initiator: boolean): void;
  /** Two devices must be set up with each other again before they can sign together. */
  isUnpaired(member: number, request: ChainRequest): boolean;
  /** A set-up of two devices is under way: it uses the same shares. */
  isPairing(): boolean;
  /** A session failed: what this device shares with the others may not be what it was. */
  lookAtPairs(): Promise<void>;
  /** No session is under way any more. */
  idle(): void;
}
