import { createPublicKey, verify as verifyWithNode } from 'node:crypto';
import { schnorr } from '@noble/curves/secp256k1.js';
import { describe, expect, it, vi } from 'vitest';
import { ProtocolError, UsageError } from '../abort.ts';
import { groupOf } from '../group.ts';
import { keygenCeremony, type NewKey } from '../keygen.ts';
import { publicKeyOf, type FrostSuite } from '../keys.ts';
import { HedgedRandom } from '../random.ts';
import { reshareCeremony } from '../reshare.ts';
import type { Session } from '../session/session.ts';
import { PeerStandings } from '../standing.ts';
import { frostKeys } from '../testing/keys.ts';
import { lockstep } from '../testing/lockstep.ts';
import { devices, digestOf, membersOf, requestId, seeded } from '../testing/seeded.ts';
import { weakened } from '../testing/weakened.ts';
import { taprootKey } from './effective.ts';
import { NoncePair } from './nonces.ts';
import { prepareItems } from './request.ts';
import { schemeOf } from './scheme.ts';
import { frostSignCeremony } from './sign.ts';
import { assemble, type IncompleteSignatures, type SchnorrSignature } from './signature.ts';
import {
  dealt,
  EDWARDS,
  edwardsItem,
  flipped,
  itemOf,
  overwritten,
  present,
  runSigning,
  signaturesOf,
  subsets,
  TAPROOT,
  taprootItem,
  type Signers,
  unblemished,
} from './testing/frost.ts';

/** Verifiers that share no code with the library: of Ed25519, that of Node (OpenSSL). */
function isValid(suite: FrostSuite, { publicKey, message, signature }: SchnorrSignature): boolean {
  if (suite === TAPROOT) return schnorr.verify(signature, message, publicKey);
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verifyWithNode(null, Buffer.from(message), key, signature);
}

/** A key from a real key generation. */
function generated<S extends FrostSuite>(suite: S, t: number, n: number): Signers<S> {
  const keys = frostKeys(suite, t, n);
  return {
    info: keys.info,
    share: (party) => keys.share(party),
    identity: (party) => keys.device(party).identity,
  };
}

describe.each([TAPROOT, EDWARDS])('signing after key generation: %s', (suite) => {
  it.each([
    [2, 2],
    [2, 3],
    [3, 5],
  ])('P-53 every quorum of %i-of-%i', (t, n) => {
    const keys = generated(suite, t, n);
    for (const signers of subsets(n, t)) {
      const item = itemOf(suite, signers.join());
      const [signature] = signaturesOf(keys, signers, [item], { seed: signers.join() });
      expect(present(signature).message).toEqual(item.message);
      expect(present(signature).signature).toHaveLength(64);
      expect(isValid(suite, present(signature)), `signers ${signers.join()}`).toBe(true);
    }
  });

  it('several messages in one ceremony, each with nonces of its own', () => {
    const keys = generated(suite, 2, 3);
    const names = ['a', 'b', 'c'];
    const draw = vi.spyOn(NoncePair, 'draw');
    const items = names.map((name) => itemOf(suite, name));
    const signatures = signaturesOf(keys, [1, 3], items);
    expect(signatures.map(({ message }) => message)).toEqual(items.map(({ message }) => message));
    expect(signatures.every((signature) => isValid(suite, signature))).toBe(true);
    const points = draw.mock.results.flatMap((result) => {
      const { hiding, binding } = (result.value as NoncePair).commitment;
      return [hiding.join(), binding.join()];
    });
    draw.mockRestore();
    expect(new Set(points).size).toBe(2 * 3 * 2);
    const nonces = signatures.map(({ signature }) => signature.slice(0, 32).join());
    expect(new Set(nonces).size).toBe(3);
  });

  it('P-16 the same request again: other nonces', () => {
    const keys = generated(suite, 2, 3);
    const [one, two] = ['one', 'two'].map((seed) =>
      present(signaturesOf(keys, [1, 2], [itemOf(suite, 'again')], { seed })[0]),
    );
    expect(one?.signature.slice(0, 32)).not.toEqual(two?.signature.slice(0, 32));
  });

  it('stores that a signature may exist before its share leaves', () => {
    const keys = generated(suite, 2, 3);
    const outcomes = runSigning(keys, [1, 2], [itemOf(suite, 'a'), itemOf(suite, 'b')]);
    for (const { persisted, output } of outcomes.values()) {
      const items = output?.map(({ publicKey, message }) => ({ publicKey, digest: message }));
      expect(persisted).toEqual([
        expect.objectContaining({ kind: 'maybe-signed', kid: keys.info.kid, items }),
      ]);
    }
  });

  it('P-52 different messages to different members end key generation: nobody stores a share', () => {
    const list = devices(3, 'p52');
    const context = {
      suite,
      requestId: requestId('p52'),
      threshold: 2,
      members: membersOf(list),
    };
    const players = new Map(
      list.map(({ identity }, i) => [
        i + 1,
        { ceremony: keygenCeremony(context, i + 1), identity },
      ]),
    );
    const outcomes = lockstep<NewKey>(players, 'p52', ({ from, to, round, body }) => [
      from === 3 && to === 1 && round === 1 ? flipped(body, 0) : body,
    ]);
    for (const [party, { error, persisted, output }] of outcomes) {
      expect(output, `party ${String(party)}`).toBeUndefined();
      expect(persisted).toEqual([]);
      expect(error).toBeInstanceOf(ProtocolError);
      expect((error as ProtocolError).abortClass).toBe('A');
    }
  });

  it('goes on after a redistribution to 3-of-4, with the same public key', () => {
    const old = generated(suite, 2, 3);
    const list = [...devices(3, 'keys'), ...devices(1, 'newcomer')];
    const context = {
      suite,
      requestId: requestId('reshare'),
      old: old.info,
      dealers: [1, 3],
      threshold: 3,
      members: membersOf(list),
    };
    const players = new Map(
      list.map(({ identity }, i) => {
        const share = i === 0 || i === 2 ? old.share(i + 1) : undefined;
        const inputs = { identity: identity.publicKey, share, largestAttempt: 0 };
        return [i + 1, { ceremony: reshareCeremony(context, inputs), identity }];
      }),
    );
    const outcomes = lockstep(players, 'reshare');
    const shares = new Map(
      [...outcomes].map(([party, { output, error }]) => {
        if (error !== undefined) throw new Error('redistribution failed', { cause: error });
        return [party, present(output?.key).share];
      }),
    );
    const renewed: Signers<typeof suite> = {
      info: present(shares.get(1)).info,
      share: (party) => present(shares.get(party)),
      identity: (party) => present(list[party - 1]).identity,
    };
    expect(publicKeyOf(renewed.info)).toEqual(publicKeyOf(old.info));
    const item = itemOf(suite, 'later');
    const [before] = signaturesOf(old, [2, 3], [item]);
    const [after] = signaturesOf(renewed, [1, 2, 4], [item]);
    expect(after?.publicKey).toEqual(before?.publicKey);
    expect(isValid(suite, present(after))).toBe(true);
  });
});

describe('Taproot', () => {
  const keys = generated(TAPROOT, 2, 3);

  it('signs for key paths with and without scripts, and for script leaves, in one ceremony', () => {
    const items = [
      taprootItem('key path', { path: [0, 1] }),
      taprootItem('with scripts', { path: [0, 2], root: digestOf('tree') }),
      taprootItem('leaf', { path: [1, 3], root: 'none', leafHash: digestOf('leaf') }),
    ];
    const signatures = signaturesOf(keys, [2, 3], items);
    for (const [i, { path, root }] of items.entries()) {
      const signature = present(signatures[i]);
      const key = taprootKey(keys.info, path, root);
      expect(signature.publicKey).toEqual(root === 'none' ? key.internalKey : key.publicKey);
      expect(isValid(TAPROOT, signature)).toBe(true);
    }
  });

  it('signs 16 inputs in one ceremony', () => {
    const items = Array.from({ length: 16 }, (_, i) => {
      return taprootItem(`input ${String(i)}`, { path: [0, i], inputIndex: i });
    });
    const signatures = signaturesOf(keys, [1, 2], items);
    expect(signatures.filter((signature) => isValid(TAPROOT, signature))).toHaveLength(16);
  });
});

describe('failures that nobody can be named for (class D)', () => {
  const keys = dealt(EDWARDS, 2, 3, 'failures');
  interface Build {
    readonly signing: { readonly frostSignCeremony: typeof frostSignCeremony };
  }
  /** All shares hold, and the signature does not verify all the same. */
  const doubting = async (): Promise<Build> =>
    weakened<Build>({ signing: 'schnorr/sign.ts' }, [
      {
        file: 'schnorr/signature.ts',
        find: 'if (verify(signature, message, publicKey)) {',
        replace: 'if (false) {',
      },
    ]);
  const record = (peer: number, failures: number) => ({
    kind: 'peer-standing',
    kid: keys.info.kid,
    peer,
    refused: false,
    failures,
  });
  /** Parties 1 and 2 sign; party 1 keeps `standings`. */
  function attempt(standings: PeerStandings, build: Build['signing']) {
    const items = [edwardsItem('failures')];
    const request = { requestId: requestId('failures'), signers: [1, 2], items };
    const players = new Map(
      [1, 2].map((party) => {
        const own = party === 1 ? standings : new PeerStandings(keys.info, party);
        const ceremony = build.frostSignCeremony(request, keys.share(party), own);
        return [party, { ceremony, identity: keys.identity(party) }];
      }),
    );
    return present(lockstep(players, 'failures').get(1));
  }
  const recordsOf = ({ error }: { readonly error: unknown }) =>
    (error as IncompleteSignatures).persist;

  it('are written down and counted: after three a person is asked before anything is sent', async () => {
    const { signing } = await doubting();
    const standings = new PeerStandings(keys.info, 1);
    for (const failures of [1, 2, 3]) {
      const outcome = attempt(standings, signing);
      expect(outcome.error).toMatchObject({ abortClass: 'D', culprit: undefined });
      expect(recordsOf(outcome)).toEqual([record(2, failures)]);
    }
    expect(() => attempt(standings, { frostSignCeremony })).toThrow('before a person allows it');
    // party 3 has failed in nothing
    const items = [edwardsItem('others')];
    frostSignCeremony(
      { requestId: requestId('others'), signers: [1, 3], items },
      keys.share(1),
      standings,
    );
    standings.allow(2);
    expect(attempt(standings, { frostSignCeremony }).output).toHaveLength(1);
  });

  it('are forgotten with a success, durably', async () => {
    const { signing } = await doubting();
    const standings = new PeerStandings(keys.info, 1);
    attempt(standings, signing);
    attempt(standings, signing);
    const { output, persisted } = attempt(standings, { frostSignCeremony });
    expect(output).toHaveLength(1);
    expect(persisted).toEqual([expect.objectContaining({ kind: 'maybe-signed' }), record(2, 0)]);
    expect(attempt(standings, { frostSignCeremony }).persisted).toHaveLength(1);
  });

  it('are not a named failure: a wrong share is counted against nobody', () => {
    const standings = new PeerStandings(keys.info, 1);
    const items = [edwardsItem('named')];
    const request = { requestId: requestId('named'), signers: [1, 2], items };
    const players = new Map(
      [1, 2].map((party) => {
        const own = party === 1 ? standings : new PeerStandings(keys.info, party);
        const ceremony = frostSignCeremony(request, keys.share(party), own);
        return [party, { ceremony, identity: keys.identity(party) }];
      }),
    );
    const outcome = present(
      lockstep(players, 'named', ({ from, round, body }) => [
        from === 2 && round === 2 ? flipped(body, 32) : body,
      ]).get(1),
    );
    expect(outcome.error).toMatchObject({ abortClass: "A'", culprit: 2 });
    expect(recordsOf(outcome)).toEqual([]);
    expect(standings.clearFailures([2])).toEqual([]);
  });

  it('of another key or device are refused', () => {
    const request = { requestId: requestId('x'), signers: [1, 2], items: [edwardsItem('x')] };
    const other = dealt(EDWARDS, 2, 3, 'other');
    for (const standings of [new PeerStandings(other.info, 1), new PeerStandings(keys.info, 2)]) {
      expect(() => frostSignCeremony(request, keys.share(1), standings)).toThrow(UsageError);
    }
  });
});

describe('a share that is locked away during the session', () => {
  it('P-16 ends it: no answer leaves', () => {
    const keys = dealt(EDWARDS, 2, 3, 'locked');
    const outcomes = runSigning(keys, [1, 2], [edwardsItem('a')], {
      tamper: ({ to, round, body }) => {
        if (to === 1 && round === 1) keys.share(1).wipe();
        return [body];
      },
    });
    const one = present(outcomes.get(1));
    expect(one.error).toBeInstanceOf(UsageError);
    expect(one.sent.filter(({ round }) => round === 2)).toEqual([]);
    expect(one.persisted).toEqual([]);
  });
});

describe('one party, step by step', () => {
  const keys = dealt(TAPROOT, 2, 2, 'step');
  const items = [taprootItem('a'), taprootItem('b')];
  const request = { requestId: requestId('step'), signers: [1, 2], items };
  const session = {
    sid: digestOf('sid'),
    self: 1,
    peers: [2],
    parties: [1, 2],
    echo: () => digestOf('echo'),
  } as unknown as Session;
  const begin = () => {
    const secrets = { random: seeded('step'), deviceSecret: digestOf('device') };
    return frostSignCeremony(request, keys.share(1), unblemished(keys.share(1))).begin(
      session,
      secrets,
    );
  };

  /** The first round, with the nonces that were drawn for it. */
  function started() {
    const draw = vi.spyOn(NoncePair, 'draw');
    const wipe = vi.spyOn(HedgedRandom.prototype, 'wipe');
    try {
      const { next, send } = begin().start();
      if ('output' in next) throw new Error('a round expected');
      expect(wipe).toHaveBeenCalled();
      const pairs = draw.mock.results.map(({ value }) => value as NoncePair);
      return { round: next, body: present(send[0]).body, pairs };
    } finally {
      draw.mockRestore();
      wipe.mockRestore();
    }
  }
  const inboxOf = (own: Uint8Array, peer: Uint8Array) => ({
    broadcasts: new Map([
      [1, own],
      [2, peer],
    ]),
    direct: new Map<number, Uint8Array>(),
  });
  const expectGone = (pairs: readonly NoncePair[]): void => {
    expect(pairs).toHaveLength(2);
    for (const pair of pairs)
      expect(() => {
        pair.spend(() => undefined);
      }).toThrow('already used');
  };

  it('P-16 P-50 a round answers once, cannot be copied, and forgets its nonces', () => {
    const { round, body, pairs } = started();
    expect(() => structuredClone(round)).toThrow();
    expect(() => JSON.stringify(round)).toThrow(UsageError);
    const { persist, send } = round.advance(inboxOf(body, body));
    expect(persist).toHaveLength(1);
    expect(send).toHaveLength(1);
    expectGone(pairs);
    expect(() => round.advance(inboxOf(body, body))).toThrow('already used');
  });

  it('P-16 a session that is given up forgets its nonces', () => {
    const { round, pairs } = started();
    round.abandon();
    expectGone(pairs);
  });

  it('P-50 refuses a list with another own commitment, in any item, and forgets its nonces', () => {
    for (const at of [0, 33, 66, 99]) {
      const { round, body, pairs } = started();
      const point = groupOf(TAPROOT).base.toBytes();
      const replaced = overwritten(body, at, point);
      expect(() => round.advance(inboxOf(replaced, body))).toThrow(
        'the own nonce commitment was replaced',
      );
      expectGone(pairs);
    }
  });

  it('P-50 refuses to start with nonces that repeat, and forgets them', () => {
    const { pairs } = started();
    const draw = vi.spyOn(NoncePair, 'draw').mockReturnValue(present(pairs[0]));
    expect(() => begin().start()).toThrow('nonces repeat');
    draw.mockRestore();
    expect(() => {
      present(pairs[0]).spend(() => undefined);
    }).toThrow('already used');
  });

  it('takes no reports in round 0', () => {
    const share = keys.share(1);
    const { handshake } = frostSignCeremony(request, share, unblemished(share));
    const none = new Map([
      [1, new Uint8Array()],
      [2, new Uint8Array()],
    ]);
    expect(handshake.complete(none)).toEqual(handshake.context);
    const extras = new Map(none).set(2, Uint8Array.of(1));
    expect(() => handshake.complete(extras)).toThrow('unexpected report (party 2)');
  });
});

describe('the last step', () => {
  const keys = dealt(TAPROOT, 2, 2, 'last');
  const scheme = schemeOf(TAPROOT);
  const request = { requestId: requestId('last'), signers: [1, 2], items: [taprootItem('last')] };
  const item = present(prepareItems(request, keys.share(1))[0]);
  const outcomes = runSigning(keys, [1, 2], [taprootItem('last')]);
  const sent = (party: number, round: number) =>
    present(outcomes.get(party)?.sent.find((delivery) => delivery.round === round)).body;
  const list = [1, 2].map((party) => ({
    identifier: scheme.frost.Identifier.fromNumber(party),
    hiding: sent(party, 1).slice(0, 33),
    binding: sent(party, 1).slice(33),
  }));
  const responses = new Map<number, Uint8Array>(
    [1, 2].map((party) => [party, sent(party, 2).slice(32)]),
  );

  it('gives what the ceremony gave', () => {
    const assembled = assemble(scheme, item, 1, list, responses);
    expect(assembled.signature).toEqual(outcomes.get(1)?.output?.[0]);
  });

  it('names the peer whose share is wrong; a wrong own share is a fault of this device', () => {
    const group = groupOf(TAPROOT);
    const wrong = new Map(responses).set(2, group.encodeScalar(group.order - 1n));
    expect(assemble(scheme, item, 1, list, wrong)).toEqual({ signature: undefined, culprit: 2 });
    expect(() => assemble(scheme, item, 2, list, wrong)).toThrow(UsageError);
  });

  it('releases nothing that the verifier or the library refuses, and then names nobody', () => {
    const wrong = new Map(responses).set(2, new Uint8Array(32).fill(1));
    const trusting = { ...scheme.frost, verifyShare: () => true };
    // the sum is checked by the library
    expect(assemble({ ...scheme, frost: trusting }, item, 1, list, wrong)).toEqual({
      signature: undefined,
    });
    // the signature is checked by the verifier
    const blind = { ...trusting, aggregate: () => new Uint8Array(64).fill(1) };
    expect(assemble({ ...scheme, frost: blind }, item, 1, list, wrong)).toEqual({
      signature: undefined,
    });
    const strict = { ...scheme, verify: () => false };
    expect(assemble(strict, item, 1, list, responses)).toEqual({ signature: undefined });
  });
});
