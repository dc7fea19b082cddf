/** What moves to and from an account, as a node's simulation reports it. Notes, never facts. */
import { toChecksum } from './address.ts';
import { type Movement, sameAddress } from './context.ts';
import { type Hex, sizeOf } from './hex.ts';

export interface ReportedLog {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** Keccak-256 of Transfer(address,address,uint256) (ERC-20). */
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
/** Where nodes report movements of the chain's coin (eth_simulateV1, traceTransfers). */
const NATIVE = ['0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee', `0x${'00'.repeat(20)}`];

/** The movements of an account, the chain's coin first; what comes to nothing is left out. */
export function movementsOf(logs: readonly ReportedLog[], account: string): readonly Movement[] {
  const changes = new Map<Hex | undefined, bigint>();
  for (const { address, topics, data } of logs) {
    const [kind, from, to, ...more] = topics;
    // A fourth topic names a single collectible (ERC-721), which has no amount.
    if (kind !== TRANSFER || from === undefined || to === undefined || more.length > 0) continue;
    if (sizeOf(data) !== 32) continue;
    const token = NATIVE.some((native) => sameAddress(native, address))
      ? undefined
      : toChecksum(address);
    const amount = BigInt(data);
    const sign = (isAccount(to, account) ? 1n : 0n) - (isAccount(from, account) ? 1n : 0n);
    if (sign !== 0n) changes.set(token, (changes.get(token) ?? 0n) + sign * amount);
  }
  return [...changes]
    .filter(([, change]) => change !== 0n)
    .map(([token, change]) => ({ token, change }))
    .sort((a, b) =>
      a.token === b.token ? 0 : a.token === undefined ? -1 : b.token === undefined ? 1 : 0,
    );
}

const isAccount = (topic: Hex, account: string): boolean =>
  sameAddress(`0x${topic.slice(26)}`, account);
