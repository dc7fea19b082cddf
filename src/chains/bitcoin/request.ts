/** A Bitcoin transaction to sign, as it is read from the bytes of a proposal. */
import type { AccountKind } from './account.ts';
import type { BitcoinNetwork } from './network.ts';

/** What the PSBT says of a key: it is a child of the vault's key at this path. Not proven by the bytes. */
export interface KeyClaim {
  /** From the vault's key, each index below 2^31. */
  readonly path: readonly number[];
  /** 33 bytes for P2WPKH, the 32 bytes of the internal key for P2TR. */
  readonly publicKey: Uint8Array;
}

export interface BitcoinInput {
  /** The transaction that is spent, as people write it: 64 hexadecimal digits. */
  readonly txid: string;
  readonly vout: number;
  readonly sequence: number;
  /** Satoshis, as the PSBT says. */
  readonly amount: bigint;
  readonly script: Uint8Array;
  /** Whether the previous transaction is there, with the same amount and script. */
  readonly previousKnown: boolean;
  /** Set for inputs of the vault's key. */
  readonly own: KeyClaim | undefined;
  /** `sign`: this request signs it. `signed`: somebody's signature is there already. */
  readonly state: 'sign' | 'signed' | 'unsigned';
  /** What the signature covers; for inputs to sign 0 (Taproot's default) or 1 (all), both the whole transaction. */
  readonly sighash: number | undefined;
}

export interface BitcoinOutput {
  /** Satoshis. */
  readonly amount: bigint;
  readonly script: Uint8Array;
  /** Set where the PSBT says that it pays back to the vault's key. */
  readonly own: KeyClaim | undefined;
}

declare const parsed: unique symbol;

/** A transaction that passed `parseBitcoin`; nothing else makes one. */
export interface BitcoinRequest {
  readonly [parsed]: true;
  readonly kind: 'bitcoin';
  /** The PSBT in its canonical form. */
  readonly bytes: Uint8Array;
  readonly network: BitcoinNetwork;
  /** The vault's key that signs: its kind and the fingerprint of its root. */
  readonly key: { readonly kind: AccountKind; readonly fingerprint: number };
  /** The account whose coins it spends. */
  readonly account: number;
  readonly version: number;
  readonly lockTime: number;
  readonly inputs: readonly BitcoinInput[];
  readonly outputs: readonly BitcoinOutput[];
  /** Satoshis: inputs less outputs. */
  readonly fee: bigint;
}

/** The numbers of the inputs that this request signs, ascending. The digests have the same order. */
export const inputsToSign = (request: BitcoinRequest): readonly number[] =>
  request.inputs.flatMap(({ state }, i) => (state === 'sign' ? [i] : []));

/** The path of the key of each digest, in the same order. */
export const pathsOf = (request: BitcoinRequest): readonly (readonly number[])[] =>
  request.inputs.flatMap(({ state, own }) =>
    state === 'sign' && own !== undefined ? [own.path] : [],
  );
