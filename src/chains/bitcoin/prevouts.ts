/** One digest over everything that a transaction spends. */
import { sha256 } from '@noble/hashes/sha2.js';
import { hex } from '@scure/base';
import { concat, u32 } from '../../codec.ts';
import type { BitcoinRequest } from './request.ts';

/**
 * SHA-256 over, for each input in order: transaction id (32 bytes as it is written), u32 output number, amount
 * (8 bytes), u32 length and script; integers big endian. Binds a signing session to the coins that every device
 * sees spent. 32 bytes.
 */
export const prevoutsDigest = ({ inputs }: BitcoinRequest): Uint8Array =>
  sha256(
    concat(
      ...inputs.flatMap(({ txid, vout, amount, script }) => [
        hex.decode(txid),
        u32(vout),
        u32(Number(amount >> 32n)),
        u32(Number(amount & 0xffff_ffffn)),
        u32(script.length),
        script,
      ]),
    ),
  );
