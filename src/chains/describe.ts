/** Reviews of requests of every kind. */
import { describe } from './evm/describe.ts';
import type { SigningContext } from './evm/message/context.ts';
import { describeMessage } from './evm/message/describe.ts';
import { describeTypedData } from './evm/typed-data/describe.ts';
import type { ChainRequest } from './request.ts';
import type { Review } from './review.ts';

/**
 * What a person needs to judge a request. Only notes depend on the context, never what the bytes say.
 *
 * @throws the errors of the request's kind
 */
export async function describeRequest(
  request: ChainRequest,
  context: SigningContext,
): Promise<Review> {
  switch (request.kind) {
    case 'evm':
      return describe(request, context);
    case 'evm-typed-data':
      return describeTypedData(request, context);
    case 'evm-message':
      return describeMessage(request, context);
  }
}
