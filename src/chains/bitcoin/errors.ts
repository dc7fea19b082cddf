import { CountersignError } from '../../errors.ts';

/** Bytes that are no Bitcoin transaction this wallet signs. Code `bitcoin/…`. */
export class PsbtError extends CountersignError {}

/** Text that is no address this wallet pays to. Code `bitcoin/address-…`. */
export class BitcoinAddressError extends CountersignError {}

/** Text or a number that is no amount. Code `bitcoin/amount-…`. */
export class BitcoinAmountError extends CountersignError {}

/** A signature that must not be put into the transaction. Code `bitcoin/signature-…`. */
export class BitcoinSignatureError extends CountersignError {}

/** A payment that the coins at hand do not allow. Code `bitcoin/funds-…`. */
export class FundsError extends CountersignError {}

/** A server's or node's answer that is not what it should be. Code `bitcoin/answer-…`. */
export class BitcoinAnswerError extends CountersignError {}
