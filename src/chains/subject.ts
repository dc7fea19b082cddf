/** A request beside what this device knows besides its bytes. */
import type { BitcoinContext } from './bitcoin/context.ts';
import type { BitcoinRequest } from './bitcoin/request.ts';
import type { SigningContext } from './evm/message/context.ts';
import type { EvmChainRequest } from './request.ts';

/** What is described. Only notes depend on the context, never what the bytes say. */
export type Subject =
  | {
      readonly chain: 'evm';
      readonly request: EvmChainRequest;
      readonly context: SigningContext;
    }
  | {
      readonly chain: 'bitcoin';
      readonly request: BitcoinRequest;
      readonly context: BitcoinContext;
    };
