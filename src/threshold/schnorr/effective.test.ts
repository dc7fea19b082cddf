import { schnorr, schnorr_FROST } from '@noble/curves/secp256k1.js';
import { HDKey } from '@scure/bip32';
import { p2tr } from '@scure/btc-signer';
import { beforeAll, describe, expect, it } from 'vitest';
import { concat, toHex } from '../../codec.ts';
import { UsageError, type PartyIndex } from '../abort.ts';
import { SECP256K1 } from '../group.ts';
import { KeyShare, publicKeyOf, verifyingShare, type KeyInfo } from '../keys.ts';
import { toInteger } from '../hash.ts';
import { decodePoint, Point } from '../points.ts';
import { lagrange } from '../polynomial.ts';
import { ORDER, reduce } from '../scalars.ts';
import { devices, digestOf, membersOf, seeded } from '../testing/seeded.ts';
import {
  edwardsKey,
  publicPackage,
  taprootKey,
  tweaked,
  withSecretPackage,
  type EffectiveKey,
  type PublicPackage,
} from './effective.ts';
import type { TaprootSuite } from './scheme.ts';
import { dealt, EDWARDS, present, TAPROOT, type Signers } from './testing/frost.ts';
import { bindingFactors, CIPHERSUITES, groupCommitment, type Entry } from './testing/rfc9591.ts';

const isOdd = (encoded: Uint8Array): boolean => encoded[0] === 3;

/** One random key on one path, with a signature made with it. */
function signed(i: number) {
  const keys = dealt(TAPROOT, 2, 3, `taproot/${String(i)}`);
  const path = [i % 3, i];
  const key = taprootKey(keys.info, path, 'empty');
  const signers =
    [
      [1, 2],
      [1, 3],
      [2, 3],
    ][i % 3] ?? [];
  const message = digestOf(`case ${String(i)}`);
  const { signature, list } = signDirectly(keys, key, signers, message);
  const even = isOdd(key.output) ? key.point.negate() : key.point;
  const factors = bindingFactors(CIPHERSUITES.taproot, even, list, message);
  const r = groupCommitment(CIPHERSUITES.taproot, factors, list).toBytes();
  return { keys, path, key, message, r, signature };
}

/** Signs with effective packages and the library alone, without a ceremony. Every share is verified. */
function signDirectly(
  keys: Signers<TaprootSuite>,
  key: EffectiveKey,
  signers: readonly PartyIndex[],
  message: Uint8Array,
): { readonly signature: Uint8Array; readonly list: readonly Entry[] } {
  const publicPart = publicPackage(keys.info, key, signers);
  const random = seeded(toHex(message));
  const drawn = signers.map((party) =>
    withSecretPackage(keys.share(party), key, publicPart, (secret) => ({
      party,
      ...schnorr_FROST.commit(secret, (length) => random(length ?? 32).slice()),
    })),
  );
  const commitments = drawn.map((one) => one.commitments);
  const shares: Record<string, Uint8Array> = {};
  for (const { party, nonces } of drawn) {
    const id = schnorr_FROST.Identifier.fromNumber(party);
    const z = withSecretPackage(keys.share(party), key, publicPart, (secret) =>
      schnorr_FROST.signShare(secret, publicPart, nonces, commitments, message),
    );
    expect(schnorr_FROST.verifyShare(publicPart, commitments, message, id, z)).toBe(true);
    shares[id] = z;
  }
  const signature = schnorr_FROST.aggregate(publicPart, commitments, message, shares);
  const list = drawn.map(({ party, commitments: { hiding, binding } }) => {
    return { party, hiding, binding };
  });
  return { signature, list };
}

describe('Taproot keys', () => {
  // At least 64 random keys, and more until every combination of the parities of P, P', Q and R is there.
  const cases: ReturnType<typeof signed>[] = [];
  const combinations = new Set<string>();
  beforeAll(() => {
    for (let i = 0; i < 64 || (combinations.size < 16 && i < 200); i++) {
      const one = signed(i);
      const points = [publicKeyOf(one.keys.info), one.key.child, one.key.output, one.r];
      combinations.add(points.map((point) => (isOdd(point) ? '1' : '0')).join(''));
      cases.push(one);
    }
  }, 60_000);

  it("P-51 sign under BIP-340 whatever the parities of P, P', Q and R", () => {
    expect(combinations.size).toBe(16);
    for (const { key, message, r, signature } of cases) {
      expect(signature.slice(0, 32)).toEqual(r.slice(1));
      expect(schnorr.verify(signature, message, key.publicKey)).toBe(true);
    }
  });

  it('P-51 have the addresses and control blocks of @scure/btc-signer', () => {
    for (const [i, { keys, path, key }] of cases.entries()) {
      const payment = p2tr(key.internalKey);
      expect(payment.tweakedPubkey).toEqual(key.publicKey);
      expect(payment.script).toEqual(concat(Uint8Array.of(0x51, 0x20), key.publicKey));
      // the same key with a script tree
      const tree = p2tr(key.internalKey, { script: Uint8Array.of(0x51) }, undefined, true);
      const withTree = taprootKey(keys.info, path, present(tree.tapMerkleRoot));
      expect(withTree.publicKey, `key ${String(i)}`).toEqual(tree.tweakedPubkey);
      const [block] = present(tree.tapLeafScript?.[0]);
      expect(block.version).toBe(0xc0 + withTree.parity);
      expect(block.internalKey).toEqual(key.internalKey);
    }
  });

  it('have the BIP-32 points of @scure/bip32', () => {
    for (const { keys, path, key } of cases) {
      const root = new HDKey({
        publicKey: publicKeyOf(keys.info),
        chainCode: keys.info.chainCode,
      });
      expect(key.child).toEqual(root.derive(`m/${path.join('/')}`).publicKey);
    }
  });

  it('P-51 normalising before BIP-32 gives other addresses: every odd key shows it', () => {
    const wrong = cases.filter(({ keys: { info }, path, key }) => {
      const even = info.commitment.map((a, k) =>
        k === 0 ? concat(Uint8Array.of(2), a.slice(1)) : a,
      );
      const other = taprootKey({ ...info, commitment: even }, path, 'empty');
      return other.publicKey.join() !== key.publicKey.join();
    });
    const odd = cases.filter(({ keys }) => isOdd(publicKeyOf(keys.info)));
    expect(wrong).toEqual(odd);
    expect(odd.length).toBeGreaterThan(16);
  });

  it('P-51 tweaking twice gives another address and signatures that do not verify', () => {
    for (const { keys, key, message } of cases.slice(0, 8)) {
      const t = toInteger(schnorr.utils.taggedHash('TapTweak', key.publicKey));
      const { g, k, point } = tweaked(decodePoint(key.output), key.k, t);
      const twice: EffectiveKey = {
        g: g === key.g ? 1 : -1,
        k,
        point,
        publicKey: point.toBytes().slice(1),
      };
      expect(twice.publicKey).not.toEqual(key.publicKey);
      const { signature } = signDirectly(keys, twice, [1, 2], message);
      expect(schnorr.verify(signature, message, twice.publicKey)).toBe(true);
      expect(schnorr.verify(signature, message, key.publicKey)).toBe(false);
    }
  });

  it('P-51 turning the sign of the shares for an odd Q is refused: the library turns it', () => {
    const { keys, key, message } = present(cases.find((one) => one.key.parity === 1));
    const turned: EffectiveKey = { ...key, g: key.g === 1 ? -1 : 1, k: reduce(-key.k) };
    expect(() => signDirectly(keys, turned, [1, 2], message)).toThrow('invalid secret share');
  });
});

describe('the effective package', () => {
  const keys = dealt(TAPROOT, 3, 5, 'package');

  it.each([
    ['root key, no scripts', [], 'empty'],
    ['child, no tweak', [0, 7], 'none'],
    ['child with scripts', [1, 2, 3], digestOf('merkle root')],
  ] as const)('has share_i G = VS_i and sum lambda_i share_i = log Q: %s', (_, path, root) => {
    const key = taprootKey(keys.info, path, root);
    for (const signers of [
      [1, 2, 3],
      [2, 4, 5],
      [1, 2, 3, 4, 5],
    ]) {
      const publicPart = publicPackage(keys.info, key, signers);
      expect(Object.keys(publicPart.verifyingShares)).toHaveLength(signers.length);
      let sum = 0n;
      for (const party of signers) {
        withSecretPackage(keys.share(party), key, publicPart, ({ identifier, signingShare }) => {
          const share = SECP256K1.decodeScalar(signingShare);
          const verifying = Point.BASE.multiply(share).toBytes();
          expect(verifying).toEqual(publicPart.verifyingShares[identifier]);
          sum = reduce(sum + lagrange(SECP256K1, signers, party) * share);
        });
      }
      expect(Point.BASE.multiply(sum).toBytes()).toEqual(key.output);
      expect(publicPart.commitments[0]).toEqual(key.output);
    }
  });

  it('has no tweak in the Ed25519 suite', () => {
    const edwards = dealt(EDWARDS, 2, 3, 'package');
    const key = edwardsKey(edwards.info);
    expect(key).toMatchObject({ g: 1, k: 0n, publicKey: publicKeyOf(edwards.info) });
    const publicPart = publicPackage(edwards.info, key, [1, 3]);
    expect(publicPart.commitments).toEqual(edwards.info.commitment);
    // RFC 9591: identifiers of this suite are little endian
    const third = `03${'00'.repeat(31)}`;
    expect(publicPart.verifyingShares[third]).toEqual(verifyingShare(edwards.info, 3).toBytes());
    edwards.share(3).withSecret((_, raw) => {
      withSecretPackage(edwards.share(3), key, publicPart, ({ identifier, signingShare }) => {
        expect(identifier).toBe(third);
        expect(signingShare).toEqual(raw);
      });
    });
  });

  it('lends the share and overwrites it, after a failure too', () => {
    const key = taprootKey(keys.info, [], 'empty');
    const publicPart = publicPackage(keys.info, key, [1, 2, 3]);
    const seen: Uint8Array[] = [];
    withSecretPackage(keys.share(1), key, publicPart, ({ signingShare }) => {
      seen.push(signingShare);
      expect(signingShare.some((byte) => byte !== 0)).toBe(true);
    });
    expect(() =>
      withSecretPackage(keys.share(1), key, publicPart, ({ signingShare }) => {
        seen.push(signingShare);
        throw new Error('in between');
      }),
    ).toThrow('in between');
    expect(seen).toEqual([new Uint8Array(32), new Uint8Array(32)]);
  });

  it('refuses a public package of another key or path', () => {
    const key = taprootKey(keys.info, [1], 'empty');
    const other = publicPackage(keys.info, taprootKey(keys.info, [2], 'empty'), [1, 2, 3]);
    expect(() => {
      withSecretPackage(keys.share(1), key, other, () => undefined);
    }).toThrow('invalid secret share');
  });

  it('refuses hardened indices, roots of another length and tweaks that do not exist', () => {
    const { info } = keys;
    expect(() => taprootKey(info, [2 ** 31], 'empty')).toThrow(UsageError);
    expect(() => taprootKey(info, [], new Uint8Array(31))).toThrow(UsageError);
    expect(() => taprootKey(info, [], new Uint8Array())).toThrow(UsageError);
    for (const [t, valid] of [
      [ORDER - 1n, true],
      [ORDER, false],
      [2n ** 256n - 1n, false],
    ] as const) {
      const stub = () => Uint8Array.from(Buffer.from(t.toString(16).padStart(64, '0'), 'hex'));
      const make = () => taprootKey(info, [], 'empty', stub);
      if (valid) expect(make().k).toBeLessThan(ORDER);
      else expect(make).toThrow('no key (BIP-341)');
    }
    // Q = g P' + t G = O
    const seven = Point.BASE.multiply(7n);
    const g = isOdd(seven.toBytes()) ? -1n : 1n;
    expect(() => tweaked(seven, 0n, reduce(-7n * g))).toThrow('no key (BIP-341)');
  });
});

describe("the library's own key generation, which tweaks its result", () => {
  it('P-51 P-52 gives the packages that we compute for BIP-86 from its raw shares', () => {
    const frost = schnorr_FROST;
    const signers = { min: 2, max: 3 };
    const ids = [1, 2, 3].map((i) => frost.Identifier.fromNumber(i));
    for (let run = 0; run < 8; run++) {
      const random = seeded(`library/${String(run)}`);
      const rng = (length?: number) => random(length ?? 32).slice();
      const first = ids.map((id) => frost.DKG.round1(id, signers, undefined, rng));
      // raw polynomials, before anything is tweaked
      const coefficients = first.map(({ secret }) => [...present(secret.coefficients)]);
      const others = (i: number) => first.filter((_, j) => j !== i).map((one) => one.public);
      const second = first.map(({ secret }, i) => frost.DKG.round2(secret, others(i)));
      const tweakedByLibrary = first.map(({ secret }, i) => {
        const received = second.flatMap((sent, j) =>
          j === i ? [] : [present(sent[ids[i] ?? ''])],
        );
        return frost.DKG.round3(secret, others(i), received);
      });
      const sum = [0, 1].map((k) => reduce(coefficients.reduce((s, f) => s + (f[k] ?? 0n), 0n)));
      const info: KeyInfo<TaprootSuite> = {
        suite: TAPROOT,
        kid: random(32),
        epoch: 0,
        threshold: 2,
        members: membersOf(devices(3)),
        commitment: sum.map((a) => Point.BASE.multiply(a).toBytes()),
        chainCode: random(32),
      };
      const key = taprootKey(info, [], 'empty');
      const publicPart: PublicPackage = publicPackage(info, key, [1, 2, 3]);
      for (const [i, theirs] of tweakedByLibrary.entries()) {
        const raw = SECP256K1.encodeScalar(reduce((sum[0] ?? 0n) + (sum[1] ?? 0n) * BigInt(i + 1)));
        expect(theirs.public.commitments[0]).toEqual(publicPart.commitments[0]);
        expect(theirs.public.verifyingShares).toEqual(publicPart.verifyingShares);
        withSecretPackage(new KeyShare(info, i + 1, raw), key, publicPart, (ours) => {
          expect(theirs.secret).toEqual(ours);
        });
      }
    }
  });
});
