import { CountersignError } from '../../../errors.ts';

/** A file of descriptors that is not what it should be. Code `clear/…`. */
export class DescriptorError extends CountersignError {}
