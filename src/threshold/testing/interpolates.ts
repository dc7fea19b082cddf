/** Whether some shares are shares of the key that they are said to be of. */
import { toHex } from '../../codec.ts';
import type { PartyIndex } from '../abort.ts';
import { baseTimes, groupOf } from '../group.ts';
import type { KeyInfo, KeyShare } from '../keys.ts';
import { lagrange } from '../polynomial.ts';

/** Whether the shares of `set` interpolate to the public key. */
export function interpolates(
  info: KeyInfo,
  set: readonly PartyIndex[],
  shares: ReadonlyMap<PartyIndex, KeyShare>,
): boolean {
  const group = groupOf(info.suite);
  let secret = 0n;
  for (const index of set) {
    const share = shares.get(index);
    if (share === undefined) return false;
    const s = share.withSecret((scalar) => scalar);
    secret = (secret + lagrange(group, set, index) * s) % group.order;
  }
  return (
    toHex(baseTimes(group, secret).toBytes()) === toHex(info.commitment[0] ?? new Uint8Array())
  );
}
