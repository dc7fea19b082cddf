import type { CallFact, Reading } from '../../review.ts';
import type { DescribeContext } from '../context.ts';
import type { Call } from '../clear/call.ts';
import type { Descriptors } from '../clear/descriptors.ts';

/** What a reading shares from the outermost call to the innermost. */
export interface Walk {
  readonly descriptors: Descriptors;
  readonly notes: DescribeContext;
  /** Reads a call that is `depth` calls away from the outermost. */
  readonly follow: (call: Call, depth: number) => Promise<CallFact>;
}

/** The worse of two readings. */
export const worse = (a: Reading, b: Reading): Reading =>
  a === 'unreadable' || b === 'unreadable' ? 'unreadable' : a === 'decoded' ? a : b;
