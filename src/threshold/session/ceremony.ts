/** The shape every protocol has: a handshake, then rounds. */
import type { RandomSource } from '../random.ts';
import type { HandshakeSpec } from './handshake.ts';
import type { AnyRoundShape, Transition } from './round.ts';
import type { Session } from './session.ts';

/** What a protocol draws its secrets from. */
export interface SecretSources {
  readonly random: RandomSource;
  /** A secret of this device, 32 bytes: hedges draws made before there is a share. */
  readonly deviceSecret: Uint8Array;
}

/** A protocol ready to run in one session: its rounds, known in advance, and its first step. */
export interface Protocol<Out> {
  readonly rounds: readonly AnyRoundShape[];
  start(): Transition<Out>;
}

/** One party's part in one protocol, before its session exists. Single use. */
export interface Ceremony<Out> {
  readonly handshake: HandshakeSpec;
  begin(session: Session, secrets: SecretSources): Protocol<Out>;
  /** Frees what the ceremony holds (locks). Called once, whatever the outcome. */
  release(): void;
}
