/** Every field of the bytes, in full. */
import { toHex } from '../../codec.ts';
import { bytesFact, groupFact, numberFact, textFact } from '../fact.ts';
import type { Fact } from '../review.ts';
import { pathText } from './account.ts';
import { addressOfScript } from './address.ts';
import { decodePsbt } from './codec.ts';
import type { BitcoinInput, BitcoinOutput, BitcoinRequest } from './request.ts';

export function detailsOf(request: BitcoinRequest): Fact[] {
  const { version, lockTime, inputs, outputs } = request;
  return [
    numberFact('Transaction version', BigInt(version)),
    numberFact('Lock time', BigInt(lockTime)),
    bytesFact('Fingerprint of the key', request.key.fingerprint.toString(16).padStart(8, '0')),
    ...inputs.map((input, i) =>
      groupFact(`Input ${String(i + 1)} of ${String(inputs.length)}`, inputFacts(input, request)),
    ),
    ...outputs.map((output, i) =>
      groupFact(
        `Output ${String(i + 1)} of ${String(outputs.length)}`,
        outputFacts(output, request),
      ),
    ),
    ...otherFields(request),
  ];
}

const STATES: Readonly<Record<BitcoinInput['state'], string>> = {
  sign: 'signed by this vault now',
  signed: 'signed already',
  unsigned: 'to be signed by others',
};

/** What a signature with this flag covers. */
const COVERS: Readonly<Record<number, string>> = {
  0: 'the whole transaction (SIGHASH_DEFAULT)',
  1: 'the whole transaction (SIGHASH_ALL)',
};

function inputFacts(input: BitcoinInput, { network }: BitcoinRequest): Fact[] {
  const { sighash, own } = input;
  return [
    bytesFact('Spends transaction', input.txid),
    numberFact('Its output', BigInt(input.vout)),
    numberFact('Satoshis', input.amount),
    textFact(
      'Amount proven by the previous transaction',
      input.previousKnown ? 'yes' : 'no, it did not come along',
    ),
    ...addressFacts(input.script, network),
    ...(own === undefined ? [] : [textFact('Path of the key', pathText(own.path))]),
    numberFact('Sequence', BigInt(input.sequence)),
    textFact('Signature', STATES[input.state]),
    ...(sighash === undefined
      ? []
      : [textFact('Signature covers', COVERS[sighash] ?? `flag ${String(sighash)}`)]),
  ];
}

const outputFacts = (
  { amount, script, own }: BitcoinOutput,
  { network }: BitcoinRequest,
): Fact[] => [
  numberFact('Satoshis', amount),
  ...addressFacts(script, network),
  ...(own === undefined ? [] : [textFact('Claimed path of our key', pathText(own.path))]),
];

function addressFacts(script: Uint8Array, network: BitcoinRequest['network']): Fact[] {
  const address = addressOfScript(script, network)?.address;
  return [
    ...(address === undefined ? [] : [textFact('Address', address)]),
    bytesFact('Script', toHex(script)),
  ];
}

/** Rows that no standard of this wallet knows: they are kept and mean nothing here. */
function otherFields({ bytes }: BitcoinRequest): Fact[] {
  const { global, inputs, outputs } = decodePsbt(bytes);
  const rows = [global, ...inputs, ...outputs].flatMap(({ unknown = [], proprietary = [] }) => [
    ...unknown.map(
      ([{ type, key }, value]) => [type.toString(16).padStart(2, '0'), key, value] as const,
    ),
    ...proprietary.map(([key, value]) => ['fc', key, value] as const),
  ]);
  return rows.map(([type, key, value]) => bytesFact(`Field ${type}${toHex(key)}`, toHex(value)));
}
