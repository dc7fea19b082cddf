export type * from './checked.ts';
export type * from './review.ts';

export { addressOf, parseAddress, type ParsedAddress, toChecksum } from './evm/address.ts';
export { formatAmount, parseAmount } from './evm/amount.ts';
export {
  assemble,
  type ReadSigned,
  readSigned,
  type RecoverableSignature,
  type SignedTransaction,
} from './evm/assemble.ts';
export { buildPayment, type Payment } from './evm/build.ts';
export type { DescribeContext, NamedAccount, TokenUnit } from './evm/context.ts';
export { assembleRequest, isSignatureError, type Result, type Signer } from './assemble.ts';
export {
  accountPath as bitcoinAccountPath,
  type AccountKind as BitcoinAccountKind,
  addressAt as bitcoinAddressAt,
  type BitcoinAccount,
  type ChildKey,
  type Derive,
  fingerprintOf,
  type OwnAddress,
  pathText,
  type Place,
  placeOf,
} from './bitcoin/account.ts';
export { parseBitcoinAddress, type ParsedBitcoinAddress } from './bitcoin/address.ts';
export { BTC_DECIMALS, formatBtc, MAX_MONEY, parseBtc } from './bitcoin/amount.ts';
export { extractTransaction, mergePsbt, readCompleted } from './bitcoin/assemble.ts';
export {
  type BitcoinPayment,
  buildBitcoinPayment,
  type BuiltPayment,
  type Coin,
} from './bitcoin/build.ts';
export { psbtBytes } from './bitcoin/codec.ts';
export type { BitcoinContext } from './bitcoin/context.ts';
export * as bitcoinCore from './bitcoin/core-rpc.ts';
export { descriptorOf, extendedKeyOf } from './bitcoin/descriptor.ts';
export {
  BitcoinAddressError,
  BitcoinAmountError,
  BitcoinAnswerError,
  BitcoinSignatureError,
  FundsError,
  PsbtError,
} from './bitcoin/errors.ts';
export * as esplora from './bitcoin/esplora.ts';
export { type OutputFact, readBitcoinFacts } from './bitcoin/facts.ts';
export { type BitcoinPaymentLink, parseBitcoinLink } from './bitcoin/link.ts';
export {
  type BitcoinNetwork,
  chainIdOf as bitcoinChainId,
  NETWORKS as BITCOIN_NETWORKS,
} from './bitcoin/network.ts';
export { preparePsbt, type Preparation } from './bitcoin/prepare.ts';
export { prevoutsDigest } from './bitcoin/prevouts.ts';
export { type BitcoinRequest, inputsToSign } from './bitcoin/request.ts';
export { parseAnyAddress } from './any-address.ts';
export { describeRequest } from './describe.ts';
export { describeOrMiss } from './missing.ts';
export type { Descriptor } from './evm/clear/descriptor.ts';
export {
  type DescriptorIndex,
  type Descriptors,
  indexedDescriptors,
} from './evm/clear/descriptors.ts';
export { DescriptorError } from './evm/clear/errors.ts';
export {
  MAX_SNAPSHOT_BYTES,
  parseIndex,
  parseManifest,
  parseRegistryDescriptor,
  parseSnapshot,
  registryDigest,
  type RegistryManifest,
} from './evm/clear/snapshot.ts';
export type { Estimate } from './evm/context.ts';
export { movementsOf } from './evm/transfers.ts';
export { digest } from './evm/digest.ts';
export { completeDraft, type Fillable, type TransactionDraft } from './evm/draft.ts';
export {
  balanceOfCall,
  decimalsCall,
  encodeTokenCall,
  readBalance,
  readDecimals,
  readSymbol,
  symbolCall,
  type TokenCall,
} from './evm/erc20.ts';
export {
  AddressError,
  AmountError,
  AnswerError,
  SignatureError,
  TransactionError,
} from './evm/errors.ts';
export { type EvmFacts, readFacts } from './evm/facts.ts';
export type { Hex } from './evm/hex.ts';
export { kindOfInput } from './evm/input-kind.ts';
export { parseRequestInput, type RequestInput } from './evm/input.ts';
export { type EvmPaymentLink, parsePaymentLink } from './evm/link.ts';
export type { SigningContext } from './evm/message/context.ts';
export { readMessageInput } from './evm/message/input.ts';
export { parseUnsigned } from './evm/parse.ts';
export { readTypedDataInput } from './evm/typed-data/input.ts';
export {
  chainIdOf,
  type ChainRequest,
  digestsOf,
  type EvmChainRequest,
  parseRequest,
  signingPathsOf,
} from './request.ts';
export type { Subject } from './subject.ts';
export { serialize } from './evm/serialize.ts';
export { shownDigestOf } from './shown.ts';
export { tokensIn } from './tokens.ts';
export type { InputDefaults } from './evm/rpc-transaction.ts';
export type { AccessEntry, EvmRequest, EvmTransaction } from './evm/transaction.ts';
