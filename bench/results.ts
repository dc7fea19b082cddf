/** What the benchmark writes to `bench/results/`. Milliseconds and bytes are those of one party. */
import type { Bytes } from '../src/threshold/testing/measure.ts';

/** A case by name, with how often to run it after the first, cold run. */
export interface Job {
  readonly id: string;
  readonly runs: number;
}

/** What one case cost: the median party, and of its runs the median. */
export interface CaseResult {
  readonly id: string;
  readonly protocol: string;
  readonly t: number;
  readonly n: number;
  /** Parties of the session: signers, dealers and recipients, or the pair. */
  readonly parties: number;
  /** Warm runs; with none, all figures are those of the cold one. */
  readonly runs: number;
  /** All rounds, from the bodies that come in to the bodies that go out. */
  readonly ms: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** The same in the first run of a fresh process. */
  readonly firstMs: number;
  /** The step that makes the messages of round 1, ..., the one with the result. */
  readonly stepMs: readonly number[];
  readonly handshakeMs: number;
  readonly packetMs: number;
  readonly bodies: Bytes;
  readonly packets: Bytes;
}

/** Share of the time spent in one area of the code, 0 to 1. */
export interface Hotspot {
  readonly area: string;
  readonly share: number;
}

/** One public package, as one round of its own script measured it. */
export interface PeerFigure {
  readonly package: string;
  readonly what: string;
  readonly ms: number;
  /** A broadcast counted once per receiver. */
  readonly bytes: number;
}

/** Ours over theirs. */
export interface Ratio {
  readonly what: string;
  readonly unit: 'ms' | 'bytes';
  /** The median of the interleaved rounds. */
  readonly ours: number;
  /** With the handshake and the packets, which the peer does not have. */
  readonly oursWhole: number;
  readonly theirs: number;
  /** ours / theirs, round by round. */
  readonly perRound: readonly number[];
  /** Our fastest run / their fastest: what a busy machine disturbs least. Of time only. */
  readonly fastest?: number;
  readonly target?: number;
  readonly stretch?: number;
}

/** What was measured beside the peers. */
export interface Comparison {
  readonly peer: string;
  readonly rounds: number;
  readonly ratios: readonly Ratio[];
  readonly context: readonly PeerFigure[];
}

/** How long requests of one kind take from their bytes to the review. Milliseconds. */
export interface ReviewFigure {
  readonly what: string;
  readonly cases: number;
  /** Of the largest. */
  readonly bytes: number;
  /** The median over the cases, of each the median of its warm runs. */
  readonly ms: number;
  /** The slowest case, warm. */
  readonly worstMs: number;
  /** The slowest case the first time. */
  readonly firstMs: number;
}

/** What a browser loads. */
export interface Download {
  readonly what: string;
  readonly bytes: number;
  /** With brotli. */
  readonly compressed: number;
}

/** What has to do with reading requests. */
export interface Reviewing {
  /** Of the folder with descriptors and fixtures, if there was one. */
  readonly registry: boolean;
  readonly figures: readonly ReviewFigure[];
  readonly downloads: readonly Download[];
}

/** One run of the benchmark. */
export interface Results {
  readonly date: string;
  readonly machine: {
    readonly node: string;
    readonly cpu: string;
    readonly cores: number;
    /** Load average of the minute before the start: above 0.5 somebody else used the machine. */
    readonly load: number;
  };
  readonly cases: readonly CaseResult[];
  readonly profiles: readonly { readonly id: string; readonly hotspots: readonly Hotspot[] }[];
  readonly comparison: Comparison | undefined;
  readonly reviewing: Reviewing | undefined;
}
