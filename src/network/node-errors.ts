/** What can be wrong with a chain's node, told apart by what a person can do about it. */
import { CountersignError } from '../errors.ts';
import { visible } from '../text.ts';

/** It is down, its name does not resolve, or it does not let web pages ask (CORS); a page cannot tell. */
export class NodeUnreachableError extends CountersignError {
  /** @param detail what is known, such as the HTTP status */
  constructor(detail = 'it is down, or does not let web pages ask', options?: ErrorOptions) {
    super('network/node-unreachable', `The node cannot be reached: ${detail}.`, options);
  }
}

/** It took the question and does not answer. */
export class NodeTimeoutError extends CountersignError {
  constructor(ms: number) {
    super('network/node-timeout', `The node did not answer within ${String(ms / 1000)} seconds.`);
  }
}

/** Its answer is not one. */
export class NodeGarbageError extends CountersignError {
  constructor(method: string, problem: string, options?: ErrorOptions) {
    super(
      'network/node-garbage',
      `The node's answer to ${method} makes no sense: ${problem}.`,
      options,
    );
  }
}

/** Its answer is well-formed and about something else than was asked. */
export class NodeLiesError extends CountersignError {
  constructor(method: string) {
    super('network/node-lies', `The node's answer to ${method} is about another transaction.`);
  }
}

/** It understood and says no. */
export class NodeRefusedError extends CountersignError {
  /** JSON-RPC error code. */
  readonly rpcCode: number;
  /** The node's own words, safe to show, at most 200 characters. */
  readonly reason: string;

  constructor(rpcCode: number, message: string, code = 'network/node-refused') {
    const reason = visible(message, 200);
    super(code, `The node refused (${String(rpcCode)}): ${reason}`);
    this.rpcCode = rpcCode;
    this.reason = reason;
  }
}

/** A transaction with this nonce, perhaps this very one, is already in a block. */
export class NonceTooLowError extends NodeRefusedError {
  constructor(rpcCode: number, message: string) {
    super(rpcCode, message, 'network/node-refused-nonce');
  }
}

/** It is a node of another chain than the settings say. */
export class WrongChainError extends CountersignError {
  constructor(expected: bigint, actual: bigint) {
    super(
      'network/node-wrong-chain',
      `The node is on chain ${String(actual)}; this network is chain ${String(expected)}.`,
    );
  }
}
