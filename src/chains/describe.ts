/** Reviews of requests of every kind. */
import { type Descriptors, noDescriptors } from './evm/clear/descriptors.ts';
import { describe } from './evm/describe.ts';
import type { SigningContext } from './evm/message/context.ts';
import { describeMessage } from './evm/message/describe.ts';
import { typedDataReaders } from './evm/typed-data-readers.ts';
import { describeTypedData } from './evm/typed-data/describe.ts';
import type { ChainRequest } from './request.ts';
import type { Review } from './review.ts';

/**
 * What a person needs to judge a request. Only notes depend on the context, never what the bytes say.
 *
 * @param descriptors descriptions of contracts (ERC-7730) that are on this device
 * @throws the errors of the request's kind
 */
export async function describeRequest(
  request: ChainRequest,
  context: SigningContext,
  descriptors: Descriptors = noDescriptors,
): Promise<Review> {
  switch (request.kind) {
    case 'evm':
      return describe(request, context, descriptors);
    case 'evm-typed-data':
      return describeTypedData(request, context, typedDataReaders(context, descriptors));
    case 'evm-message':
      return describeMessage(request, context);
  }
}
