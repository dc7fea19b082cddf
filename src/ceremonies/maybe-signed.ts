/**
 * The durable note that a signature may exist (addendum H3), written before the last round leaves.
 *
 *     u8 version, 16 request id, u8 count 1..16, then public key and 32 digest each
 *
 * Version 1 has public keys of 33 bytes (ECDSA), version 2 of 32 (Taproot).
 */
import { concat, Reader, u8 } from '../codec.ts';
import type { MaybeSigned } from './api.ts';

/** Bytes of a public key, by version. */
const KEY_BYTES = { 1: 33, 2: 32 } as const;

export const encodeMaybeSigned = ({ requestId, items }: MaybeSigned): Uint8Array =>
  concat(
    u8(items.every(({ publicKey }) => publicKey.length === KEY_BYTES[1]) ? 1 : 2),
    requestId,
    u8(items.length),
    ...items.flatMap(({ publicKey, digest }) => [publicKey, digest]),
  );

/** @throws DecodeError unless canonical */
export function decodeMaybeSigned(bytes: Uint8Array): MaybeSigned {
  const reader = new Reader(bytes, 'record of a signing');
  const version = reader.u8();
  if (version !== 1 && version !== 2) throw reader.malformed('unknown version');
  const requestId = reader.bytes(16);
  const count = reader.u8();
  if (count < 1 || count > 16) throw reader.malformed('1 to 16 items');
  const items = Array.from({ length: count }, () => ({
    publicKey: reader.bytes(KEY_BYTES[version]),
    digest: reader.bytes(32),
  }));
  reader.end();
  return { requestId, items };
}
