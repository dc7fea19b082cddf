import { equalBytes } from '../../codec.ts';
import { MAX_U256 } from './amount.ts';
import { TransactionError } from './errors.ts';
import {
  readAccessList,
  readAuthorizations,
  readData,
  readInteger,
  readList,
  readTo,
  type RlpItem,
} from './rlp.ts';
import { serialize, type SignatureValues } from './serialize.ts';
import {
  type EvmRequest,
  type EvmTransaction,
  type FeeMarketTransaction,
  maxFeePerGas,
  priorityFeePerGas,
  worstFee,
} from './transaction.ts';

/** 128 KiB: what nodes pass on at most. */
export const MAX_TRANSACTION_BYTES = 131_072;
export const MAX_CHAIN_ID = 2n ** 53n - 1n;
/** EIP-2681. */
export const MAX_NONCE = 2n ** 64n - 2n;
export const MAX_GAS_LIMIT = 2n ** 64n - 1n;

/** Fields of an unsigned transaction; a signed one has three more, a legacy one as many. */
const FIELDS = { 0: 9, 1: 8, 2: 9, 4: 10 } as const;

/**
 * An unsigned transaction of type 0 (with a chain id), 1, 2 or 4 in its one canonical form.
 *
 * @throws TransactionError that says what is wrong
 * @see EIP-155, EIP-2718, EIP-2930, EIP-1559, EIP-7702
 */
export function parseUnsigned(bytes: Uint8Array): EvmRequest {
  const { tx, signature } = parse(bytes);
  if (signature !== undefined) {
    throw new TransactionError(
      'evm/already-signed',
      'This transaction is signed already. Ask for it without the signature.',
    );
  }
  const copy = bytes.slice();
  // Reading and writing share no code: where they disagree, nothing is shown.
  if (!equalBytes(serialize(tx), copy)) {
    throw new TransactionError('evm/not-reproducible', 'This wallet cannot write the same bytes.');
  }
  return Object.freeze({ kind: 'evm', bytes: copy, tx }) as EvmRequest;
}

/**
 * A signed transaction's fields. Says nothing about who signed.
 *
 * @throws TransactionError that says what is wrong
 */
export function parseSigned(bytes: Uint8Array): { tx: EvmTransaction; signature: SignatureValues } {
  const { tx, signature } = parse(bytes);
  if (signature === undefined) {
    throw new TransactionError('evm/not-signed', 'This transaction is not signed.');
  }
  if (!equalBytes(serialize(tx, signature), bytes)) {
    throw new TransactionError('evm/not-reproducible', 'This wallet cannot write the same bytes.');
  }
  return { tx, signature };
}

interface Parsed {
  readonly tx: EvmTransaction;
  readonly signature: SignatureValues | undefined;
}

function parse(bytes: Uint8Array): Parsed {
  if (bytes.length > MAX_TRANSACTION_BYTES) {
    throw new TransactionError(
      'evm/too-large',
      `The transaction has ${String(bytes.length)} bytes; no network takes more than ${String(MAX_TRANSACTION_BYTES)}.`,
    );
  }
  const type = typeOf(bytes);
  const fields = readList(type === 0 ? bytes : bytes.subarray(1));
  const parsed = type === 0 ? parseLegacy(fields) : parseTyped(type, fields);
  if ((priorityFeePerGas(parsed.tx) ?? 0n) > maxFeePerGas(parsed.tx)) {
    throw new TransactionError(
      'evm/tip-above-fee',
      'The priority fee is higher than the maximum fee: no network takes such a transaction.',
    );
  }
  if (worstFee(parsed.tx) > MAX_U256) {
    throw new TransactionError('evm/fee-impossible', 'The fee is more than can exist.');
  }
  Object.freeze(parsed.tx);
  return parsed;
}

/** EIP-2718: the first byte. */
function typeOf(bytes: Uint8Array): keyof typeof FIELDS {
  const [first] = bytes;
  if (first === undefined) throw new TransactionError('evm/empty', 'There are no bytes.');
  if (first >= 0xc0) return 0;
  if (first === 1 || first === 2 || first === 4) return first;
  if (first === 3) {
    throw new TransactionError(
      'evm/blob-transaction',
      'This is a blob transaction (type 3), which this wallet does not sign.',
    );
  }
  if (first >= 0x80) {
    throw new TransactionError('evm/rlp-not-a-list', 'These bytes are not a transaction.');
  }
  throw new TransactionError(
    'evm/unknown-type',
    `This wallet does not know transactions of type ${String(first)}.`,
  );
}

function parseLegacy(fields: readonly RlpItem[]): Parsed {
  if (fields.length === 6) {
    throw new TransactionError(
      'evm/no-chain-id',
      'This transaction names no chain: once signed, anyone could replay it on every other one. Ask for it with a chain id (EIP-155).',
    );
  }
  if (fields.length !== FIELDS[0]) throw wrongCount(fields.length);
  const [nonce, gasPrice, gasLimit, to, value, data, v, r, s] = fields;
  const rs = { r: readInteger(r, 'r value', MAX_U256), s: readInteger(s, 's value', MAX_U256) };
  const signed = rs.r !== 0n || rs.s !== 0n;
  const vValue = readInteger(v, 'chain id', MAX_CHAIN_ID * 2n + 36n);
  if (signed && vValue < 37n) {
    throw new TransactionError(
      'evm/no-chain-id',
      'This transaction is signed already, for every chain at once (no chain id).',
    );
  }
  const chainId = signed ? (vValue - 35n) / 2n : vValue;
  return {
    tx: {
      type: 0,
      chainId: checkChainId(chainId),
      nonce: readInteger(nonce, 'nonce', MAX_NONCE),
      gasPrice: readInteger(gasPrice, 'gas price', MAX_U256),
      gasLimit: readInteger(gasLimit, 'gas limit', MAX_GAS_LIMIT),
      to: readTo(to),
      value: readInteger(value, 'amount', MAX_U256),
      data: readData(data, 'calldata'),
    },
    signature: signed ? { ...rs, yParity: (vValue - 35n) % 2n === 0n ? 0 : 1 } : undefined,
  };
}

function parseTyped(type: 1 | 2 | 4, fields: readonly RlpItem[]): Parsed {
  const count = FIELDS[type];
  if (fields.length !== count && fields.length !== count + 3) throw wrongCount(fields.length);
  const [chainId, nonce, ...rest] = fields.slice(0, count);
  const [fees, others] =
    type === 1 ? [rest.slice(0, 1), rest.slice(1)] : [rest.slice(0, 2), rest.slice(2)];
  const [gasLimit, to, value, data, accessList, authorizations] = others;
  const [yParity, r, s] = fields.slice(count);
  const common = {
    chainId: checkChainId(readInteger(chainId, 'chain id', MAX_CHAIN_ID)),
    nonce: readInteger(nonce, 'nonce', MAX_NONCE),
    gasLimit: readInteger(gasLimit, 'gas limit', MAX_GAS_LIMIT),
    to: readTo(to),
    value: readInteger(value, 'amount', MAX_U256),
    data: readData(data, 'calldata'),
    accessList: Object.freeze(readAccessList(accessList)),
  };
  const tx =
    type === 1
      ? { type, ...common, gasPrice: readInteger(fees[0], 'gas price', MAX_U256) }
      : withMarketFees(type, common, fees, authorizations);
  if (fields.length === count) return { tx, signature: undefined };
  return {
    tx,
    signature: {
      yParity: readInteger(yParity, 'y parity', 1n) === 0n ? 0 : 1,
      r: readInteger(r, 'r value', MAX_U256),
      s: readInteger(s, 's value', MAX_U256),
    },
  };
}

function withMarketFees(
  type: 2 | 4,
  common: Omit<FeeMarketTransaction, 'type' | 'maxFeePerGas' | 'maxPriorityFeePerGas'>,
  fees: readonly RlpItem[],
  authorizations: RlpItem | undefined,
): EvmTransaction {
  const market = {
    ...common,
    maxPriorityFeePerGas: readInteger(fees[0], 'priority fee', MAX_U256),
    maxFeePerGas: readInteger(fees[1], 'maximum fee', MAX_U256),
  };
  if (type === 2) return { type, ...market };
  const { to } = market;
  if (to === undefined) {
    throw new TransactionError(
      'evm/set-code-creates',
      'A transaction of type 4 cannot create a contract: it must name an address (EIP-7702).',
    );
  }
  return {
    type,
    ...market,
    to,
    authorizations: Object.freeze(
      readAuthorizations(authorizations, { maxChainId: MAX_CHAIN_ID, maxNonce: MAX_NONCE }),
    ),
  };
}

function checkChainId(chainId: bigint): bigint {
  if (chainId === 0n) {
    throw new TransactionError('evm/chain-id-zero', 'Chain 0 does not exist.');
  }
  if (chainId > MAX_CHAIN_ID) {
    throw new TransactionError('evm/out-of-range', 'The chain id is too large.');
  }
  return chainId;
}

function wrongCount(count: number): TransactionError {
  return new TransactionError(
    'evm/field-count',
    `A transaction of this type does not have ${String(count)} fields.`,
  );
}
