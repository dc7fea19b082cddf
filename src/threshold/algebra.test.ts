/**
 * Algebra over a key's life: chains of redistributions with changing devices, numbers and thresholds, signing
 * by random sets after every step, and many signatures against verifiers that share no code with the
 * library. `SIGNATURES=10000` makes that many.
 */
import { createPublicKey, verify as verifyWithNode } from 'node:crypto';
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { HDKey } from '@scure/bip32';
import { describe, expect, it } from 'vitest';
import { toHex } from '../codec.ts';
import type { PartyIndex } from './abort.ts';
import { reshareParties, verifyChain, type Certificate } from './certificate.ts';
import { PairBook } from './ecdsa/pairs.ts';
import type { SignItem } from './ecdsa/request.ts';
import { signCeremony } from './ecdsa/sign.ts';
import type { EcdsaSignature } from './ecdsa/signature.ts';
import type { Suite } from './group.ts';
import { keygenCeremony } from './keygen.ts';
import {
  publicKeyOf,
  type EcdsaSuite,
  type FrostSuite,
  type KeyInfo,
  type KeyShare,
} from './keys.ts';
import type { PairGeneration } from './ot/pair.ts';
import { reshareCeremony } from './reshare.ts';
import { EDWARDS, itemOf, signaturesOf, TAPROOT, type Signers } from './schnorr/testing/frost.ts';
import { dealtKeys, signPlayers } from './testing/keys.ts';
import { lockstep } from './testing/lockstep.ts';
import { headerOf, runAll } from './testing/network.ts';
import {
  devices,
  digestOf,
  membersOf,
  pick,
  requestId,
  seeded,
  type TestDevice,
} from './testing/seeded.ts';
import { interpolates } from './testing/interpolates.ts';

const ECDSA: EcdsaSuite = 'mpc-ecdsa/v1/secp256k1/L128';

/** Everyone's part of a key in one epoch. */
interface Epoch<S extends Suite> {
  readonly info: KeyInfo<S>;
  /** In the order of their numbers. */
  readonly devices: readonly TestDevice[];
  readonly shares: ReadonlyMap<PartyIndex, KeyShare<S>>;
  readonly pairs: ReadonlyMap<PartyIndex, ReadonlyMap<PartyIndex, PairGeneration>>;
  readonly certificate: Certificate;
}

const sure = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('missing');
  return value;
};

function generate<S extends Suite>(suite: S, t: number, list: readonly TestDevice[]): Epoch<S> {
  const context = { suite, requestId: requestId('chain'), threshold: t, members: membersOf(list) };
  const players = new Map(
    list.map(({ identity }, i) => [i + 1, { identity, ceremony: keygenCeremony(context, i + 1) }]),
  );
  const run = [...lockstep(players, `${suite}/chain`)].map(
    ([party, { output }]) => [party, sure(output)] as const,
  );
  const [, first] = sure(run[0]);
  return {
    info: first.share.info,
    devices: list,
    shares: new Map(run.map(([party, { share }]) => [party, share])),
    pairs: new Map(run.map(([party, { pairs }]) => [party, pairs])),
    certificate: first.certificate,
  };
}

function redistribute<S extends Suite>(
  old: Epoch<S>,
  dealers: readonly PartyIndex[],
  to: readonly TestDevice[],
  threshold: number,
): Epoch<S> {
  const context = {
    suite: old.info.suite,
    requestId: requestId('chain'),
    old: old.info,
    dealers,
    threshold,
    members: membersOf(to),
  };
  const everyone = [...old.devices, ...to];
  const players = new Map(
    reshareParties(context).map(({ party, identity, dealer }) => {
      const device = everyone.find((one) => toHex(one.identity.publicKey) === toHex(identity));
      const share = dealer === undefined ? undefined : old.shares.get(dealer);
      const ceremony = reshareCeremony(context, { identity, share, largestAttempt: 0 });
      return [party, { identity: sure(device).identity, ceremony }] as const;
    }),
  );
  const run = [...lockstep(players, `${toHex(old.info.kid)}/chain`)].map(
    ([party, { output }]) => [party, sure(output)] as const,
  );
  const members = run.flatMap(([party, { key }]) =>
    key === undefined ? [] : [[party, key] as const],
  );
  const [, first] = sure(members[0]);
  return {
    info: first.share.info,
    devices: to,
    shares: new Map(members.map(([party, { share }]) => [party, share])),
    pairs: new Map(members.map(([party, { pairs }]) => [party, pairs])),
    certificate: sure(run[0])[1].certificate,
  };
}

/** `size` of 1..n, ascending. */
function someOf(random: ReturnType<typeof seeded>, n: number, size: number): PartyIndex[] {
  return Array.from({ length: n }, (_, i) => ({ party: i + 1, at: pick(random, 2 ** 30) }))
    .sort((a, b) => a.at - b.at)
    .slice(0, size)
    .map(({ party }) => party)
    .sort((a, b) => a - b);
}

const pool = devices(7, 'chain');
const list = (...at: number[]): TestDevice[] => at.map((i) => sure(pool[i]));

/** t, and the devices by their place in the pool, after each step. */
const steps = [
  { t: 3, to: list(0, 1, 2, 3, 4) },
  { t: 2, to: list(1, 3) },
  { t: 2, to: list(0, 3, 5, 1) },
  { t: 4, to: list(6, 5, 0, 1) },
  { t: 3, to: list(2, 3, 4) },
  { t: 2, to: list(4, 3, 2, 1, 0) },
];

describe.each([TAPROOT, EDWARDS] as FrostSuite[])('a chain of redistributions: %s', (suite) => {
  const random = seeded(`chain/${suite}`);
  const first = generate(suite, 2, list(0, 1, 2));

  const signersOf = (epoch: Epoch<FrostSuite>): Signers<FrostSuite> => ({
    info: epoch.info,
    share: (party) => sure(epoch.shares.get(party)),
    identity: (party) => sure(epoch.devices[party - 1]).identity,
  });

  const expectWorks = (epoch: Epoch<FrostSuite>): void => {
    const { info, shares } = epoch;
    const [t, n] = [info.threshold, info.members.length];
    const quorum = someOf(random, n, t);
    expect(interpolates(info, quorum, shares)).toBe(true);
    expect(interpolates(info, quorum.slice(1), shares)).toBe(false);
    const signers = someOf(random, n, t + pick(random, n - t + 1));
    const name = `${toHex(info.kid)}/${signers.join()}`;
    const [signature] = signaturesOf(signersOf(epoch), signers, [itemOf(suite, name)], {
      seed: name,
    });
    const { publicKey, message, signature: bytes } = sure(signature);
    if (suite === TAPROOT) {
      expect(schnorr.verify(bytes, message, publicKey)).toBe(true);
    } else {
      expect(publicKey).toEqual(publicKeyOf(first.info));
      const x = Buffer.from(publicKey).toString('base64url');
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
      expect(verifyWithNode(null, message, key, bytes)).toBe(true);
    }
  };

  // The torsion checks of Ed25519 take their time: half of the chain.
  const taken = suite === TAPROOT ? steps : steps.slice(0, 3);
  const names = taken.map(({ t, to }) => `${String(t)}-of-${String(to.length)}`);
  it(['2-of-3', ...names].join(', '), () => {
    let epoch = first;
    expectWorks(epoch);
    const chain: Certificate[] = [];
    const outputKeys = new Set<string>();
    for (const { t, to } of taken) {
      const [n, old] = [epoch.info.members.length, epoch.info.threshold];
      const dealers = someOf(random, n, old + pick(random, n - old + 1));
      const next = redistribute(epoch, dealers, to, t);
      expect(next.info.epoch).toBe(epoch.info.epoch + 1);
      expect(publicKeyOf(next.info)).toEqual(publicKeyOf(first.info));
      expect(next.info.chainCode).toEqual(first.info.chainCode);
      expectWorks(next);
      expectWorks(epoch); // until the devices delete it, the old epoch signs by itself
      expectNotMixed(epoch, next);
      outputKeys.add(toHex(publicKeyOf(next.info)));
      chain.push(next.certificate);
      epoch = next;
    }
    expect(outputKeys.size).toBe(1);
    expect(verifyChain(first.info, chain)).toEqual(epoch.info);
    expect(() => verifyChain(first.info, chain.slice(1))).toThrow(/refused/);
  });
});

/** Shares of two epochs at the same numbers do not make the key, whichever public state they claim. */
function expectNotMixed(old: Epoch<Suite>, next: Epoch<Suite>): void {
  const t = Math.max(old.info.threshold, next.info.threshold);
  const common = [...old.shares.keys()].filter((party) => next.shares.has(party)).slice(0, t);
  if (common.length < t) return;
  for (let mixture = 1; mixture < 2 ** t - 1; mixture++) {
    const mixed = new Map(
      common.map((party, i) => {
        const source = ((mixture >> i) & 1) === 1 ? next : old;
        return [party, sure(source.shares.get(party))];
      }),
    );
    expect(interpolates(old.info, common, mixed)).toBe(false);
  }
}

describe('a chain of redistributions: ECDSA', () => {
  const bookOf = (epoch: Epoch<EcdsaSuite>, party: PartyIndex): PairBook => {
    const book = new PairBook(epoch.info, party);
    for (const [peer, generation] of sure(epoch.pairs.get(party))) book.add(peer, generation);
    return book;
  };
  const playersFor = (epoch: Epoch<EcdsaSuite>, signers: readonly PartyIndex[]) =>
    new Map(
      signers.map((party) => {
        const items: SignItem[] = [
          { purpose: 'evm-transaction', path: [44, 60, 0, 0, 0], digest: digestOf('chain') },
        ];
        const request = { requestId: requestId('chain'), signers, items };
        const share = sure(epoch.shares.get(party));
        const identity = sure(epoch.devices[party - 1]).identity;
        return [party, { identity, ceremony: signCeremony(request, share, bookOf(epoch, party)) }];
      }),
    );

  it('2-of-2, 2-of-3, 2-of-2 with other devices: one key all the time', async () => {
    const first = generate(ECDSA, 2, list(0, 1));
    const second = redistribute(first, [1, 2], list(1, 2, 0), 2);
    const third = redistribute(second, [1, 2], list(2, 3), 2);
    const publicKeys = new Set<string>();
    for (const [epoch, signers] of [
      [first, [1, 2]],
      [second, [1, 3]],
      [second, [2, 3]],
      [third, [1, 2]],
    ] as const) {
      for (const { output, error } of lockstep(playersFor(epoch, signers), 'chain').values()) {
        expect(error).toBeUndefined();
        const [signature] = sure(output);
        publicKeys.add(toHex(sure(signature).publicKey));
      }
    }
    expect(publicKeys.size).toBe(1);
    expect(verifyChain(first.info, [second.certificate, third.certificate])).toEqual(third.info);

    // P-27: device 0 is still in the first epoch, where it is number 1; it never gets into a session.
    const mixed = new Map([
      ...playersFor(first, [1, 2]),
      ...[...playersFor(second, [1, 2])].slice(1),
    ]);
    const run = await runAll(mixed, { seed: 'mixed' });
    for (const { status } of run.results.values()) expect(status).toBe('rejected');
    for (const { packet } of run.network.log) expect(headerOf(packet).round).toBe(0);
  });
});

describe('many signatures', () => {
  const wanted = Number(process.env['SIGNATURES'] ?? 320);
  const batch = 16;

  it(
    `P-46 ${String(wanted)} ECDSA signatures over random paths verify elsewhere`,
    { timeout: 6_000_000 },
    () => {
      const keys = dealtKeys(2, 3);
      const { info } = keys;
      const root = new HDKey({ publicKey: publicKeyOf(info), chainCode: info.chainCode });
      const random = seeded('many');
      const half = secp256k1.Point.Fn.ORDER / 2n;
      const seen = { recovery: new Set<number>(), r: new Set<string>() };
      let made = 0;
      while (made < wanted) {
        const signers = someOf(random, 3, 2 + (pick(random, 4) === 0 ? 1 : 0));
        const length = Math.min(batch, wanted - made);
        const messages = Array.from({ length }, () => random(40));
        const items = messages.map((message): SignItem => {
          const path = Array.from({ length: pick(random, 4) }, () => pick(random, 2 ** 31));
          return { purpose: 'evm-transaction', path, digest: sha256(message) };
        });
        const run = lockstep(signPlayers(keys, signers, items), `many/${String(made)}`);
        const [first, ...others] = [...run.values()].map(({ output }) => sure(output));
        for (const other of others) expect(other).toEqual(first);
        for (const [k, signature] of sure(first).entries()) {
          expectValid(signature, sure(items[k]), sure(messages[k]), root);
          const s = BigInt(`0x${toHex(signature.signature.slice(32))}`);
          expect(s > 0n && s <= half).toBe(true);
          seen.recovery.add(signature.recovery);
          seen.r.add(toHex(signature.signature.slice(0, 32)));
        }
        made += items.length;
      }
      expect(seen.r.size).toBe(made); // no nonce twice
      expect([...seen.recovery].sort()).toEqual([0, 1]);
    },
  );
});

/** OpenSSL's verifier, under the key that another library derives, and recovery. */
function expectValid(
  { publicKey, digest, signature, recovery }: EcdsaSignature,
  item: SignItem,
  message: Uint8Array,
  root: HDKey,
): void {
  expect(digest).toEqual(item.digest);
  const child = item.path.reduce((key, index) => key.deriveChild(index), root);
  expect(publicKey).toEqual(child.publicKey);
  const point = secp256k1.Point.fromBytes(publicKey).toBytes(false);
  const [x, y] = [point.slice(1, 33), point.slice(33)].map((part) =>
    Buffer.from(part).toString('base64url'),
  );
  const key = createPublicKey({
    key: { kty: 'EC', crv: 'secp256k1', x: sure(x), y: sure(y) },
    format: 'jwk',
  });
  const p1363 = { key, dsaEncoding: 'ieee-p1363' } as const;
  expect(verifyWithNode('sha256', message, p1363, signature)).toBe(true);
  const recovered = secp256k1.Signature.fromBytes(signature, 'compact')
    .addRecoveryBit(recovery)
    .recoverPublicKey(digest);
  expect(recovered.toBytes(true)).toEqual(publicKey);
}
