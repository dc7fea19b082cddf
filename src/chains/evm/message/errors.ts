import { CountersignError } from '../../../errors.ts';

/** Bytes or text that is no message this wallet signs. Code `evm/message-…`. */
export class MessageError extends CountersignError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(`evm/message-${code}`, message, options);
  }
}
