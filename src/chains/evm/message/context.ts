import type { DescribeContext } from '../context.ts';

/** What a device knows besides the bytes of a message or of typed data. Notes: they make warnings only. */
export interface SigningContext extends DescribeContext {
  /** Seconds since 1970, for deadlines; `undefined`: not known. */
  readonly now: bigint | undefined;
  /** The chain that the person chose; `undefined`: none. */
  readonly chainId: bigint | undefined;
}
