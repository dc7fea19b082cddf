/** Reviews of requests of every kind. */
import type { DescribeContext } from './evm/context.ts';
import { describe } from './evm/describe.ts';
import { type ChainRequest, UnknownKindError } from './request.ts';
import type { Review } from './review.ts';

/**
 * What a person needs to judge a request. Only notes depend on the context, never what the bytes say.
 *
 * @throws the errors of the request's kind
 */
export async function describeRequest(
  request: ChainRequest,
  context: DescribeContext,
): Promise<Review> {
  switch (request.kind) {
    case 'evm':
      return describe(request, context);
    case 'evm-typed-data':
      throw new UnknownKindError();
  }
}
