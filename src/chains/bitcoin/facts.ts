/** What a request does, from its bytes and the vault's key alone: the same on every device. */
import { Script } from '@scure/btc-signer/script.js';
import { type Derive, fingerprintOf, type Place, placeOf } from './account.ts';
import { addressOfScript, type AddressType } from './address.ts';
import { fitsScript, isProven } from './own.ts';
import type { BitcoinOutput, BitcoinRequest, KeyClaim } from './request.ts';
import { isWitnessProgram, OP_RETURN } from './size.ts';

/** What an output is. */
export type OutputFact = { readonly amount: bigint; readonly script: Uint8Array } & (
  | {
      /** Pays back to the vault: proven by deriving the address on its path. */
      readonly kind: 'own';
      readonly address: string;
      readonly path: readonly number[];
      readonly place: Place & { readonly account: number };
    }
  | {
      readonly kind: 'address';
      readonly address: string;
      readonly type: AddressType;
      /** The PSBT says that it pays back to the vault, which is not true. */
      readonly falseClaim: boolean;
    }
  /** OP_RETURN: nobody can ever spend it. `pushed`: what is written there, or `undefined`. */
  | { readonly kind: 'data'; readonly pushed: Uint8Array | undefined }
  /** A witness version without a meaning yet: whoever comes first can take it. */
  | { readonly kind: 'future' }
  | { readonly kind: 'unknown' }
);

export interface BitcoinFacts {
  readonly outputs: readonly OutputFact[];
  /** Satoshis of all inputs. */
  readonly spent: bigint;
  /** Satoshis that leave the vault: its inputs less what comes back. Never negative. */
  readonly leaves: bigint;
  /** Whether the amounts of all inputs are certain, and so the fee. */
  readonly feeProven: boolean;
  /** How many inputs belong to others, as far as the bytes say. */
  readonly foreignInputs: number;
  /** Why this wallet does not sign it, or `undefined`. */
  readonly refusal: string | undefined;
}

/** @param derive from the vault's key that the request names */
export function readBitcoinFacts(request: BitcoinRequest, derive: Derive): BitcoinFacts {
  const { kind } = request.key;
  const outputs = request.outputs.map((output) => readOutput(output, request, derive));
  const own = request.inputs.filter((input) => input.own !== undefined);
  const sum = (parts: readonly { readonly amount: bigint }[]): bigint =>
    parts.reduce((total, { amount }) => total + amount, 0n);
  const out = sum(own) - sum(outputs.filter((output) => output.kind === 'own'));
  const proven =
    request.key.fingerprint === fingerprintOf(derive([]).publicKey) &&
    own.every((input) => input.own !== undefined && isProven(input.own, kind, derive));
  return {
    outputs,
    spent: sum(request.inputs),
    leaves: out > 0n ? out : 0n,
    feeProven: isFeeProven(request),
    foreignInputs: request.inputs.length - own.length,
    refusal: refusalOf(proven, outputs),
  };
}

/**
 * Input amounts are certain when each previous transaction is there, or when a signature of ours is void
 * under any other: that of Taproot commits to the amounts of all inputs (BIP-341), that of P2WPKH to its
 * own alone (BIP-143). See docs/bitcoin.md.
 */
const isFeeProven = ({ inputs, key }: BitcoinRequest): boolean =>
  key.kind === 'p2tr' || inputs.length === 1 || inputs.every(({ previousKnown }) => previousKnown);

function refusalOf(proven: boolean, outputs: readonly OutputFact[]): string | undefined {
  if (!proven) return 'It would spend coins with keys that are not those of this vault.';
  if (outputs.some(({ kind }) => kind === 'unknown')) {
    return 'It pays to a script that this wallet cannot read. What is paid there could belong to anybody.';
  }
  if (outputs.some(({ kind }) => kind === 'future')) {
    return 'It pays to a kind of address that has no owner yet: anybody could take the money.';
  }
  return undefined;
}

function readOutput(
  { amount, script, own }: BitcoinOutput,
  request: BitcoinRequest,
  derive: Derive,
): OutputFact {
  const read = addressOfScript(script, request.network);
  if (read !== undefined) {
    const place = own === undefined ? undefined : provenPlace(own, script, request, derive);
    if (own !== undefined && place !== undefined) {
      return { kind: 'own', amount, script, address: read.address, path: own.path, place };
    }
    const { address, type } = read;
    return { kind: 'address', amount, script, address, type, falseClaim: own !== undefined };
  }
  if (script[0] === OP_RETURN) return { kind: 'data', amount, script, pushed: pushedBy(script) };
  return { kind: isWitnessProgram(script) ? 'future' : 'unknown', amount, script };
}

function provenPlace(
  claim: KeyClaim,
  script: Uint8Array,
  { key: { kind }, network }: BitcoinRequest,
  derive: Derive,
): (Place & { readonly account: number }) | undefined {
  const fits = isProven(claim, kind, derive) && fitsScript(claim, script, { kind, network });
  return fits ? placeOf(claim.path, { kind, network }) : undefined;
}

/** The bytes of an OP_RETURN with one push; others are shown as they are. */
function pushedBy(script: Uint8Array): Uint8Array | undefined {
  try {
    const [, pushed, ...rest] = Script.decode(script);
    return pushed instanceof Uint8Array && rest.length === 0 ? pushed : undefined;
  } catch {
    return undefined;
  }
}
