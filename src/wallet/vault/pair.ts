/** This device and one other member, as far as they have to be set up with each other again. */
import type { Founding } from '../../journal/index.ts';
import type { DeviceId } from '../../network/index.ts';
import { deviceIdOf } from '../peers.ts';
import type { Problem } from '../state.ts';
import type { CeremonyMessage } from '../wire.ts';
import { noAgreement, type PairAgreement } from './pair-agreement.ts';

/** How one of the two stands to it, as it tells the other one. */
export type Stands = Extract<CeremonyMessage, { t: 'pair' }>['stands'];

export interface Pair {
  /** Of the other member. */
  readonly index: number;
  readonly device: DeviceId;
  readonly name: string;
  /** As stored. */
  agreement: PairAgreement;
  /** This device holds nothing that it shares with the other one. */
  needed: boolean;
  /** What the other one said last. */
  theirs: Stands;
  /** Set-ups that failed, in a row. */
  failures: number;
  /** Answers that the other one is busy, in a row. */
  busy: number;
  /** Nothing is tried before. */
  notBefore: number;
  failure: Problem | undefined;
  /** When the other one was last told how this device stands, and that it is busy. */
  toldAt: number;
  busyAt: number;
  /** The person was told. */
  noticed: boolean;
}

export const newPair = ({ index, identity, name }: Founding['members'][number]): Pair => ({
  index,
  device: deviceIdOf(identity),
  name,
  agreement: noAgreement,
  needed: false,
  theirs: 'settled',
  failures: 0,
  busy: 0,
  notBefore: 0,
  failure: undefined,
  toldAt: -Infinity,
  busyAt: -Infinity,
  noticed: false,
});

/** Whether this device found itself that it is needed. */
export const isNeeded = ({ needed, agreement }: Pair): boolean =>
  needed || agreement.open !== undefined;

/** Whether one of the two needs it: until it is done they sign nothing together. */
export const isConcerned = (pair: Pair): boolean =>
  isNeeded(pair) ||
  pair.agreement.mine === 'agreed' ||
  pair.theirs === 'needed' ||
  pair.theirs === 'agreed';

export function standsOf(pair: Pair): Stands {
  const { mine } = pair.agreement;
  if (mine !== 'undecided') return mine;
  return isNeeded(pair) ? 'needed' : 'settled';
}
