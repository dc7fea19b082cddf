/**
 * P-23 rogue key: the last to speak chooses A_0 = X - (sum of the others) and owns the joint key X.
 *
 * With one honest party and t = n = 2 the attacker can even pass the Feldman check: it picks the share v
 * for the victim and sets A_1 = v G - A_0. What stops it is that it must commit before it sees the other's
 * opening, and prove that it knows the discrete logarithms of A_0 and, later, of its public share.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { concat, toHex } from '../../codec.ts';
import { ProtocolError } from '../abort.ts';
import { SECP256K1 } from '../group.ts';
import { keygenCeremony, keygenRounds } from '../keygen.ts';
import { publicKeyOf } from '../keys.ts';
import { Point } from '../points.ts';
import { decodeBody, type FieldLayout } from '../schema.ts';
import { lockstep, type Outcome, type Tamper } from '../testing/lockstep.ts';
import { devices, membersOf, requestId } from '../testing/seeded.ts';
import { weakened, type Patch } from '../testing/weakened.ts';

const list = devices(2);
const context = {
  suite: 'mpc-frost/v1/secp256k1-bip340' as const,
  requestId: requestId('p23'),
  threshold: 2,
  members: membersOf(list),
};
const rounds = keygenRounds(context, 1);

interface Build {
  readonly keygen: { readonly keygenCeremony: typeof keygenCeremony };
}

const COMMITMENT: Patch = {
  file: 'keygen.ts',
  find: 'if (!equalBytes(committed, commitmentTo(party, opened))) {',
  replace: 'if (false) {',
};
const PROOF: Patch = {
  file: 'keygen.ts',
  find: 'if (!verifyProof(group, boundTo(party, opened), coefficients[0] ?? group.zero, proof)) {',
  replace: 'if (false) {',
};
const SHARE_PROOF: Patch = {
  file: 'keygen.ts',
  find: 'if (!verifyProof(group, boundShare(party), message.publicShare, shown)) {',
  replace: 'if (false) {',
};

/** The key the attacker wants everyone to have. */
const x = 0xc0ffeen;
const v = 0xbeefn;

/** Party 2's messages as the attacker sends them, made from what it hears from party 1. */
function rogue(): Tamper {
  let constant = Point.ZERO;
  let slope = Point.ZERO;
  let others = Point.ZERO;
  let otherSlope = Point.ZERO;
  let echo2: Uint8Array | undefined;
  const replaced = (
    body: Uint8Array,
    layout: FieldLayout[],
    values: Record<string, Uint8Array>,
  ) => {
    const out = body.slice();
    for (const { path, offset } of layout) {
      const value = values[path];
      if (value !== undefined) out.set(value, offset);
    }
    return [out];
  };
  return ({ from, round, kind, body }) => {
    const shape = Object.values(rounds).find(({ number }) => number === round);
    if (shape === undefined) return [body];
    if (from === 1) {
      if (round === 2) {
        const opened = decodeBody(rounds.reveal.broadcast.schema, body, 'reveal').coefficients;
        others = Point.fromBytes(opened[0]?.toBytes() ?? new Uint8Array());
        otherSlope = Point.fromBytes(opened[1]?.toBytes() ?? new Uint8Array());
      }
      if (round === 3) echo2 = body.slice(0, 32);
      return [body];
    }
    if (round === 2) {
      constant = Point.BASE.multiply(x).subtract(others);
      slope = Point.BASE.multiply(v).subtract(constant);
      return replaced(body, rounds.reveal.broadcast.schema.layout('', 0), {
        'coefficients[0]': constant.toBytes(true),
        'coefficients[1]': slope.toBytes(true),
      });
    }
    if (round === 3) {
      if (echo2 === undefined) throw new Error('party 1 speaks first');
      return [concat(echo2, SECP256K1.encodeScalar(v))];
    }
    if (round === 4 && kind === 'broadcast') {
      // S_2 = F(2), a point whose discrete logarithm the attacker does not know
      const top = slope.add(otherSlope);
      const share = Point.BASE.multiply(x).add(top).add(top);
      const schema = rounds.prove.broadcast.schema.layout('', 0);
      return replaced(body, schema, { publicShare: share.toBytes(true) });
    }
    return [body];
  };
}

/** The attacker's own code does not mind that nobody else saw what it said. */
const DEAF: Patch = {
  file: 'keygen.ts',
  find: 'requireEcho(equalBytes(message.echo2, echo2), 2);',
  replace: '',
};

async function attack(patches: readonly Patch[]): Promise<Outcome<unknown> | undefined> {
  const { keygenCeremony: victim } =
    patches.length === 0
      ? { keygenCeremony }
      : (await weakened<Build>({ keygen: 'keygen.ts' }, patches)).keygen;
  const { keygenCeremony: attacker } = (await weakened<Build>({ keygen: 'keygen.ts' }, [DEAF]))
    .keygen;
  const players = new Map(
    list.map(({ identity }, i) => [
      i + 1,
      { ceremony: (i === 0 ? victim : attacker)(context, i + 1), identity },
    ]),
  );
  return lockstep(players, 'p23', rogue()).get(1);
}

/** The public key that the victim was ready to confirm. */
function pendingKey(outcome: Outcome<unknown> | undefined): string | undefined {
  const record = outcome?.persisted.find(({ kind }) => kind === 'pending-key');
  return record?.kind === 'pending-key' ? toHex(publicKeyOf(record.pending.share.info)) : undefined;
}

describe('P-23 rogue key', () => {
  let owned: string;
  beforeEach(() => {
    owned = toHex(Point.BASE.multiply(x).toBytes(true));
  });

  it('weakened (no opening, no proofs): the victim confirms a key that the attacker owns', async () => {
    expect(pendingKey(await attack([COMMITMENT, PROOF, SHARE_PROOF]))).toBe(owned);
  });

  it.each([
    ['the commitment', [PROOF, SHARE_PROOF]],
    ['the proof of the constant term', [COMMITMENT, SHARE_PROOF]],
    ['the proof of the share', [COMMITMENT, PROOF]],
  ])('%s alone stops it, and names the attacker', async (_, patches) => {
    const outcome = await attack(patches);
    expect(outcome?.error).toMatchObject({ abortClass: "A'", culprit: 2 });
    expect(pendingKey(outcome)).toBeUndefined();
  });

  it('real: nothing is stored, nothing of round 3 leaves, the attacker is named', async () => {
    const outcome = await attack([]);
    expect(outcome?.error).toBeInstanceOf(ProtocolError);
    expect(outcome?.error).toMatchObject({ abortClass: "A'", culprit: 2 });
    expect(outcome?.sent.some(({ round }) => round > 2)).toBe(false);
    expect(outcome?.persisted).toEqual([]);
  });
});
