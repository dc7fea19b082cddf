/** The bytes of a proposal, read strictly. */
import type { TransactionInput } from '@scure/btc-signer/psbt.js';
import { equalBytes } from '../../codec.ts';
import { placeOf } from './account.ts';
import { decodePsbt, encodeCanonical, type Fields, type PlainOutput } from './codec.ts';
import { PsbtError } from './errors.ts';
import { type Marker, readMarker } from './marker.ts';
import { claimsOf, fitsScript, isSoft } from './own.ts';
import { readTransaction, type ReadInput } from './read.ts';
import type { BitcoinInput, BitcoinOutput, BitcoinRequest, KeyClaim } from './request.ts';

/** What a proposal can hold. */
export const MAX_REQUEST_BYTES = 131_072;

/** Digests of one approval. */
export const MAX_DIGESTS = 128;

/**
 * A PSBT in its canonical form (`preparePsbt` makes it): version 0, one encoding, with the field that names
 * network and key. That the inputs are really the vault's is not in the bytes: see `isProven`.
 *
 * @throws PsbtError that says what is wrong
 */
export function parseBitcoin(bytes: Uint8Array): BitcoinRequest {
  if (bytes.length > MAX_REQUEST_BYTES) {
    throw new PsbtError(
      'bitcoin/request-too-large',
      'This transaction is too large to propose. Spend fewer coins at once.',
    );
  }
  const fields = decodePsbt(bytes);
  if (!equalBytes(encodeCanonical(fields), bytes)) {
    throw new PsbtError(
      'bitcoin/not-canonical',
      'This PSBT is not in the form in which this wallet proposes it.',
    );
  }
  const marker = readMarker(fields);
  if (marker === undefined) {
    throw new PsbtError('bitcoin/no-marker', 'This PSBT does not say on which network it is.');
  }
  const { version, lockTime, inputs: read, outputs, fee } = readTransaction(fields);
  const inputs: readonly BitcoinInput[] = read.map((input, i) =>
    readOwn(input, fields.inputs[i] ?? {}, marker, i),
  );
  return Object.freeze({
    kind: 'bitcoin',
    bytes: bytes.slice(),
    network: marker.network,
    key: { kind: marker.kind, fingerprint: marker.fingerprint },
    account: accountOf(inputs, marker),
    version,
    lockTime,
    inputs,
    outputs: outputsOf(fields, outputs, marker),
    fee,
  }) as BitcoinRequest;
}

/** The one account of the inputs to sign. @throws PsbtError */
function accountOf(inputs: readonly BitcoinInput[], marker: Marker): number {
  const accounts = inputs.flatMap(({ state, own }) =>
    state === 'sign' && own !== undefined ? [placeOf(own.path, marker)?.account] : [],
  );
  const [account] = accounts;
  if (account === undefined) {
    throw new PsbtError(
      'bitcoin/nothing-to-sign',
      'There is nothing to sign here: no input belongs to this account, or all are signed already.',
    );
  }
  if (accounts.length > MAX_DIGESTS) {
    throw new PsbtError(
      'bitcoin/too-many-inputs',
      `This spends ${String(accounts.length)} coins. At most ${String(MAX_DIGESTS)} can be signed at once: pay in several parts.`,
    );
  }
  if (accounts.some((other) => other !== account)) {
    throw new PsbtError(
      'bitcoin/several-accounts',
      'This spends coins of several accounts. Make one transaction for each.',
    );
  }
  return account;
}

function readOwn(input: ReadInput, map: TransactionInput, marker: Marker, i: number): BitcoinInput {
  const claims = claimsOf(map, marker);
  const [own] = claims;
  if (own === undefined) {
    return {
      ...input,
      own,
      state: isSigned(map) ? 'signed' : 'unsigned',
      sighash: map.sighashType,
    };
  }
  const refuse = (code: string, problem: string): PsbtError =>
    new PsbtError(code, `Input ${String(i + 1)} is not one this wallet signs: ${problem}`);
  if (claims.length > 1) throw refuse('bitcoin/own-twice', 'it names two of our keys.');
  if (placeOf(own.path, marker) === undefined || !isSoft(own.path)) {
    throw refuse('bitcoin/own-path', 'its key is not one of an address of ours.');
  }
  if (!fitsScript(own, input.script, marker)) {
    throw refuse('bitcoin/own-script', 'its script is not the one of the key that it names.');
  }
  if (hasOtherScripts(map)) {
    throw refuse(
      'bitcoin/own-other-scripts',
      'it comes with scripts that our addresses do not have.',
    );
  }
  if (marker.kind === 'p2tr' && !fitsInternalKey(map, own)) {
    throw refuse('bitcoin/own-internal-key', 'its internal key is not the one of our address.');
  }
  if ((map.partialSig ?? []).some(([key]) => !equalBytes(key, own.publicKey))) {
    throw refuse('bitcoin/own-other-signature', 'it has a signature of another key.');
  }
  const allowed = marker.kind === 'p2tr' ? [undefined, 0, 1] : [undefined, 1];
  if (!allowed.includes(map.sighashType)) {
    throw refuse(
      'bitcoin/sighash',
      'the signature would not cover the whole transaction (SIGHASH_ALL), so others could change it.',
    );
  }
  if (isSigned(map)) return { ...input, own, state: 'signed', sighash: map.sighashType };
  const sighash = map.sighashType ?? (marker.kind === 'p2tr' ? 0 : 1);
  return { ...input, own, state: 'sign', sighash };
}

/** Redeem, witness and leaf scripts, and a Merkle root: our addresses have none of them. */
const hasOtherScripts = (map: TransactionInput): boolean =>
  map.redeemScript !== undefined ||
  map.witnessScript !== undefined ||
  map.tapMerkleRoot !== undefined ||
  (map.tapLeafScript ?? []).length > 0;

const fitsInternalKey = ({ tapInternalKey }: TransactionInput, { publicKey }: KeyClaim): boolean =>
  tapInternalKey !== undefined && equalBytes(tapInternalKey, publicKey);

const isSigned = (map: TransactionInput): boolean =>
  (map.partialSig ?? []).length > 0 ||
  map.tapKeySig !== undefined ||
  (map.tapScriptSig ?? []).length > 0 ||
  map.finalScriptSig !== undefined ||
  map.finalScriptWitness !== undefined;

function outputsOf(
  fields: Fields,
  outputs: readonly PlainOutput[],
  marker: Marker,
): readonly BitcoinOutput[] {
  return outputs.map((output, i) => {
    const claims = claimsOf(fields.outputs[i] ?? {}, marker);
    if (claims.length > 1) {
      throw new PsbtError(
        'bitcoin/output-twice',
        `Output ${String(i + 1)} names two of our keys: it cannot be both.`,
      );
    }
    return { ...output, own: claims[0] };
  });
}
