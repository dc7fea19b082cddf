/** Reviews, and what they would say more about if more descriptors were loaded. */
import { type Descriptors, recording } from './evm/clear/descriptors.ts';
import { describeRequest } from './describe.ts';
import type { Review } from './review.ts';
import type { Subject } from './subject.ts';

export interface Attempt {
  readonly review: Review;
  /** Paths of descriptors that are for this request, calls inside of it included, and are not loaded. */
  readonly missing: readonly string[];
}

/**
 * Describes a request with the descriptors that are loaded, and notes down which others it asked for. Load them
 * and ask again until there are none: a descriptor may name further calls.
 *
 * @throws the errors of the request's kind
 */
export async function describeOrMiss(subject: Subject, descriptors: Descriptors): Promise<Attempt> {
  const missing = new Set<string>();
  const review = await describeRequest(subject, recording(descriptors, missing));
  return { review, missing: [...missing] };
}
