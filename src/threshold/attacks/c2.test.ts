/**
 * C2: a certificate that nobody of the old committee signed. m invents two new members, a polynomial whose
 * constant term is the public key, and signs everything as them. Whoever believes it retires: it stops
 * signing, and its user is asked to delete the share.
 */
import { describe, expect, it } from 'vitest';
import { toHex } from '../../codec.ts';
import {
  confirmDigest,
  describeDraft,
  encodeCertificate,
  reshareAuthDigest,
  type Certificate,
} from '../certificate.ts';
import { SECP256K1 } from '../group.ts';
import * as library from '../index.ts';
import { encodeReshareContext, type ReshareContext } from '../session/context.ts';
import { encodeRecord, recordDigest } from '../session/handshake.ts';
import { requestId, seeded, testIdentity } from '../testing/seeded.ts';
import type { Library } from '../testing/simulator-run.ts';
import {
  generatedKey,
  redistributedKey,
  stateWith,
  type ModelAttempt,
} from '../testing/simulator-model.ts';
import { weakened, type Patch } from '../testing/weakened.ts';

/** The signatures of the dealers are counted, but not looked at. */
const UNSIGNED: Patch = {
  file: 'certificate.ts',
  find: "if (!verifyIdentity(identity, digest, signature)) refuse('wrong signature of a dealer');",
  replace: '',
};
/** Nor are the records of the session. */
const RECORDS: Patch = {
  file: 'session/handshake.ts',
  find: 'if (identity === undefined || !verifyIdentity(identity, digest, signature)) {',
  replace: 'if (identity === undefined) {',
};

const key = generatedKey(['a', 'b', 'm'], 2);

/** Everything that m can sign: as the members it invented, and as itself. */
function forged({ info: old }: ModelAttempt): Certificate {
  const invented = ['m1', 'm2'];
  const members = invented.map((name, i) => ({
    index: i + 1,
    identity: testIdentity(name).publicKey,
  }));
  const context: ReshareContext = {
    suite: old.suite,
    requestId: requestId('forged'),
    old,
    dealers: [1, 3], // a, who knows nothing of it, and m
    threshold: 2,
    members,
  };
  const encoded = encodeReshareContext(context);
  const parties = [
    { party: 1, identity: members[0]?.identity, by: 'm1' },
    { party: 2, identity: members[1]?.identity, by: 'm2' },
    { party: 3, identity: old.members[0]?.identity, by: 'm' }, // a's, signed by m
    { party: 4, identity: old.members[2]?.identity, by: 'm' },
  ];
  const records = new Map(
    parties.map(({ party, identity = new Uint8Array(32), by }) => {
      const record = encodeRecord({
        party,
        identity,
        ephemeral: seeded(`ephemeral/${String(party)}`)(32),
        nonce: seeded(`nonce/${String(party)}`)(32),
        extra: new Uint8Array(4),
      });
      return [party, { record, signature: testIdentity(by).sign(recordDigest(encoded, record)) }];
    }),
  );
  const [publicKey = new Uint8Array(33)] = old.commitment;
  return {
    kind: 'reshare',
    context: encoded,
    attempt: 1,
    records,
    echo1: new Uint8Array(32),
    echo2: new Uint8Array(32),
    chainCode: old.chainCode,
    commitment: [publicKey, SECP256K1.base.multiply(4711n).toBytes()],
    auths: new Map(),
    confirms: new Map(),
  };
}

/** The signatures over the digests that a verifier of this build will compute. */
function signed(build: Library, draft: Certificate): Certificate {
  const { info, height, reshare } = build.describeDraft(draft);
  if (reshare === undefined) throw new Error('no redistribution');
  const auth = reshareAuthDigest(height.sid, reshare, draft.attempt, info.kid);
  const confirm = (index: number): Uint8Array =>
    confirmDigest(draft, height.sid, reshare.old.kid, info.epoch, index, info.kid);
  return {
    ...draft,
    auths: new Map([
      [1, testIdentity('m').sign(auth)],
      [3, testIdentity('m').sign(auth)],
    ]),
    confirms: new Map([
      [1, testIdentity('m1').sign(confirm(1))],
      [2, testIdentity('m2').sign(confirm(2))],
    ]),
  };
}

/** Verifiers of all sorts: members, new members that trust the old key, and whoever is behind. */
const verifiers = (build: Library) =>
  ['a', 'b', 'newcomer'].map((device) => stateWith(build, key, device));

describe('C2 a new set that the old committee did not sign', () => {
  it('weakened (dealers’ signatures not verified): honest members retire', async () => {
    const build = await weakened<{ library: Library }>({ library: 'index.ts' }, [
      UNSIGNED,
      RECORDS,
    ]);
    const certificate = signed(build.library, forged(key));
    const effects = verifiers(build.library)
      .slice(0, 2)
      .map((state) => build.library.acceptCertificate(state, certificate));
    expect(effects.map(({ effect }) => effect)).toEqual(['retired', 'retired']);
    // Their users follow the request, and the key is gone.
    const after = effects.map(({ state }) => build.library.deleteRetired(state));
    expect(after.every(({ active }) => active === undefined)).toBe(true);
  });

  it('weakened (only the dealers’ signatures not verified): the session records still stop it', async () => {
    const build = await weakened<{ library: Library }>({ library: 'index.ts' }, [UNSIGNED]);
    for (const state of verifiers(build.library)) {
      expect(() => build.library.acceptCertificate(state, forged(key))).toThrow(
        /no signed session record of party 3/,
      );
    }
  });

  it('real: nobody believes it, whoever looks at it', async () => {
    // With the records as a weakened build would accept them, so that the digests exist.
    const weak = await weakened<{ library: Library }>({ library: 'index.ts' }, [UNSIGNED, RECORDS]);
    const certificate = signed(weak.library, forged(key));
    for (const state of verifiers(library)) {
      const before = { ...state };
      expect(() => library.acceptCertificate(state, certificate)).toThrow(
        expect.objectContaining({ abortClass: 'A' }),
      );
      expect(state).toEqual(before);
      expect(() => library.verifyReshareCertificate(certificate, key.info)).toThrow();
      expect(() => library.verifyChain(key.info, [certificate])).toThrow();
    }
  });

  it('real: the one dealer that m is does not make a quorum, even with genuine records', () => {
    // A genuine attempt of a and m; m alone signs another set over its session.
    const genuine = redistributedKey(key, {
      name: 'genuine',
      dealers: ['a', 'm'],
      members: ['a', 'm'],
      threshold: 2,
    });
    const { certificate } = genuine;
    const { height } = describeDraft(certificate);
    const own = certificate.auths.get(3) ?? expect.unreachable();
    const stolen = { ...certificate, auths: new Map(certificate.auths).set(1, own) };
    expect(toHex(encodeCertificate(stolen))).not.toBe(toHex(encodeCertificate(certificate)));
    expect(height.attempt).toBe(1);
    for (const state of verifiers(library)) {
      expect(() => library.acceptCertificate(state, stolen)).toThrow(/wrong signature of a dealer/);
    }
  });
});
