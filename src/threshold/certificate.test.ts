/**
 * Certificates: every field altered alone is refused with the right reason, also when the signatures over
 * it were made anew where the cheater can; chains; and the one encoding. Addendum C2, H4.
 */
import { describe, expect, it } from 'vitest';
import { concat, DecodeError, toHex, u16 } from '../codec.ts';
import { ProtocolError, UsageError, type PartyIndex } from './abort.ts';
import {
  compareHeights,
  confirmDigest,
  decodeCertificate,
  describeDraft,
  encodeCertificate,
  keygenId,
  reshareAuthDigest,
  reshareId,
  verifyChain,
  verifyKeygenCertificate,
  verifyReshareCertificate,
  type Certificate,
  type Height,
} from './certificate.ts';
import { groupOf } from './group.ts';
import { keygenCeremony } from './keygen.ts';
import type { KeyInfo, KeyShare } from './keys.ts';
import { reshareCeremony } from './reshare.ts';
import { decodeKeyInfo, encodeKeyInfo, encodeReshareContext } from './session/context.ts';
import { encodeRecord, recordDigest } from './session/handshake.ts';
import { frostKeys } from './testing/keys.ts';
import { lockstep } from './testing/lockstep.ts';
import { devices, membersOf, pick, requestId, seeded, testIdentity } from './testing/seeded.ts';

const BIP340 = 'mpc-frost/v1/secp256k1-bip340';
const ED25519 = 'mpc-frost/v1/ed25519';

type Info = KeyInfo<typeof BIP340>;
type Share = KeyShare<typeof BIP340>;

const list = devices(3, 'keys');
const keys = frostKeys(BIP340, 2, 3);
const generated = keys.output(1).certificate;

interface Step {
  readonly certificate: Certificate;
  readonly info: Info;
  readonly shares: ReadonlyMap<PartyIndex, Share>;
}

/** Devices 1 and 2 refresh the key for all three. */
function refresh(old: Info, shares: ReadonlyMap<PartyIndex, Share>, seed: string): Step {
  const dealers = [1, 2];
  const context = {
    suite: BIP340,
    requestId: requestId(seed),
    old,
    dealers,
    threshold: 2,
    members: membersOf(list),
  } as const;
  const players = new Map(
    list.map(({ identity }, i) => {
      const share = dealers.includes(i + 1) ? shares.get(i + 1) : undefined;
      const inputs = { identity: identity.publicKey, share, largestAttempt: 0 };
      return [i + 1, { identity, ceremony: reshareCeremony(context, inputs) }] as const;
    }),
  );
  const run = lockstep(players, seed);
  const output = run.get(1)?.output ?? expect.unreachable();
  const next = new Map(
    [...run].map(([party, one]) => [party, one.output?.key?.share ?? expect.unreachable()]),
  );
  const info = next.get(1)?.info ?? expect.unreachable();
  return { certificate: output.certificate, info, shares: next };
}

const zero = new Map(keys.parties.map((party) => [party, keys.share(party)]));
const one = refresh(keys.info, zero, 'one');
const two = refresh(one.info, one.shares, 'two');
const other = refresh(keys.info, zero, 'other');
const reshared = one.certificate;

const flipped = (bytes: Uint8Array, at = 0): Uint8Array => {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

const first = <T>(map: ReadonlyMap<PartyIndex, T>): T => map.get(1) ?? expect.unreachable();
const record = (certificate: Certificate, party: PartyIndex) =>
  certificate.records.get(party) ?? expect.unreachable();

/** What a verifier says. */
const verdict = (check: () => unknown): string => {
  try {
    check();
    return 'accepted';
  } catch (error) {
    expect(error instanceof ProtocolError || error instanceof DecodeError).toBe(true);
    return error instanceof Error ? error.message : '?';
  }
};

type Change = (certificate: Certificate) => Certificate;

const UNSIGNED = /no signed session record of party 1/;
/** One field of any certificate at a time, and what gives it away. */
const changes: readonly (readonly [string, Change, RegExp])[] = [
  ['context: request id', (c) => ({ ...c, context: flipped(c.context, 42) }), UNSIGNED],
  ['context: suite', (c) => ({ ...c, context: flipped(c.context, 1) }), /unknown suite/],
  ['context: a byte more', (c) => ({ ...c, context: concat(c.context, u16(0)) }), /too many/],
  ['context: a byte less', (c) => ({ ...c, context: c.context.slice(0, -1) }), /bytes expected/],
  ['attempt', (c) => ({ ...c, attempt: c.attempt + 1 }), /not of a key|did not sign|wrong sig/],
  [
    'a record missing',
    (c) => ({ ...c, records: new Map([...c.records].slice(1)) }),
    /one record per party/,
  ],
  [
    'a record too many',
    (c) => ({ ...c, records: new Map(c.records).set(4, first(c.records)) }),
    /one record per party/,
  ],
  [
    'a record under another number',
    (c) => ({ ...c, records: new Map([...c.records].slice(0, 2)).set(4, record(c, 3)) }),
    /a record is missing/,
  ],
  [
    'a record of another party',
    (c) => ({ ...c, records: new Map(c.records).set(1, record(c, 2)) }),
    UNSIGNED,
  ],
  ['a record: any field', (c) => changed(c, (bytes) => flipped(bytes, 70)), UNSIGNED],
  [
    'a record: signature',
    (c) => {
      const { record: bytes, signature } = first(c.records);
      const wrong = { record: bytes, signature: flipped(signature) };
      return { ...c, records: new Map(c.records).set(1, wrong) };
    },
    UNSIGNED,
  ],
  [
    'a signed record: number',
    (c) => signed(c, (bytes) => flipped(bytes, 1)),
    /record of another party/,
  ],
  [
    'a signed record: identity',
    (c) => signed(c, (bytes) => flipped(bytes, 2)),
    /another identity key/,
  ],
  ['a signed record: length', (c) => signed(c, (bytes) => bytes.slice(0, -1)), /session record/],
  ['echo 1', (c) => ({ ...c, echo1: flipped(c.echo1) }), /dealer|did not confirm/],
  ['echo 2', (c) => ({ ...c, echo2: flipped(c.echo2) }), /dealer|did not confirm/],
  ['chain code', (c) => ({ ...c, chainCode: flipped(c.chainCode) }), /chain code|did not confirm/],
  [
    'a coefficient: the public key',
    (c) => ({ ...c, commitment: c.commitment.with(0, flipped(c.commitment[0] ?? c.echo1)) }),
    /another public key|did not confirm/,
  ],
  [
    'a coefficient: another',
    (c) => ({ ...c, commitment: c.commitment.with(1, flipped(c.commitment[1] ?? c.echo1)) }),
    /dealer|did not confirm/,
  ],
  [
    'a coefficient: no point',
    (c) => ({ ...c, commitment: c.commitment.with(1, new Uint8Array(33)) }),
    /point/,
  ],
  [
    'a coefficient more',
    (c) => ({ ...c, commitment: [...c.commitment, ...c.commitment.slice(1)] }),
    /number of coefficients/,
  ],
  [
    'a coefficient less',
    (c) => ({ ...c, commitment: c.commitment.slice(0, 1) }),
    /number of coefficients/,
  ],
  [
    'a confirmation missing',
    (c) => ({ ...c, confirms: new Map([...c.confirms].slice(1)) }),
    /not confirmed by every member/,
  ],
  [
    'a confirmation too many',
    (c) => ({ ...c, confirms: new Map(c.confirms).set(4, first(c.confirms)) }),
    /not confirmed by every member/,
  ],
  [
    'the confirmation of one member twice',
    (c) => ({ ...c, confirms: new Map(c.confirms).set(2, first(c.confirms)) }),
    /member 2 did not confirm/,
  ],
  [
    'a confirmation under a number that is none',
    (c) => ({ ...c, confirms: new Map([...c.confirms].slice(1)).set(4, first(c.confirms)) }),
    /member 1 did not confirm/,
  ],
  [
    'a confirmation altered',
    (c) => ({ ...c, confirms: new Map(c.confirms).set(3, flipped(first(c.confirms))) }),
    /member 3 did not confirm/,
  ],
  [
    'a confirmation cut short',
    (c) => ({ ...c, confirms: new Map(c.confirms).set(1, first(c.confirms).slice(0, 63)) }),
    /member 1 did not confirm/,
  ],
];

function changed(c: Certificate, change: (bytes: Uint8Array) => Uint8Array): Certificate {
  const { record: bytes, signature } = first(c.records);
  return { ...c, records: new Map(c.records).set(1, { record: change(bytes), signature }) };
}

/** The same, signed by the party itself: only what the record says is wrong. */
function signed(c: Certificate, change: (bytes: Uint8Array) => Uint8Array): Certificate {
  const bytes = change(first(c.records).record);
  const signature = keys.device(1).identity.sign(recordDigest(c.context, bytes));
  return { ...c, records: new Map(c.records).set(1, { record: bytes, signature }) };
}

describe('a certificate of key generation', () => {
  it('is accepted as it is, by anyone', () => {
    const { info, height } = verifyKeygenCertificate(generated);
    expect(info).toEqual(keys.info);
    expect(height).toMatchObject({ epoch: 0, attempt: 0 });
  });

  it.each(changes)('is refused with another %s', (_, change, reason) => {
    expect(verdict(() => verifyKeygenCertificate(change(generated)))).toMatch(reason);
  });

  it('is refused with a dealer’s signature in it', () => {
    const auths = new Map([[1, first(generated.confirms)]]);
    expect(verdict(() => verifyKeygenCertificate({ ...generated, auths }))).toMatch(
      /not of a key generation/,
    );
  });

  it('is not one of a redistribution, and the reverse', () => {
    expect(verdict(() => verifyKeygenCertificate(reshared))).toMatch(/not of a key generation/);
    expect(verdict(() => verifyReshareCertificate(generated, keys.info))).toMatch(
      /not of a redistribution/,
    );
    expect(verdict(() => verifyKeygenCertificate({ ...reshared, kind: 'dkg' }))).toMatch(
      /not a dkg context/,
    );
    expect(
      verdict(() => verifyReshareCertificate({ ...generated, kind: 'reshare' }, keys.info)),
    ).toMatch(/not a reshare context/);
  });

  it('the parts of two key generations do not mix', () => {
    const foreign = frostKeys(BIP340, 2, 3, 'foreign').output(1).certificate;
    const parts: (keyof Certificate)[] = ['context', 'records', 'echo1', 'commitment', 'confirms'];
    for (const part of parts) {
      const mixed = { ...generated, [part]: foreign[part] };
      expect(verdict(() => verifyKeygenCertificate(mixed))).not.toBe('accepted');
    }
  });
});

describe('a certificate of redistribution', () => {
  it('is accepted by whoever knows the old key', () => {
    const { info, height } = verifyReshareCertificate(reshared, keys.info);
    expect(info).toEqual(one.info);
    expect(height).toMatchObject({ epoch: 1, attempt: 1 });
  });

  it.each(changes)('is refused with another %s', (_, change, reason) => {
    expect(verdict(() => verifyReshareCertificate(change(reshared), keys.info))).toMatch(reason);
  });

  it.each([
    [
      'missing',
      (c: Certificate) => ({ ...c, auths: new Map([...c.auths].slice(1)) }),
      /one signature per dealer/,
    ],
    [
      'too many',
      (c: Certificate) => ({ ...c, auths: new Map(c.auths).set(3, first(c.auths)) }),
      /one signature per dealer/,
    ],
    [
      'under another number',
      (c: Certificate) => ({ ...c, auths: new Map([...c.auths].slice(1)).set(3, first(c.auths)) }),
      /a dealer did not sign/,
    ],
    [
      'of one dealer twice',
      (c: Certificate) => ({ ...c, auths: new Map(c.auths).set(2, first(c.auths)) }),
      /wrong signature of a dealer/,
    ],
    [
      'altered',
      (c: Certificate) => ({ ...c, auths: new Map(c.auths).set(1, flipped(first(c.auths))) }),
      /wrong signature of a dealer/,
    ],
    [
      'that are confirmations',
      (c: Certificate) => ({ ...c, auths: new Map([...c.confirms].slice(0, 2)) }),
      /wrong signature of a dealer/,
    ],
  ])('C2 is refused with signatures of dealers %s', (_, change, reason) => {
    expect(verdict(() => verifyReshareCertificate(change(reshared), keys.info))).toMatch(reason);
  });

  it('C2 the signatures of another attempt from the same key do not fit', () => {
    for (const part of ['auths', 'confirms', 'records', 'echo1', 'echo2', 'commitment'] as const) {
      const mixed = { ...reshared, [part]: other.certificate[part] };
      expect(verdict(() => verifyReshareCertificate(mixed, keys.info))).not.toBe('accepted');
    }
  });

  const trust: readonly (readonly [string, Info])[] = [
    ['the key id', { ...keys.info, kid: flipped(keys.info.kid) }],
    ['the epoch', { ...keys.info, epoch: 1 }],
    ['the committee', { ...keys.info, members: membersOf(devices(3, 'foreign')) }],
    ['the order of the committee', { ...keys.info, members: membersOf(list.toReversed()) }],
    ['the threshold', { ...keys.info, threshold: 3 }],
    ['the chain code', { ...keys.info, chainCode: flipped(keys.info.chainCode) }],
    ['the shares', { ...keys.info, commitment: one.info.commitment }],
    ['the key', one.info],
  ];
  it.each(trust)('C2 is refused by a verifier that knows another: %s', (_, trusted) => {
    expect(verdict(() => verifyReshareCertificate(reshared, trusted))).toMatch(
      /another key, epoch/,
    );
  });
});

describe('a chain of certificates', () => {
  it('leads a verifier that is several epochs behind to the present', () => {
    expect(verifyChain(keys.info, [one.certificate, two.certificate])).toEqual(two.info);
    expect(verifyChain(one.info, [two.certificate])).toEqual(two.info);
    expect(verifyChain(keys.info, [])).toEqual(keys.info);
  });

  it.each([
    ['a gap', [two.certificate]],
    ['another order', [two.certificate, one.certificate]],
    ['a repetition', [one.certificate, one.certificate]],
    ['a link of another attempt', [other.certificate, two.certificate]],
    ['a key generation', [generated, one.certificate]],
  ])('is refused with %s', (_, chain) => {
    expect(verdict(() => verifyChain(keys.info, chain))).toMatch(/refused/);
  });
});

// --- forged with all signatures that the cheater can make ----------------------------------------------

interface Forger {
  /** Their number in the new set is their place here. */
  readonly names: readonly string[];
  readonly threshold: number;
  readonly dealers: readonly PartyIndex[];
  /** Whose identity signs for each dealer. */
  readonly signer: (dealer: PartyIndex) => string;
  /** F_new without the public key. */
  readonly rest: readonly Uint8Array[];
  readonly publicKey?: Uint8Array;
  readonly attempt?: number;
}

/** A certificate whose every signature is made by `names`: session, confirmations, dealers. */
function forge(old: KeyInfo, forger: Forger): Certificate {
  const { names, threshold, dealers, signer, rest } = forger;
  const members = names.map((name, i) => ({
    index: i + 1,
    identity: testIdentity(name).publicKey,
  }));
  const reshare = {
    suite: old.suite,
    requestId: requestId('forged'),
    old,
    dealers,
    threshold,
    members,
  };
  const context = encodeReshareContext(reshare);
  // The dealers are in the session too: under numbers after the new members.
  const receiving = new Set(members.map(({ identity }) => toHex(identity)));
  const leaving = dealers.filter((dealer) => {
    const identity = old.members[dealer - 1]?.identity;
    return identity !== undefined && !receiving.has(toHex(identity));
  });
  const sessions = [
    ...members.map(({ index, identity }, i) => ({ party: index, identity, by: names[i] ?? '' })),
    ...leaving.map((dealer, i) => ({
      party: members.length + i + 1,
      identity: old.members[dealer - 1]?.identity ?? new Uint8Array(32),
      by: signer(dealer),
    })),
  ];
  const records = new Map(
    sessions.map(({ party, identity, by }) => {
      const bytes = encodeRecord({
        party,
        identity,
        ephemeral: seeded(`ephemeral/${String(party)}`)(32),
        nonce: seeded(`nonce/${String(party)}`)(32),
        extra: new Uint8Array(4),
      });
      const signature = testIdentity(by).sign(recordDigest(context, bytes));
      return [party, { record: bytes, signature }];
    }),
  );
  const draft: Certificate = {
    kind: 'reshare',
    context,
    attempt: forger.attempt ?? 1,
    records,
    echo1: new Uint8Array(32),
    echo2: new Uint8Array(32),
    chainCode: old.chainCode,
    commitment: [forger.publicKey ?? old.commitment[0] ?? new Uint8Array(33), ...rest],
    auths: new Map(),
    confirms: new Map(),
  };
  const sign = (): Certificate => {
    const { info, height, oldKid } = describeDraft(draft);
    const digest = reshareAuthDigest(height.sid, reshare, draft.attempt, info.kid);
    return {
      ...draft,
      auths: new Map(dealers.map((dealer) => [dealer, testIdentity(signer(dealer)).sign(digest)])),
      confirms: new Map(
        names.map((name, i) => {
          const own = confirmDigest(draft, height.sid, oldKid, info.epoch, i + 1, info.kid);
          return [i + 1, testIdentity(name).sign(own)];
        }),
      ),
    };
  };
  try {
    return sign();
  } catch {
    return draft; // the session records do not hold: no signature could help
  }
}

describe('C2 a set that the old committee did not let in', () => {
  const point = groupOf(BIP340).base.multiply(99n).toBytes();
  const nameOf = (dealer: PartyIndex): string => `keys-${String(dealer)}`;
  const alone: Forger = {
    names: ['mallory-1', 'mallory-2'],
    threshold: 2,
    dealers: [1, 2],
    signer: () => 'mallory-1',
    rest: [point],
  };

  it('the harness is sound: with the dealers’ own signatures it would be accepted', () => {
    const genuine = forge(keys.info, { ...alone, signer: nameOf });
    expect(verdict(() => verifyReshareCertificate(genuine, keys.info))).toBe('accepted');
  });

  it('signed by nobody of it', () => {
    expect(verdict(() => verifyReshareCertificate(forge(keys.info, alone), keys.info))).toMatch(
      /no signed session record of party 3/,
    );
  });

  it('signed by one of it, who is too few', () => {
    const partly = {
      ...alone,
      signer: (dealer: PartyIndex) => (dealer === 1 ? 'keys-1' : 'mallory-1'),
    };
    expect(verdict(() => verifyReshareCertificate(forge(keys.info, partly), keys.info))).toMatch(
      /no signed session record of party 4/,
    );
  });

  it('with one dealer’s name twice, or fewer dealers than the old threshold', () => {
    expect(() => forge(keys.info, { ...alone, dealers: [1], signer: nameOf })).toThrow(UsageError);
    expect(() => forge(keys.info, { ...alone, dealers: [1, 1], signer: nameOf })).toThrow(
      UsageError,
    );
    const context = encodeReshareContext({
      suite: BIP340,
      requestId: requestId('x'),
      old: keys.info,
      dealers: [1, 2],
      threshold: 2,
      members: membersOf(list),
    });
    // dealers, t' and three members of 34 bytes stand at the end
    const at = context.length - (2 + 2 * 2) - 2 - (2 + 3 * 34);
    const twice = context.slice();
    twice.set([0, 1], at + 4);
    const few = concat(context.slice(0, at), u16(1), u16(1), context.slice(at + 6));
    for (const bytes of [twice, few]) {
      expect(verdict(() => describeDraft({ ...reshared, context: bytes }))).toMatch(
        /ascending|too few dealers/,
      );
    }
  });

  it('with dealers who all left: the real committee of a later epoch is another', () => {
    const genuine = forge(keys.info, { ...alone, signer: nameOf });
    expect(verdict(() => verifyReshareCertificate(genuine, one.info))).toMatch(
      /another key, epoch/,
    );
  });

  it('that changes the public key, even with every signature', () => {
    const stolen = forge(keys.info, { ...alone, signer: nameOf, publicKey: point });
    expect(verdict(() => verifyReshareCertificate(stolen, keys.info))).toMatch(
      /another public key/,
    );
  });

  it('P-20 that raises the threshold silently, even with every signature', () => {
    const raised = forge(keys.info, { ...alone, signer: nameOf, rest: [point, point] });
    expect(verdict(() => verifyReshareCertificate(raised, keys.info))).toMatch(
      /number of coefficients/,
    );
  });

  it('P-22 in which one identity is two members', () => {
    expect(() => forge(keys.info, { ...alone, names: ['mallory-1', 'mallory-1'] })).toThrow(
      UsageError,
    );
  });
});

describe('what the signatures cover', () => {
  const sid = seeded('sid')(32);
  const kid = seeded('kid')(32);

  it('the confirmation: every part', () => {
    const draft = { kind: 'reshare', attempt: 1 } as const;
    const digests = [
      confirmDigest(draft, sid, kid, 1, 1, kid),
      confirmDigest({ ...draft, kind: 'dkg' }, sid, kid, 1, 1, kid),
      confirmDigest({ ...draft, attempt: 2 }, sid, kid, 1, 1, kid),
      confirmDigest(draft, kid, kid, 1, 1, kid),
      confirmDigest(draft, sid, sid, 1, 1, kid),
      confirmDigest(draft, sid, kid, 2, 1, kid),
      confirmDigest(draft, sid, kid, 1, 2, kid),
      confirmDigest(draft, sid, kid, 1, 1, sid),
    ];
    expect(new Set(digests.map(toHex)).size).toBe(digests.length);
  });

  it('the signature of the new set: every part', () => {
    const context = {
      suite: BIP340,
      requestId: requestId('x'),
      old: keys.info,
      dealers: [1, 2],
      threshold: 2,
      members: membersOf(list),
    } as const;
    const digests = [
      reshareAuthDigest(sid, context, 1, kid),
      reshareAuthDigest(kid, context, 1, kid),
      reshareAuthDigest(sid, context, 2, kid),
      reshareAuthDigest(sid, context, 1, sid),
      reshareAuthDigest(sid, { ...context, threshold: 3 }, 1, kid),
      reshareAuthDigest(sid, { ...context, members: membersOf(devices(3, 'x')) }, 1, kid),
      reshareAuthDigest(sid, { ...context, old: one.info }, 1, kid),
      reshareAuthDigest(sid, { ...context, old: { ...keys.info, epoch: 1 } }, 1, kid),
    ];
    expect(new Set(digests.map(toHex)).size).toBe(digests.length);
  });

  it('the key ids: every part', () => {
    const parts = { echo1: sid, echo2: kid, commitment: [sid], chainCode: kid };
    const wrong = { echo1: kid, echo2: sid, commitment: [kid], chainCode: sid };
    const ids = [
      keygenId(sid, parts, [sid]),
      keygenId(kid, parts, [sid]),
      keygenId(sid, parts, [kid]),
      reshareId(sid, keys.info, parts, [sid]),
      reshareId(kid, keys.info, parts, [sid]),
      reshareId(sid, keys.info, parts, [kid]),
      reshareId(sid, one.info, parts, [sid]),
      reshareId(sid, { ...keys.info, epoch: 1 }, parts, [sid]),
      ...(['echo1', 'echo2', 'commitment', 'chainCode'] as const).flatMap((part) => [
        keygenId(sid, { ...parts, [part]: wrong[part] }, [sid]),
        reshareId(sid, keys.info, { ...parts, [part]: wrong[part] }, [sid]),
      ]),
    ];
    expect(new Set(ids.map(toHex)).size).toBe(ids.length);
  });
});

describe('heights', () => {
  const height = (epoch: number, attempt: number, sid: number): Height => ({
    epoch,
    attempt,
    sid: new Uint8Array(32).fill(sid),
  });

  it('are ordered by epoch, then attempt, numerically, then session id as bytes', () => {
    const ascending = [
      height(0, 0, 0),
      height(0, 0, 255),
      height(0, 1, 0),
      height(1, 0, 0),
      height(1, 2, 9),
      height(1, 2, 16),
      height(1, 2, 128),
      height(1, 9, 1),
      height(1, 10, 0),
      height(9, 1, 1),
      height(10, 0, 0),
      height(2 ** 31, 0, 0),
      height(2 ** 32 - 1, 2 ** 32 - 1, 0),
    ];
    for (const [i, a] of ascending.entries()) {
      for (const [j, b] of ascending.entries()) {
        expect(Math.sign(compareHeights(a, b))).toBe(Math.sign(i - j));
      }
    }
  });
});

describe('the encoding', () => {
  const all = [generated, reshared, two.certificate, keysOf(ED25519)];

  function keysOf(suite: typeof ED25519): Certificate {
    return frostKeys(suite, 2, 2).output(1).certificate;
  }

  it('comes back as it was', () => {
    for (const certificate of all) {
      const bytes = encodeCertificate(certificate);
      expect(decodeCertificate(bytes)).toEqual(certificate);
      expect(encodeCertificate(decodeCertificate(bytes))).toEqual(bytes);
    }
  });

  it('is one, whatever the order of the maps', () => {
    const shuffled = {
      ...reshared,
      records: new Map([...reshared.records].reverse()),
      auths: new Map([...reshared.auths].reverse()),
      confirms: new Map([...reshared.confirms].reverse()),
    };
    expect(encodeCertificate(shuffled)).toEqual(encodeCertificate(reshared));
  });

  it('is refused cut short anywhere, or with a byte more', () => {
    const bytes = encodeCertificate(reshared);
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => decodeCertificate(bytes.slice(0, length))).toThrow(DecodeError);
    }
    expect(() => decodeCertificate(concat(bytes, new Uint8Array(1)))).toThrow(DecodeError);
  });

  it.each([
    ['another version', 0, [2]],
    ['another kind', 1, [3]],
    ['kind 0', 1, [0]],
    ['a context longer than the rest', 2, [0xff, 0xff, 0xff, 0xff]],
  ])('is refused with %s', (_, at, replacement) => {
    const bytes = encodeCertificate(reshared);
    bytes.set(replacement, at);
    expect(() => decodeCertificate(bytes)).toThrow(DecodeError);
  });

  it('is refused with entries out of order, twice, or too many', () => {
    const bytes = encodeCertificate(reshared);
    // The confirmations stand at the end: three of 2 + 64 bytes.
    const at = bytes.length - 3 * 66;
    const entries = [0, 1, 2].map((i) => bytes.slice(at + 66 * i, at + 66 * (i + 1)));
    const [x, y, z] = entries as [Uint8Array, Uint8Array, Uint8Array];
    const head = bytes.slice(0, at);
    for (const wrong of [
      [y, x, z],
      [x, x, z],
      [x, z, y],
    ]) {
      expect(() => decodeCertificate(concat(head, ...wrong))).toThrow(/not ascending/);
    }
    const zeroth = x.slice();
    zeroth.set([0, 0]);
    expect(() => decodeCertificate(concat(head, zeroth, y, z))).toThrow(/not ascending/);
    const many = bytes.slice();
    many.set([0xff, 0xff], at - 2);
    expect(() => decodeCertificate(many)).toThrow(/too many entries/);
  });

  it('is refused with coefficients of another size or too many of them', () => {
    const bytes = encodeCertificate(reshared);
    const at = bytes.length - (2 + 3 * 66) - (2 + 2 * 66) - 2 * 33 - 4;
    const count = bytes.slice();
    count.set([1, 0], at);
    expect(() => decodeCertificate(count)).toThrow(/coefficients/);
    const size = bytes.slice();
    size.set([0, 34], at + 2);
    expect(() => decodeCertificate(size)).toThrow(/coefficients/);
  });

  it('P-14 nothing else than a refusal comes of any altered byte', () => {
    const random = seeded('mutations');
    for (const certificate of [generated, reshared]) {
      const bytes = encodeCertificate(certificate);
      for (let round = 0; round < 150; round++) {
        const altered = flipped(bytes, pick(random, bytes.length));
        const said = verdict(() => {
          const decoded = decodeCertificate(altered);
          if (decoded.kind === 'dkg') verifyKeygenCertificate(decoded);
          else verifyReshareCertificate(decoded, keys.info);
        });
        expect(said).not.toBe('accepted');
      }
    }
  });

  it('of a key’s public state comes back as it was, and is strict', () => {
    for (const info of [keys.info, two.info, frostKeys(ED25519, 2, 2).info]) {
      const bytes = encodeKeyInfo(info);
      expect(decodeKeyInfo(bytes)).toEqual(info);
      for (let length = 0; length < bytes.length; length += 5) {
        expect(() => decodeKeyInfo(bytes.slice(0, length))).toThrow(DecodeError);
      }
      expect(() => decodeKeyInfo(concat(bytes, new Uint8Array(1)))).toThrow(DecodeError);
    }
  });
});

describe('what a certificate does not depend on', () => {
  it('who asks: each member of a session has the same bytes', () => {
    const context = {
      suite: BIP340,
      requestId: requestId('same'),
      threshold: 2,
      members: membersOf(list),
    } as const;
    const players = new Map(
      list.map(({ identity }, i) => [
        i + 1,
        { identity, ceremony: keygenCeremony(context, i + 1) },
      ]),
    );
    const bytes = [...lockstep(players, 'same').values()].map(({ output }) =>
      toHex(encodeCertificate(output?.certificate ?? expect.unreachable())),
    );
    expect(new Set(bytes).size).toBe(1);
  });
});
