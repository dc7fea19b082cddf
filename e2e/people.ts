/** Addresses that nobody else uses. */
import { randomBytes } from 'node:crypto';
import { toChecksum } from '../src/chains/index.ts';

/** A new address with its checksum: its balance is what the test paid. */
export const someone = (): string => toChecksum(`0x${randomBytes(20).toString('hex')}`);
