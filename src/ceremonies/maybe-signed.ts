/**
 * The durable note that a signature may exist (addendum H3), written before the last round leaves.
 *
 *     u8 1, 16 request id, u8 count 1..16, then 33 public key and 32 digest each
 */
import { concat, Reader, u8 } from '../codec.ts';
import type { MaybeSigned } from './api.ts';

export const encodeMaybeSigned = ({ requestId, items }: MaybeSigned): Uint8Array =>
  concat(
    u8(1),
    requestId,
    u8(items.length),
    ...items.flatMap(({ publicKey, digest }) => [publicKey, digest]),
  );

/** @throws DecodeError unless canonical */
export function decodeMaybeSigned(bytes: Uint8Array): MaybeSigned {
  const reader = new Reader(bytes, 'record of a signing');
  if (reader.u8() !== 1) throw reader.malformed('unknown version');
  const requestId = reader.bytes(16);
  const count = reader.u8();
  if (count < 1 || count > 16) throw reader.malformed('1 to 16 items');
  const items = Array.from({ length: count }, () => ({
    publicKey: reader.bytes(33),
    digest: reader.bytes(32),
  }));
  reader.end();
  return { requestId, items };
}
