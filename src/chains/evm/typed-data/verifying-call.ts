/** Calls with which a contract is shown a signature, where a standard says how. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { utf8 } from '@scure/base';
import { encode } from 'ox/AbiParameters';
import { type Hex, toHexData } from '../hex.ts';
import {
  CANCEL_AUTHORIZATION,
  RECEIVE_AUTHORIZATION,
  TRANSFER_AUTHORIZATION,
} from './authorization.ts';
import { encodeType } from './digest.ts';
import { domainOf } from './domain.ts';
import { boolAt, hexAt, integerAt, structAt, structsAt } from './members.ts';
import { DAI_PERMIT, PERMIT } from './permit.ts';
import { PERMIT_BATCH, PERMIT_SINGLE } from './permit2.ts';
import type { StructValue, TypedData } from './request.ts';
import { SAFE_TX } from './safe.ts';

/** A call that anybody can send. */
export interface VerifyingCall {
  /** The contract, EIP-55. */
  readonly to: Hex;
  /** Such as `permit(address,address,uint256,uint256,uint8,bytes32,bytes32)`. */
  readonly function: string;
  readonly data: Hex;
  /** `false`: it may need signatures of others in the same field, sorted by their addresses. */
  readonly complete: boolean;
}

/** Writes the arguments of one function. */
interface Encoder {
  readonly function: string;
  readonly complete: boolean;
  readonly encode: (message: StructValue, signature: Signature, owner: Hex) => Hex;
}

interface Signature {
  readonly v: number;
  readonly r: Hex;
  readonly s: Hex;
  /** r ‖ s ‖ v. */
  readonly bytes: Hex;
}

const address = { type: 'address' } as const;
const uint256 = { type: 'uint256' } as const;
const bytes32 = { type: 'bytes32' } as const;
const bytes = { type: 'bytes' } as const;
const uint8 = { type: 'uint8' } as const;
const VRS = [uint8, bytes32, bytes32] as const;

const permit: Encoder = {
  function: 'permit(address,address,uint256,uint256,uint8,bytes32,bytes32)',
  complete: true,
  encode: (message, { v, r, s }) =>
    encode(
      [address, address, uint256, uint256, ...VRS],
      [
        hexAt(message, 'owner'),
        hexAt(message, 'spender'),
        integerAt(message, 'value'),
        integerAt(message, 'deadline'),
        v,
        r,
        s,
      ],
    ),
};

const daiPermit: Encoder = {
  function: 'permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)',
  complete: true,
  encode: (message, { v, r, s }) =>
    encode(
      [address, address, uint256, uint256, { type: 'bool' }, ...VRS],
      [
        hexAt(message, 'holder'),
        hexAt(message, 'spender'),
        integerAt(message, 'nonce'),
        integerAt(message, 'expiry'),
        boolAt(message, 'allowed'),
        v,
        r,
        s,
      ],
    ),
};

const DETAILS = [
  { name: 'token', type: 'address' },
  { name: 'amount', type: 'uint160' },
  { name: 'expiration', type: 'uint48' },
  { name: 'nonce', type: 'uint48' },
] as const;

const detailsIn = (struct: StructValue) => ({
  token: hexAt(struct, 'token'),
  amount: integerAt(struct, 'amount'),
  expiration: Number(integerAt(struct, 'expiration')),
  nonce: Number(integerAt(struct, 'nonce')),
});

const permitSingle: Encoder = {
  function: 'permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)',
  complete: true,
  encode: (message, signature, owner) =>
    encode(
      [
        address,
        {
          type: 'tuple',
          components: [
            { name: 'details', type: 'tuple', components: DETAILS },
            { name: 'spender', type: 'address' },
            { name: 'sigDeadline', type: 'uint256' },
          ],
        },
        bytes,
      ],
      [
        owner,
        {
          details: detailsIn(structAt(message, 'details')),
          spender: hexAt(message, 'spender'),
          sigDeadline: integerAt(message, 'sigDeadline'),
        },
        signature.bytes,
      ],
    ),
};

const permitBatch: Encoder = {
  function: 'permit(address,((address,uint160,uint48,uint48)[],address,uint256),bytes)',
  complete: true,
  encode: (message, signature, owner) =>
    encode(
      [
        address,
        {
          type: 'tuple',
          components: [
            { name: 'details', type: 'tuple[]', components: DETAILS },
            { name: 'spender', type: 'address' },
            { name: 'sigDeadline', type: 'uint256' },
          ],
        },
        bytes,
      ],
      [
        owner,
        {
          details: structsAt(message, 'details').map(detailsIn),
          spender: hexAt(message, 'spender'),
          sigDeadline: integerAt(message, 'sigDeadline'),
        },
        signature.bytes,
      ],
    ),
};

const authorization = (name: string): Encoder => ({
  function: `${name}(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)`,
  complete: true,
  encode: (message, { v, r, s }) =>
    encode(
      [address, address, uint256, uint256, uint256, bytes32, ...VRS],
      [
        hexAt(message, 'from'),
        hexAt(message, 'to'),
        integerAt(message, 'value'),
        integerAt(message, 'validAfter'),
        integerAt(message, 'validBefore'),
        hexAt(message, 'nonce'),
        v,
        r,
        s,
      ],
    ),
});

const cancellation: Encoder = {
  function: 'cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)',
  complete: true,
  encode: (message, { v, r, s }) =>
    encode(
      [address, bytes32, ...VRS],
      [hexAt(message, 'authorizer'), hexAt(message, 'nonce'), v, r, s],
    ),
};

const execTransaction: Encoder = {
  function:
    'execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)',
  complete: false,
  encode: (message, signature) =>
    encode(
      [address, uint256, bytes, uint8, uint256, uint256, uint256, address, address, bytes],
      [
        hexAt(message, 'to'),
        integerAt(message, 'value'),
        hexAt(message, 'data'),
        Number(integerAt(message, 'operation')),
        integerAt(message, 'safeTxGas'),
        integerAt(message, 'baseGas'),
        integerAt(message, 'gasPrice'),
        hexAt(message, 'gasToken'),
        hexAt(message, 'refundReceiver'),
        signature.bytes,
      ],
    ),
};

const ENCODERS: ReadonlyMap<string, Encoder> = new Map([
  [PERMIT, permit],
  [DAI_PERMIT, daiPermit],
  [PERMIT_SINGLE, permitSingle],
  [PERMIT_BATCH, permitBatch],
  [TRANSFER_AUTHORIZATION, authorization('transferWithAuthorization')],
  [RECEIVE_AUTHORIZATION, authorization('receiveWithAuthorization')],
  [CANCEL_AUTHORIZATION, cancellation],
  [SAFE_TX, execTransaction],
]);

/**
 * The call for a signature; `undefined` where no standard has one, or the typed data name no contract.
 *
 * @param signature r ‖ s ‖ v, 65 bytes
 * @param owner who signed, EIP-55
 */
export function verifyingCall(
  data: TypedData,
  signature: Uint8Array,
  owner: Hex,
): VerifyingCall | undefined {
  const encoder = ENCODERS.get(encodeType(data));
  const to = domainOf(data).contract;
  if (encoder === undefined || to === undefined) return undefined;
  const parts: Signature = {
    r: toHexData(signature.subarray(0, 32)),
    s: toHexData(signature.subarray(32, 64)),
    v: signature[64] ?? 0,
    bytes: toHexData(signature),
  };
  const selector = keccak_256(utf8.decode(encoder.function)).subarray(0, 4);
  const words = encoder.encode(data.message, parts, owner);
  return {
    to,
    function: encoder.function,
    data: `${toHexData(selector)}${words.slice(2)}`,
    complete: encoder.complete,
  };
}
