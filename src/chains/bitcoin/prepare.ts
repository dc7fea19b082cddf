/** From a PSBT that somebody hands in to the bytes of a proposal. */
import type { TransactionInput, TransactionOutput } from '@scure/btc-signer/psbt.js';
import { hex } from '@scure/base';
import { RawTx } from '@scure/btc-signer/script.js';
import { addressAt, type BitcoinAccount, fingerprintOf, type Place } from './account.ts';
import { decodePsbt, encodeCanonical, type Fields, psbtBytes, unsignedOf } from './codec.ts';
import { PsbtError } from './errors.ts';
import { type Marker, readMarker, withMarker } from './marker.ts';
import { claimsOf, fitsScript, isProven, withClaim } from './own.ts';
import { parseBitcoin } from './parse.ts';
import { readTransaction } from './read.ts';
import type { BitcoinRequest } from './request.ts';

export interface Preparation {
  readonly account: BitcoinAccount;
  /** Finds a script among the account's addresses, as far as the wallet has looked. */
  readonly find: (script: Uint8Array) => Place | undefined;
  /** A previous transaction from a node, where the PSBT has none: it proves the amount. */
  readonly previous?: ((txid: string) => Uint8Array | undefined) | undefined;
}

/**
 * Reads a PSBT (version 0 or 2; bytes, base64 or hexadecimal), finds the inputs and outputs of the account,
 * writes their derivations, and brings it into the canonical form. Fields of others stay.
 *
 * @throws PsbtError that says why this wallet does not sign it
 */
export function preparePsbt(
  source: Uint8Array | string,
  { account, find, previous }: Preparation,
): BitcoinRequest {
  const given = decodePsbt(psbtBytes(source));
  const there = readMarker(given);
  if (there !== undefined && there.network !== account.network) {
    throw new PsbtError(
      'bitcoin/other-network',
      'This PSBT was made for another network than this account.',
    );
  }
  const marker: Marker = {
    network: account.network,
    kind: account.kind,
    fingerprint: fingerprintOf(account.derive([]).publicKey),
  };
  const fields = withMarker(withPrevious(given, previous), marker);
  const { inputs, outputs } = readTransaction(fields);
  const own = <T extends TransactionInput | TransactionOutput>(map: T, script: Uint8Array): T => {
    const place = find(script);
    if (place === undefined) return map;
    const { path, publicKey } = addressAt(account, place);
    return withClaim(map, marker, { path, publicKey });
  };
  return parseBitcoin(
    encodeCanonical({
      ...fields,
      inputs: fields.inputs.map((map, i): TransactionInput => {
        const { amount, script } = inputs[i] ?? { amount: 0n, script: new Uint8Array() };
        assertClaims(map, script, marker, account, i);
        const ours = own(map, script);
        return claimsOf(ours, marker).length === 0
          ? ours
          : forSigning(ours, { amount, script }, marker);
      }),
      outputs: fields.outputs.map((map, i) => {
        const output = outputs[i];
        return output === undefined ? map : own(map, output.script);
      }),
    }),
  );
}

/** A previous transaction that does not fit is found by `readTransaction`, as if the PSBT had had it. */
function withPrevious(fields: Fields, previous: Preparation['previous']): Fields {
  if (previous === undefined) return fields;
  const { inputs } = unsignedOf(fields);
  return {
    ...fields,
    inputs: fields.inputs.map((map, i): TransactionInput => {
      const spent = inputs[i];
      if (map.nonWitnessUtxo !== undefined || spent === undefined) return map;
      const raw = previous(hex.encode(spent.txid));
      return raw === undefined ? map : { ...map, nonWitnessUtxo: decodePrevious(raw, i) };
    }),
  };
}

function decodePrevious(
  raw: Uint8Array,
  i: number,
): NonNullable<TransactionInput['nonWitnessUtxo']> {
  try {
    return RawTx.decode(raw);
  } catch (cause) {
    throw new PsbtError(
      'bitcoin/previous-malformed',
      `The transaction that input ${String(i + 1)} spends cannot be read. Ask another node for it.`,
      { cause },
    );
  }
}

/** An input that names our key must be ours: anything else is a mistake or a trick. */
function assertClaims(
  map: TransactionInput,
  script: Uint8Array,
  marker: Marker,
  { derive }: BitcoinAccount,
  i: number,
): void {
  for (const claim of claimsOf(map, marker)) {
    if (!isProven(claim, marker.kind, derive) || !fitsScript(claim, script, marker)) {
      throw new PsbtError(
        'bitcoin/derivation-wrong',
        `Input ${String(i + 1)} says that it belongs to this vault, but its key or path is not ours.`,
      );
    }
  }
}

/**
 * What the signature needs. With Taproot it commits to the amounts and scripts of all inputs (BIP-341), so
 * the previous transaction of our own input proves nothing more.
 */
function forSigning(
  { nonWitnessUtxo, ...map }: TransactionInput,
  witnessUtxo: NonNullable<TransactionInput['witnessUtxo']>,
  { kind }: Marker,
): TransactionInput {
  return kind === 'p2tr' || nonWitnessUtxo === undefined
    ? { ...map, witnessUtxo }
    : { ...map, witnessUtxo, nonWitnessUtxo };
}
