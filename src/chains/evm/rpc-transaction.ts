/** The transaction object of `eth_sendTransaction`, read strictly. */
import * as v from 'valibot';
import type { Checked } from '../checked.ts';
import { CountersignError } from '../../errors.ts';
import { parseAddress, toChecksum } from './address.ts';
import { MAX_U256 } from './amount.ts';
import type { TransactionDraft } from './draft.ts';
import { Fields } from './fields.ts';
import { type Hex, isHexData, isHexQuantity, sizeOf } from './hex.ts';
import { MAX_CHAIN_ID, MAX_GAS_LIMIT, MAX_NONCE } from './parse.ts';

/** What the paste means where it says nothing itself. */
export interface InputDefaults {
  /** The account that would pay; a `from` in the JSON must be the same. */
  readonly from: string;
  /** For JSON that names no chain. */
  readonly chainId: bigint | undefined;
}

const hexText = v.string('This must be text in quotes, in hexadecimal digits after 0x.');

const quantity = (max: bigint) =>
  v.pipe(
    hexText,
    v.check(isHexQuantity, 'This must be 0x and hexadecimal digits without zeros at the front.'),
    // The length first: a number of many thousand digits takes long to convert.
    v.maxLength(66, 'This number is too large.'),
    v.transform((text) => BigInt(text)),
    v.maxValue(max, 'This number is too large.'),
  );

const data = v.pipe(
  hexText,
  v.check(isHexData, 'This must be 0x and hexadecimal digits, two for each byte.'),
  v.transform((text) => text.toLowerCase() as Hex),
);

const address = v.pipe(
  v.string('This must be an address in quotes.'),
  v.rawTransform<string, Hex>(({ dataset, addIssue, NEVER }) => {
    try {
      return parseAddress(dataset.value).address;
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      addIssue({ message: error.message });
      return NEVER;
    }
  }),
);

const storageKey = v.pipe(
  data,
  v.check((key) => sizeOf(key) === 32, 'A storage key has 32 bytes.'),
);

const RpcTransaction = v.strictObject({
  from: v.optional(address),
  to: v.optional(address),
  type: v.optional(
    v.picklist(['0x0', '0x1', '0x2'], 'This wallet signs the types 0x0, 0x1 and 0x2.'),
  ),
  chainId: v.optional(quantity(MAX_CHAIN_ID)),
  nonce: v.optional(quantity(MAX_NONCE)),
  gas: v.optional(quantity(MAX_GAS_LIMIT)),
  gasPrice: v.optional(quantity(MAX_U256)),
  maxFeePerGas: v.optional(quantity(MAX_U256)),
  maxPriorityFeePerGas: v.optional(quantity(MAX_U256)),
  value: v.optional(quantity(MAX_U256)),
  data: v.optional(data),
  input: v.optional(data),
  accessList: v.optional(
    v.array(
      v.strictObject({ address, storageKeys: v.array(storageKey, 'This must be a list of keys.') }),
      'This must be a list.',
    ),
  ),
});

export type RpcTransaction = v.InferOutput<typeof RpcTransaction>;

/** Reads the object, or a list of exactly one. Fields in errors: the object's names. */
export function readRpcTransaction(json: unknown): Checked<RpcTransaction> {
  const fields = new Fields();
  if (Array.isArray(json) && json.length !== 1) {
    fields.add('text', 'The list must hold exactly one transaction.');
    return fields.errors();
  }
  const object: unknown = Array.isArray(json) ? json[0] : json;
  // A list passes for an object without fields.
  if (Array.isArray(object)) {
    fields.add('text', 'The list must hold a transaction, not another list.');
    return fields.errors();
  }
  const result = v.safeParse(RpcTransaction, object);
  if (result.success) return { ok: true, value: result.output };
  for (const issue of result.issues) {
    const path = v.getDotPath(issue);
    // A name from outside can be of any length.
    const field = path === null ? 'text' : path.slice(0, 60);
    const unknown = issue.type === 'strict_object' && issue.expected === 'never';
    fields.add(field, unknown ? 'This wallet does not know this field.' : messageOf(issue));
  }
  return fields.errors();
}

function messageOf(issue: v.BaseIssue<unknown>): string {
  return issue.type === 'strict_object'
    ? 'This must be an object with known fields.'
    : issue.message;
}

/** Checks how the fields fit together. */
export function draftOf(rpc: RpcTransaction, defaults: InputDefaults): Checked<TransactionDraft> {
  const fields = new Fields();
  if (rpc.from !== undefined && rpc.from !== toChecksum(defaults.from)) {
    fields.add('from', 'This is not the account you chose.');
  }
  const chainId = rpc.chainId ?? defaults.chainId;
  if (chainId === undefined) fields.add('chainId', 'Choose the network: the JSON names none.');
  else if (chainId === 0n) fields.add('chainId', 'Chain 0 does not exist.');
  if (rpc.data !== undefined && rpc.input !== undefined && rpc.data !== rpc.input) {
    fields.add('input', 'The fields data and input must say the same.');
  }

  const type = typeOf(rpc);
  if (type !== 2) {
    for (const name of ['maxFeePerGas', 'maxPriorityFeePerGas'] as const) {
      if (rpc[name] !== undefined) fields.add(name, 'This does not go with a gas price.');
    }
  } else if (rpc.gasPrice !== undefined) {
    fields.add('gasPrice', 'This does not go with a maximum fee.');
  }
  if (type === 0 && rpc.accessList !== undefined) {
    fields.add('accessList', 'A transaction of type 0x0 has no access list.');
  }
  const { maxFeePerGas, maxPriorityFeePerGas } = rpc;
  if (maxFeePerGas !== undefined && (maxPriorityFeePerGas ?? 0n) > maxFeePerGas) {
    fields.add('maxPriorityFeePerGas', 'This cannot be higher than maxFeePerGas.');
  }
  if (fields.failed || chainId === undefined) return fields.errors();
  return {
    ok: true,
    value: {
      type,
      chainId,
      to: rpc.to,
      value: rpc.value ?? 0n,
      data: rpc.data ?? rpc.input ?? '0x',
      accessList: rpc.accessList ?? [],
      nonce: rpc.nonce,
      gasLimit: rpc.gas,
      gasPrice: rpc.gasPrice,
      maxFeePerGas,
      maxPriorityFeePerGas,
    },
  };
}

/** The type it names; otherwise the oldest that has all its fields. */
function typeOf(rpc: RpcTransaction): 0 | 1 | 2 {
  if (rpc.type !== undefined) return rpc.type === '0x0' ? 0 : rpc.type === '0x1' ? 1 : 2;
  if (rpc.gasPrice === undefined) return 2;
  return rpc.accessList === undefined ? 0 : 1;
}
