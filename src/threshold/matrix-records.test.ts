/** The adversary matrix of round 0: the signed session record of every protocol. The second party lies. */
import { describe, expect, it } from 'vitest';
import { concat, u16, u32, u8 } from '../codec.ts';
import { encodePairReport, type PairReport } from './ecdsa/pairs.ts';
import { pairSetupCeremony } from './ecdsa/pair-setup.ts';
import { keygenCeremony } from './keygen.ts';
import { reshareCeremony } from './reshare.ts';
import {
  decodeRecord,
  encodeRecord,
  recordDigest,
  type SessionRecord,
} from './session/handshake.ts';
import { of } from './session/round.ts';
import { dealtKeys, frostKeys, signPlayers, testItem } from './testing/keys.ts';
import { lockstep, type Player } from './testing/lockstep.ts';
import { checkVerdict, type Verdict } from './testing/matrix.ts';
import { flip } from './testing/network.ts';
import { devices, digestOf, membersOf, requestId, seeded } from './testing/seeded.ts';

const liar = 2;
type Players = () => Map<number, Player<unknown>>;
type Change = (record: SessionRecord, other: SessionRecord) => Partial<SessionRecord>;

const suite = 'mpc-frost/v1/secp256k1-bip340';
const list = devices(3, 'records');
const keygen: Players = () =>
  new Map(
    list.map(({ identity }, i) => {
      const context = {
        suite,
        requestId: requestId('r'),
        threshold: 2,
        members: membersOf(list),
      } as const;
      return [i + 1, { ceremony: keygenCeremony(context, i + 1), identity }];
    }),
  );

const dealt = dealtKeys(2, 2);
const signing: Players = () => signPlayers(dealt, [1, 2], [testItem('x')]);

const keys = frostKeys(suite, 2, 3);
const resharing: Players = () =>
  new Map(
    keys.parties.map((party) => {
      const context = {
        suite,
        requestId: requestId('r'),
        old: keys.info,
        dealers: [1, 2, 3],
        threshold: 2,
        members: keys.info.members,
      } as const;
      const { identity } = keys.device(party);
      const inputs = { identity: identity.publicKey, share: keys.share(party), largestAttempt: 7 };
      return [party, { ceremony: reshareCeremony(context, inputs), identity }];
    }),
  );

const settingUp: Players = () =>
  new Map(
    dealt.parties.map((party) => {
      const request = {
        requestId: requestId('r'),
        peer: 3 - party,
        reason: 'restored' as const,
        certificateDigest: digestOf('certificate'),
      };
      const ceremony = pairSetupCeremony(request, dealt.share(party), dealt.book(party));
      return [party, { ceremony, identity: dealt.device(party).identity }];
    }),
  );

/** Runs with party 2's record replaced: by `change`, signed again by party 2 unless it gives bytes. */
function runWith(
  players: Players,
  change: Change | ((body: Uint8Array) => Uint8Array),
  how: 'signed' | 'raw',
) {
  const all = players();
  const { ceremony, identity } = of(all, liar);
  const { context } = ceremony.handshake;
  let other: SessionRecord | undefined;
  return lockstep(all, 'records', ({ from, round, body }) => {
    if (round !== 0) return [body];
    if (from === 1) other = decodeRecord(body.slice(0, -64));
    if (from !== liar || other === undefined) return [body];
    if (how === 'raw') return [(change as (body: Uint8Array) => Uint8Array)(body)];
    const record = decodeRecord(body.slice(0, -64));
    const changed = encodeRecord({ ...record, ...(change as Change)(record, other) });
    return [concat(changed, identity.sign(recordDigest(context, changed)))];
  });
}

function check(outcomes: ReturnType<typeof runWith>, verdict: Verdict): void {
  for (const [party, outcome] of outcomes) {
    if (party !== liar) checkVerdict(verdict, outcome, liar, party);
  }
}

const blamed: Verdict = { aborts: "A'", blames: true, in: 0 };
/** The agreement failed, or the message is nobody's. */
const unequal: Verdict = { aborts: 'A', blames: false, in: 0 };
/** Another record is another session: the liar, who is in its own, is not heard (P-44). */
const alone: Verdict = { waits: 1 };

describe.each([
  ['key generation', keygen],
  ['signing', signing],
  ['redistribution', resharing],
  ['pairwise set-up', settingUp],
])('adversary matrix: the record of %s', (_, players) => {
  const fields = { party: 1, identity: 2, ephemeral: 34, nonce: 66, 'report length': 99 } as const;

  it.each(Object.entries(fields))(
    '%s altered: the signature does not hold, so nobody is blamed',
    (_field, offset) => {
      check(
        runWith(players, (body: Uint8Array) => flip(body, offset), 'raw'),
        unequal,
      );
    },
  );

  it.each<[string, (body: Uint8Array) => Uint8Array]>([
    ['its signature altered', (body) => flip(body, body.length - 1)],
    ['a byte more', (body) => concat(body, u8(0))],
    ['a byte less', (body) => body.slice(0, -1)],
    ['no signature', (body) => body.slice(0, -64)],
    ['nothing', () => new Uint8Array()],
  ])('with %s', (_name, change) => {
    check(runWith(players, change, 'raw'), unequal);
  });

  it.each<[string, Change, Verdict]>([
    ['another number', () => ({ party: 1 }), blamed],
    ["another member's identity key", (_own, other) => ({ identity: other.identity }), blamed],
    ['a key of small order', () => ({ ephemeral: new Uint8Array(32) }), blamed],
    ["another party's ephemeral key", (_own, { ephemeral }) => ({ ephemeral }), unequal],
    ["another party's nonce", (_own, { nonce }) => ({ nonce }), unequal],
    ['another ephemeral key', () => ({ ephemeral: seeded('key')(32) }), alone],
    ['another nonce', () => ({ nonce: seeded('nonce')(32) }), alone],
  ])('signed by its party, with %s', (_name, change, verdict) => {
    check(runWith(players, change, 'signed'), verdict);
  });

  it('missing: nobody goes on', () => {
    const outcomes = lockstep(players(), 'records', ({ from, round, body }) =>
      from === liar && round === 0 ? [] : [body],
    );
    for (const [party, { error, output, sent }] of outcomes) {
      if (party === liar) continue;
      expect([error, output]).toEqual([undefined, undefined]);
      expect(sent.every(({ round }) => round === 0)).toBe(true);
    }
  });

  it('twice: the first one counts', () => {
    const outcomes = lockstep(players(), 'records', ({ from, round, body }) =>
      from === liar && round === 0 ? [body, flip(body, 70)] : [body],
    );
    check(outcomes, 'finishes');
  });

  it('another one to one party only: the parties are in different sessions and hear nobody', () => {
    const all = players();
    const { ceremony, identity } = of(all, liar);
    const outcomes = lockstep(all, 'records', ({ from, to, round, body }) => {
      if (from !== liar || to !== 1 || round !== 0) return [body];
      const record = encodeRecord({ ...decodeRecord(body.slice(0, -64)), nonce: seeded('n')(32) });
      const signature = identity.sign(recordDigest(ceremony.handshake.context, record));
      return [concat(record, signature)];
    });
    check(outcomes, alone);
    expect(new Set([...outcomes.values()].map(({ sid }) => sid)).size).toBe(2);
  });
});

describe('adversary matrix: what a record reports', () => {
  it('nothing in a key generation', () => {
    check(
      runWith(keygen, () => ({ extra: u8(0) }), 'signed'),
      blamed,
    );
  });

  const pair = dealt.book(liar).report(1);
  const report = (change: Partial<PairReport>): Uint8Array =>
    encodePairReport({ ...pair, ...change });
  const unknown = (gen: number) => ({ gen, pid: digestOf(`pid ${String(gen)}`) });

  it.each<[string, Uint8Array, Verdict]>([
    ['nothing', new Uint8Array(), blamed],
    ['a byte more', concat(report({}), u8(0)), blamed],
    ['a byte less', report({}).slice(0, -1), blamed],
    ['five generations', report({ held: [5, 4, 3, 2, 1].map(unknown) }), blamed],
    ['generations out of order', report({ held: [unknown(1), unknown(2)] }), blamed],
    ['a generation twice', report({ held: [unknown(2), unknown(2)] }), blamed],
    ['a generation at its own floor', report({ floor: 1 }), blamed],
    ['more generations than there are bytes', concat(u32(0), u8(4), u32(9)), blamed],
    ['no generation', report({ held: [] }), unequal],
    ['an unknown generation', report({ held: [unknown(1)] }), unequal],
    ['a floor above what is held (a ban)', report({ floor: 9, held: [] }), unequal],
    ['the greatest floor there is', report({ floor: 2 ** 32 - 1, held: [] }), unequal],
    [
      'a generation more, which the other does not know',
      report({ held: [unknown(2), ...pair.held] }),
      alone,
    ],
  ])('of a pair before signing: %s', (_, extra, verdict) => {
    check(
      runWith(signing, () => ({ extra }), 'signed'),
      verdict,
    );
  });

  it.each<[string, Uint8Array, Verdict]>([
    ['nothing', new Uint8Array(), blamed],
    ['too short a number', u16(1), blamed],
    ['a byte more', concat(u32(1), u8(0)), blamed],
    ['the largest jump', u32(1007), alone],
    ['a jump above the limit', u32(1008), unequal],
    ['the greatest number', u32(2 ** 32 - 1), unequal],
  ])('of attempts before a redistribution: %s', (_, extra, verdict) => {
    check(
      runWith(resharing, () => ({ extra }), 'signed'),
      verdict,
    );
  });

  it.each<[string, Uint8Array, Verdict]>([
    ['nothing', new Uint8Array(), blamed],
    ['one number', u32(1), blamed],
    ['a byte more', concat(u32(1), u32(0), u8(0)), blamed],
    ['the largest jump', concat(u32(1000), u32(0)), alone],
    ['a jump above the limit', concat(u32(1001), u32(0)), unequal],
    ['a jump of the floor', concat(u32(1), u32(1001)), unequal],
    ['the greatest numbers', concat(u32(2 ** 32 - 1), u32(2 ** 32 - 1)), unequal],
  ])('of generations before a pairwise set-up: %s', (_, extra, verdict) => {
    check(
      runWith(settingUp, () => ({ extra }), 'signed'),
      verdict,
    );
  });
});
