/** What all parts of a simulation have in common: its devices, its setting and its records. */
import type { PartyIndex } from '../abort.ts';
import type { EpochState } from '../epochs.ts';
import type { Suite } from '../group.ts';
import type * as Threshold from '../index.ts';
import type { KeyShare } from '../keys.ts';
import type { RandomSource } from '../random.ts';
import { pick, seeded, type TestIdentity } from './seeded.ts';

/** What is under test: the room itself, or a weakened build of it. */
export type Library = typeof Threshold;

export type State = EpochState<KeyShare>;

/** A device of the simulation. `disk` survives a crash, nothing else does. */
export interface SimDevice {
  readonly name: string;
  readonly identity: TestIdentity;
  readonly byzantine: boolean;
  disk: State;
  up: boolean;
  /** Increments with every session; durable. */
  counter: number;
  /** Confirmations that others sent, by session and number. Memory: lost in a crash. */
  heard: Map<string, Map<PartyIndex, Uint8Array>>;
  /** Every share it ever had. Only Byzantine devices keep any. */
  readonly hoard: KeyShare[];
  /** Events of this device so far: where a planned crash may hit. */
  points: number;
}

/** How a device treats what it stored when the session fails afterwards. */
export type OnFailure = 'keep' | 'forget';

/** What a simulation consists of. */
export interface Setting {
  readonly library: Library;
  readonly suite: Suite;
  /** Decides everything. */
  readonly seed: string;
  /** All devices there are, members or not. */
  readonly names: readonly string[];
  readonly byzantine?: readonly string[];
  /** `forget` is the mistake of P-26: a message of a failed session deletes a confirmed share. */
  readonly onFailure?: OnFailure;
}

/** One run: its chance, its trace, and what has changed. */
export class Run {
  readonly setting: Setting;
  readonly random: RandomSource;
  readonly trace: string[] = [];
  /** What happened, to see that a run did not check nothing. */
  readonly tally = { attempts: 0, activated: 0, aborted: 0, crashes: 0, retired: 0, checks: 0 };
  /** Whether the network loses and delays, and devices crash where it hurts most. */
  faulty = false;
  /** Whether a durable state was written since the last check. */
  changed = false;

  constructor(setting: Setting) {
    this.setting = setting;
    this.random = seeded(`sim/${setting.seed}`);
  }

  oneIn(n: number): boolean {
    return pick(this.random, n) === 0;
  }

  note(what: string): void {
    this.trace.push(what);
  }

  write(device: SimDevice, state: State): void {
    device.disk = state;
    this.changed = true;
  }
}
