/**
 * P-20 threshold raise: a dealer commits to one coefficient too many. Where nobody counts, every check
 * passes, the key is confirmed by all, and it takes one signer more than anyone agreed to: whoever did it
 * holds the key hostage.
 */
import { describe, expect, it } from 'vitest';
import { SECP256K1 } from '../group.ts';
import { keygenCeremony, type NewKey } from '../keygen.ts';
import { publicKeyOf } from '../keys.ts';
import { lagrange } from '../polynomial.ts';
import { lockstep, type Outcome } from '../testing/lockstep.ts';
import { devices, membersOf, requestId } from '../testing/seeded.ts';
import { weakened, type Patch } from '../testing/weakened.ts';

const list = devices(3);
const suite = 'mpc-frost/v1/secp256k1-bip340';
const context = {
  suite,
  requestId: requestId('p20'),
  threshold: 2,
  members: membersOf(list),
} as const;

interface Build {
  readonly keygen: { readonly keygenCeremony: typeof keygenCeremony };
}

/** Party 2's opening may have one coefficient more. */
const WIDE: readonly Patch[] = [
  {
    file: 'keygen.ts',
    find: "stage: 'reveal',\n      broadcast: {",
    replace: `stage: 'reveal',
      broadcast: {
        per: new Map([[2, struct({
          echo1: bytes(32),
          coefficients: list(context.threshold + 1, point(group)),
          chainCode: bytes(32),
          ...proof,
          salt: bytes(32),
        })]]),`,
  },
  {
    file: 'keygen.ts',
    find: 'const payload = rounds.reveal.broadcast.schema;',
    replace: `const payload = {
      encode: (reveal) => (reveal.coefficients.length > threshold
        ? rounds.reveal.broadcast.per.get(2)
        : rounds.reveal.broadcast.schema).encode(reveal),
    };`,
  },
];
const LONGER: Patch = {
  file: 'keygen.ts',
  find: "random.scalars('polynomial', order, threshold)",
  replace: "random.scalars('polynomial', order, threshold + 1)",
};
/** Nobody counts, neither when adding up nor in the certificate. */
const UNCOUNTED: readonly Patch[] = [
  {
    file: 'polynomial.ts',
    find: 'const length = list[0]?.length ?? 0;',
    replace: 'const length = Math.max(...list.map((commitment) => commitment.length));',
  },
  {
    file: 'polynomial.ts',
    find: 'if (list.some((commitment) => commitment.length !== length)) {',
    replace: 'if (false) {',
  },
  {
    file: 'certificate.ts',
    find: "if (draft.commitment.length !== context.threshold) refuse('wrong number of coefficients');",
    replace: '',
  },
];

const build = async (patches: readonly Patch[]) =>
  (await weakened<Build>({ keygen: 'keygen.ts' }, patches)).keygen.keygenCeremony;

type Outcomes = ReadonlyMap<number, Outcome<NewKey<typeof suite>>>;

/** Party 2 attacks; the others run `honest`. */
async function attack(honest: typeof keygenCeremony): Promise<Outcomes> {
  const evil = await build([...WIDE, ...UNCOUNTED, LONGER]);
  return lockstep(
    new Map(
      list.map(({ identity }, i) => [
        i + 1,
        { ceremony: (i === 1 ? evil : honest)(context, i + 1), identity },
      ]),
    ),
    'p20',
  );
}

/** Whether the shares of these parties give the joint key. */
function reconstructs(outcomes: Outcomes, parties: readonly number[]): boolean {
  const { order, base } = SECP256K1;
  let secret = 0n;
  for (const party of parties) {
    const share = outcomes.get(party)?.output?.share;
    if (share === undefined) throw new Error('no share');
    const lambda = lagrange(SECP256K1, parties, party);
    secret = (secret + share.withSecret((s) => lambda * s)) % order;
  }
  const info = outcomes.get(parties[0] ?? 0)?.output?.share.info;
  const expected = info && SECP256K1.decodePoint(publicKeyOf(info));
  return expected !== undefined && base.multiply(secret).equals(expected);
}

describe('P-20 threshold raise', () => {
  it('weakened (nobody counts): everyone confirms a 2-of-3 key that takes three', async () => {
    const outcomes = await attack(await build([...WIDE, ...UNCOUNTED]));
    for (const { output } of outcomes.values()) {
      expect(output?.certificate.confirms.size).toBe(3);
      expect(output?.share.info.threshold).toBe(2);
    }
    for (const pair of [
      [1, 2],
      [1, 3],
      [2, 3],
    ]) {
      expect(reconstructs(outcomes, pair)).toBe(false);
    }
    expect(reconstructs(outcomes, [1, 2, 3])).toBe(true);
  });

  it('the layout alone stops it', async () => {
    const outcomes = await attack(await build(UNCOUNTED));
    expect(outcomes.get(1)?.error).toMatchObject({ abortClass: "A'", culprit: 2 });
  });

  it('adding up commitments of one length alone stops it', async () => {
    const [, , inCertificate] = UNCOUNTED;
    const outcomes = await attack(
      await build([...WIDE, ...(inCertificate ? [inCertificate] : [])]),
    );
    for (const party of [1, 3]) expect(outcomes.get(party)?.output).toBeUndefined();
    expect(outcomes.get(1)?.error).toBeInstanceOf(Error);
  });

  it('counting in the certificate alone stops it', async () => {
    const outcomes = await attack(await build([...WIDE, ...UNCOUNTED.slice(0, 2)]));
    for (const party of [1, 3]) {
      expect(outcomes.get(party)?.error).toMatchObject({ abortClass: 'A' });
      expect(outcomes.get(party)?.persisted).toEqual([]);
    }
  });

  it('real: refused at once, the dealer is named, nothing of round 3 leaves', async () => {
    const outcomes = await attack(keygenCeremony);
    for (const party of [1, 3]) {
      const outcome = outcomes.get(party);
      expect(outcome?.error).toMatchObject({ abortClass: "A'", culprit: 2 });
      expect(outcome?.sent.some(({ round }) => round > 2)).toBe(false);
    }
  });
});
