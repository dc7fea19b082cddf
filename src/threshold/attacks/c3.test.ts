/**
 * Addendum C3: masks shared between the items of a batch give the key away.
 *
 * Every signer learns U_k = r_k F_k and W_k = F_k (m_k + rx_k (x + tau_k)), where F_k is the sum of all
 * phi of item k. A signer who knows the difference D = F_0 - F_1 has two equations for F_0 and x:
 *
 *     A F^2 + (B - D A - W_1) F - D B = 0,   A = m_1 + rx_1 (tau_1 - tau_0 - m_0 / rx_0),  B = rx_1 W_0 / rx_0
 *
 * It knows its own phi. The difference of the victim's is 0 where phi is shared, and psi_0 - psi_1 where chi
 * is shared.
 */
import { describe, expect, it } from 'vitest';
import { Reader, toHex } from '../../codec.ts';
import { derive } from '../derive.ts';
import { signRounds } from '../ecdsa/rounds.ts';
import type { signCeremony } from '../ecdsa/sign.ts';
import type { Element } from '../group.ts';
import { toInteger } from '../hash.ts';
import { Point } from '../points.ts';
import { ORDER, reduce } from '../scalars.ts';
import { dealtKeys, signPlayers, testItem } from '../testing/keys.ts';
import { lockstep, type Delivery } from '../testing/lockstep.ts';
import { requestId } from '../testing/seeded.ts';
import { weakened, type Patch } from '../testing/weakened.ts';

interface Build {
  readonly signing: { readonly signCeremony: typeof signCeremony };
  readonly rounds: { readonly signRounds: typeof signRounds & { spy?: bigint[] } };
}

const MODULES = { signing: 'ecdsa/sign.ts', rounds: 'ecdsa/rounds.ts' };
const DRAW = 'const [r = 0n, phi = 0n] = random.scalars(`nonce/${String(k)}`, ORDER, 2);';

/** The attacker follows the protocol; it only writes its own phi down. */
const SPY: Patch = {
  file: 'ecdsa/protocol.ts',
  find: DRAW,
  replace: `${DRAW} (signRounds.spy ??= []).push(phi);`,
};
const SHARED_PHI: Patch = {
  file: 'ecdsa/protocol.ts',
  find: DRAW,
  replace: `${DRAW.replace('phi = 0n', 'own = 0n')} const phi = (start.phi ??= own);`,
};
const SHARED_CHI: readonly Patch[] = [
  {
    file: 'ecdsa/protocol.ts',
    find: "const x = random.bytes('choices', ROW_BYTES);",
    replace: "const x = (start.x ??= random.bytes('choices', ROW_BYTES));",
  },
  {
    file: 'ecdsa/items.ts',
    find: 'multiplicationId(isid, sender, receiver,',
    replace: 'multiplicationId(session.sid, sender, receiver,',
  },
];

const { Fn } = Point;
const items = [testItem('first', [0]), testItem('second', [1])];
const keys = dealtKeys(2, 2);

/** Party 1 is the victim and runs `victim`; party 2 attacks. Gives the key, or nothing. */
async function attack(victim: readonly Patch[], both: readonly Patch[], run: number) {
  const evil = await weakened<Build>(MODULES, [SPY, ...both]);
  const request = { requestId: requestId('sign'), signers: [1, 2], items };
  const players = signPlayers(keys, [1, 2], items);
  if (victim.length > 0) {
    const build = await weakened<Build>(MODULES, victim);
    const ceremony = build.signing.signCeremony(request, keys.share(1), keys.book(1));
    players.set(1, { ceremony, identity: keys.device(1).identity });
  }
  const { signRounds: spied } = evil.rounds;
  spied.spy = [];
  players.set(2, {
    ceremony: evil.signing.signCeremony(request, keys.share(2), keys.book(2)),
    identity: keys.device(2).identity,
  });
  const outcomes = lockstep(players, `c3/${String(run)}`);
  const [mine, theirs] = [outcomes.get(2), outcomes.get(1)];
  expect(mine?.output).toHaveLength(2);
  const sent = [mine, theirs].map((outcome) => outcome?.sent ?? []);
  const [phi0 = 0n, phi1 = 0n] = spied.spy;
  const psi = items.map((_, k) => multiplied(sent[1] ?? []).items[k]?.psi ?? 0n);
  const differences = [0n, (psi[0] ?? 0n) - (psi[1] ?? 0n)]; // phi shared, chi shared
  return differences
    .flatMap((difference) => solve(sent, reduce(difference + phi0 - phi1)))
    .find((x) => toHex(Point.BASE.multiply(x).toBytes(true)) === toHex(keys.publicKey));
}

const rounds = signRounds([1, 2], 1, 2);
const bodyOf = (sent: readonly Delivery[], round: number): Reader => {
  const found = sent.find((delivery) => delivery.round === round);
  return new Reader(found?.body ?? new Uint8Array(), 'round');
};
const multiplied = (sent: readonly Delivery[]) =>
  rounds.multiply.direct.schema.read(bodyOf(sent, 2));
const combined = (sent: readonly Delivery[]) =>
  rounds.combine.broadcast.schema.read(bodyOf(sent, 3));

/** The candidates for x, given D. @param sent what each of the two sent */
function solve(sent: readonly (readonly Delivery[])[], difference: bigint): bigint[] {
  const [first, second] = items.map((item, k) => {
    const nonce = sent
      .map((one) => multiplied(one).items[k]?.nonce ?? Point.ZERO)
      .reduce<Element>((sum, point) => sum.add(point), Point.ZERO);
    const w = sent.map((one) => combined(one).parts[k]?.w ?? 0n).reduce((a, b) => a + b);
    return {
      w: reduce(w),
      m: toInteger(item.digest) % ORDER,
      rx: Point.fromBytes(nonce.toBytes()).toAffine().x % ORDER,
      tau: derive(keys.publicKey, keys.info.chainCode, item.path).tweak,
    };
  });
  if (first === undefined || second === undefined) return [];
  const inverse = Fn.inv(first.rx);
  const a = reduce(second.m + second.rx * (second.tau - first.tau - first.m * inverse));
  const b = reduce(second.rx * first.w * inverse);
  const linear = reduce(b - difference * a - second.w);
  const discriminant = reduce(linear * linear + 4n * a * difference * b);
  let root: bigint;
  try {
    root = Fn.sqrt(discriminant);
  } catch {
    return []; // no square: no solution with this D
  }
  return [root, -root]
    .map((signed) => reduce((signed - linear) * Fn.inv(reduce(2n * a))))
    .filter((f) => f !== 0n)
    .map((f) => reduce((first.w * Fn.inv(f) - first.m) * inverse - first.tau))
    .filter((x) => x !== 0n);
}

const RUNS = Array.from({ length: 20 }, (_, run) => run);

describe('C3 masks shared between the items of a batch', () => {
  it('weakened: phi shared, the peer has the key in 20 of 20 runs', async () => {
    for (const run of RUNS) expect(await attack([SHARED_PHI], [], run)).toBeDefined();
  });

  it('weakened: chi shared, the peer has the key in 20 of 20 runs', async () => {
    const [, sameId] = SHARED_CHI;
    // the multiplication id is computed on both sides, so both builds share it
    const both = sameId === undefined ? [] : [sameId];
    for (const run of RUNS) expect(await attack(SHARED_CHI, both, run)).toBeDefined();
  });

  it('real: the same attack finds nothing in 20 of 20 runs', async () => {
    for (const run of RUNS) expect(await attack([], [], run)).toBeUndefined();
  });
});
