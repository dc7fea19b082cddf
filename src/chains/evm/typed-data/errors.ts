import { CountersignError } from '../../../errors.ts';

/** Bytes or text that is no typed data this wallet signs. Code `evm/typed-data-…`. */
export class TypedDataError extends CountersignError {
  /** Where it is, such as `message.details.amount`; '' for the whole. */
  readonly path: string;

  constructor(code: string, path: string, message: string, options?: ErrorOptions) {
    super(`evm/typed-data-${code}`, path === '' ? message : `${path}: ${message}`, options);
    this.path = path;
  }
}
