import { CountersignError } from '../../errors.ts';

/** Bytes that are no transaction this wallet signs. Code `evm/…`. */
export class TransactionError extends CountersignError {}

/** Text that is no address this wallet pays to. Code `evm/address-…`. */
export class AddressError extends CountersignError {}

/** Text that is no amount. Code `evm/amount-…`. */
export class AmountError extends CountersignError {}

/** A signature that must not leave this device. Code `evm/signature-…`. */
export class SignatureError extends CountersignError {}

/** A node's answer to a call that is not what the ABI says. Code `evm/answer-…`. */
export class AnswerError extends CountersignError {}
