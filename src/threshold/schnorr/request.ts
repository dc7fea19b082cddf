/** What is to be signed, as every signer computes it by itself: keys, messages, context. */
import { concat, toHex, u32, u8 } from '../../codec.ts';
import { UsageError, type PartyIndex } from '../abort.ts';
import type { DerivationPath } from '../derive.ts';
import type { FrostSuite, KeyInfo, KeyShare } from '../keys.ts';
import { checkRequest, encodePurpose, encodeRequest, type AnyPurpose } from '../request.ts';
import {
  edwardsKey,
  publicPackage,
  taprootKey,
  type EffectiveKey,
  type PublicPackage,
  type TaprootRoot,
} from './effective.ts';
import { schemeOf, type EdwardsSuite, type TaprootSuite } from './scheme.ts';

/** Largest Ed25519 message, in bytes. */
export const MAX_MESSAGE = 2 ** 16;
/** Inputs are counted in 32 bits. */
const MAX_INPUT_INDEX = 2 ** 32 - 1;

/** One Taproot input. Sighash and all hashes are computed on this device from what its user approved. */
export interface TaprootItem {
  readonly purpose: Extract<AnyPurpose, 'bitcoin-input'>;
  readonly path: DerivationPath;
  readonly root: TaprootRoot;
  /** The BIP-341 sighash, 32 bytes. */
  readonly message: Uint8Array;
  /** 0x00..0x03 or 0x81..0x83 (BIP-341). */
  readonly sighashType: number;
  readonly inputIndex: number;
  /** 32 bytes over all previous outputs: amounts and scripts. The same function on every device. */
  readonly prevouts: Uint8Array;
  /** The BIP-341 leaf hash, 32 bytes: with root `none`, and only then. */
  readonly leafHash?: Uint8Array;
}

/** One message for Ed25519. */
export interface EdwardsItem {
  readonly purpose: Extract<AnyPurpose, 'solana-transaction' | 'solana-message'>;
  /** 1 to 65,536 bytes; signed as they are. */
  readonly message: Uint8Array;
}

/** What a key of each suite signs. */
interface Items {
  readonly 'mpc-frost/v1/secp256k1-bip340': TaprootItem;
  readonly 'mpc-frost/v1/ed25519': EdwardsItem;
}
/** One item of a ceremony of suite `S`. */
export type FrostItem<S extends FrostSuite = FrostSuite> = Items[S];

/** What the signers approved. */
export interface FrostRequest<S extends FrostSuite = FrostSuite> {
  /** 16 random bytes. */
  readonly requestId: Uint8Array;
  /** Ascending; at least the threshold. */
  readonly signers: readonly PartyIndex[];
  /** 1 to 16, in an order that is fixed for all (a PSBT: by input index). */
  readonly items: readonly FrostItem<S>[];
}

/** An item with what every signer computes about it. The bytes are copies of the request's. */
export interface PreparedItem {
  readonly message: Uint8Array;
  readonly key: EffectiveKey;
  readonly publicPart: PublicPackage;
  /** Its part of enc(ctx), after u16 k. */
  readonly encoded: Uint8Array;
}

/** SIGHASH_DEFAULT, ALL, NONE, SINGLE, and the last three with ANYONECANPAY. */
const SIGHASH_TYPES = new Set([0x00, 0x01, 0x02, 0x03, 0x81, 0x82, 0x83]);

/**
 * Computes every item's key and checks the request.
 *
 * @throws UsageError for a request that this key cannot serve
 */
export function prepareItems<S extends FrostSuite>(
  request: FrostRequest<S>,
  share: KeyShare<S>,
): PreparedItem[] {
  const { signers, items } = request;
  const { info } = share;
  schemeOf(info.suite);
  checkRequest(request, info, share.index);
  // An imported key of one member has to be redistributed first: FROST starts at two.
  if (info.threshold < 2) throw new UsageError('a FROST key needs a threshold of at least 2');
  const prepared = items.map((item) => {
    const { key, encoded } = isTaproot(info)
      ? prepareTaproot(info, item)
      : prepareEdwards(info as KeyInfo<EdwardsSuite>, item);
    const publicPart = publicPackage(info, key, signers);
    return { message: item.message.slice(), key, publicPart, encoded };
  });
  const distinct = new Set(
    prepared.map(({ key, message }) => toHex(concat(key.publicKey, message))),
  );
  if (distinct.size !== prepared.length) throw new UsageError('the same message appears twice');
  return prepared;
}

/** enc(ctx) over the items as they were prepared. */
export const encodeFrostContext = (
  request: FrostRequest,
  info: KeyInfo<FrostSuite>,
  items: readonly PreparedItem[],
): Uint8Array =>
  encodeRequest(
    request,
    info,
    items.map(({ encoded }) => encoded),
  );

const isTaproot = (info: KeyInfo<FrostSuite>): info is KeyInfo<TaprootSuite> =>
  info.suite === 'mpc-frost/v1/secp256k1-bip340';

type Prepared = Pick<PreparedItem, 'key' | 'encoded'>;

/**
 * u8 purpose, u8 depth, u32 each, serP(P'), root, serP(Q), sighash, u8 type, u32 input, prevouts, leaf.
 * Root: u8 0 for none, u8 1 for empty, u8 2 and 32 bytes. Leaf: u8 0, or u8 1 and 32 bytes.
 */
function prepareTaproot(info: KeyInfo<TaprootSuite>, item: FrostItem): Prepared {
  if (item.purpose !== 'bitcoin-input') throw new UsageError('this key signs Bitcoin inputs only');
  const { path, root, message, sighashType, inputIndex, prevouts, leafHash } = item;
  for (const [name, bytes] of Object.entries({ message, prevouts, leafHash })) {
    if (bytes !== undefined && bytes.length !== 32) throw new UsageError(`${name} has 32 bytes`);
  }
  if (!Number.isInteger(inputIndex) || inputIndex < 0 || inputIndex > MAX_INPUT_INDEX) {
    throw new UsageError('an input index is an integer of 32 bits');
  }
  if (!SIGHASH_TYPES.has(sighashType)) throw new UsageError('unknown sighash type (BIP-341)');
  if ((root === 'none') !== (leafHash !== undefined)) {
    throw new UsageError('an untweaked key signs for a script leaf, a tweaked one for the output');
  }
  const key = taprootKey(info, path, root);
  const rootForm = root === 'none' ? u8(0) : root === 'empty' ? u8(1) : concat(u8(2), root);
  const encoded = concat(
    encodePurpose(item.purpose),
    u8(path.length),
    ...path.map(u32),
    key.child,
    rootForm,
    key.output,
    message,
    u8(sighashType),
    u32(inputIndex),
    prevouts,
    leafHash === undefined ? u8(0) : concat(u8(1), leafHash),
  );
  return { key, encoded };
}

/** u8 purpose, public key, u32 length, message. */
function prepareEdwards(info: KeyInfo<EdwardsSuite>, item: FrostItem): Prepared {
  if (item.purpose === 'bitcoin-input') throw new UsageError('this key signs no Bitcoin inputs');
  const { purpose, message } = item;
  if (message.length < 1 || message.length > MAX_MESSAGE) {
    throw new UsageError(`a message has 1 to ${String(MAX_MESSAGE)} bytes`);
  }
  const key = edwardsKey(info);
  const encoded = concat(encodePurpose(purpose), key.publicKey, u32(message.length), message);
  return { key, encoded };
}
