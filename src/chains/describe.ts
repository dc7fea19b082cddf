/** Reviews of requests of every kind. */
import { describeBitcoin } from './bitcoin/describe.ts';
import { type Descriptors, noDescriptors } from './evm/clear/descriptors.ts';
import { describe } from './evm/describe.ts';
import { describeMessage } from './evm/message/describe.ts';
import { typedDataReaders } from './evm/typed-data-readers.ts';
import { describeTypedData } from './evm/typed-data/describe.ts';
import type { Review } from './review.ts';
import type { Subject } from './subject.ts';

/**
 * What a person needs to judge a request.
 *
 * @param descriptors descriptions of contracts (ERC-7730) that are on this device
 * @throws the errors of the request's kind
 */
export async function describeRequest(
  subject: Subject,
  descriptors: Descriptors = noDescriptors,
): Promise<Review> {
  if (subject.chain === 'bitcoin') return describeBitcoin(subject.request, subject.context);
  const { request, context } = subject;
  switch (request.kind) {
    case 'evm':
      return describe(request, context, descriptors);
    case 'evm-typed-data':
      return describeTypedData(request, context, typedDataReaders(context, descriptors));
    case 'evm-message':
      return describeMessage(request, context);
  }
}
