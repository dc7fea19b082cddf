/** What typed data needs of the readers of calls and of descriptors. */
import type { Reading, Warning } from '../review.ts';
import { toChecksum } from './address.ts';
import { embeddedReader, readCall } from './calls/read-call.ts';
import { worse } from './calls/walk.ts';
import type { Descriptors } from './clear/descriptors.ts';
import { readTypedDataClear } from './clear/typed-data.ts';
import type { DescribeContext } from './context.ts';
import { chainOf } from './typed-data/domain.ts';
import type { Readers } from './typed-data/understood.ts';

/** The readers, for one account and with the descriptors that are on this device. */
export const typedDataReaders = (context: DescribeContext, descriptors: Descriptors): Readers => ({
  readCall: async (call) => readCall(call, descriptors, context),
  clear: async (data) => {
    const chainId = chainOf(data);
    if (chainId === undefined) return undefined;
    const warnings: Warning[] = [];
    let reading: Reading = 'clear';
    const follow = embeddedReader(chainId, descriptors, context, (read) => {
      warnings.push(...read.warnings);
      reading = worse(reading, read.call.reading);
    });
    const from = toChecksum(context.from.address);
    const clear = await readTypedDataClear(data, from, descriptors, context, follow);
    if (clear === undefined) return undefined;
    return { ...clear, warnings, reading: clear.complete ? reading : worse(reading, 'decoded') };
  },
});
