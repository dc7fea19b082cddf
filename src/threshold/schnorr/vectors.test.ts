/** Public test vectors: RFC 9591, BIP-340, BIP-341, BIP-445, Wycheproof. */
import { ed25519, ed25519_FROST, ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js';
import { schnorr, secp256k1_FROST } from '@noble/curves/secp256k1.js';
import { hexToBytes } from '@noble/hashes/utils.js';
import { p2tr } from '@scure/btc-signer';
import { describe, expect, it } from 'vitest';
import { concat, toHex, u32 } from '../../codec.ts';
import { SECP256K1 } from '../group.ts';
import { toInteger } from '../hash.ts';
import { decodePoint, Point, type Point as PointType } from '../points.ts';
import { lagrange } from '../polynomial.ts';
import { ORDER, reduce } from '../scalars.ts';
import { taprootKey, tweaked, type TaprootRoot } from './effective.ts';
import { schemeOf } from './scheme.ts';
import {
  dealt,
  EDWARDS,
  hasVectors,
  present,
  readVectors,
  TAPROOT,
  vectorTitle,
} from './testing/frost.ts';
import { bindingFactors, CIPHERSUITES, groupCommitment } from './testing/rfc9591.ts';

const bytes = (hex: string): Uint8Array => hexToBytes(hex.toLowerCase()).slice();
const readJson = (path: string): unknown => JSON.parse(readVectors(path));

interface Rfc9591 {
  readonly config: { readonly MAX_PARTICIPANTS: string; readonly MIN_PARTICIPANTS: string };
  readonly inputs: {
    readonly participant_list: readonly number[];
    readonly group_secret_key: string;
    readonly group_public_key: string;
    readonly message: string;
    readonly share_polynomial_coefficients: readonly string[];
    readonly participant_shares: readonly { identifier: number; participant_share: string }[];
  };
  readonly round_one_outputs: {
    readonly outputs: readonly {
      readonly identifier: number;
      readonly hiding_nonce_randomness: string;
      readonly binding_nonce_randomness: string;
      readonly hiding_nonce: string;
      readonly binding_nonce: string;
      readonly hiding_nonce_commitment: string;
      readonly binding_nonce_commitment: string;
      readonly binding_factor: string;
    }[];
  };
  readonly round_two_outputs: {
    readonly outputs: readonly { readonly identifier: number; readonly sig_share: string }[];
  };
  readonly final_output: { readonly sig: string };
}

// The BIP-340 flavour has no vectors in the RFC. Its code is that of the plain secp256k1 suite, run here,
// and its result is judged by the BIP-340 verifier in every other test.
describe.skipIf(!hasVectors)(vectorTitle('RFC 9591 vectors'), () => {
  it.each([
    ['ed25519-sha512', ed25519_FROST, CIPHERSUITES.ed25519],
    ['secp256k1-sha256', secp256k1_FROST, CIPHERSUITES.secp256k1],
  ] as const)('P-18 P-50 %s: nonces, binding factors, shares, signature', (name, frost, suite) => {
    const { config, inputs, ...outputs } = readJson(`frost/rfc9591-${name}.json`) as Rfc9591;
    const { group } = suite;
    const message = bytes(inputs.message);
    const key = group.decodePoint(bytes(inputs.group_public_key));
    const coefficients = [inputs.group_secret_key, ...inputs.share_polynomial_coefficients].map(
      (a) => group.decodeScalar(bytes(a)),
    );
    const secrets = new Map(
      inputs.participant_shares.map(({ identifier, participant_share: share }) => [
        identifier,
        { identifier: frost.Identifier.fromNumber(identifier), signingShare: bytes(share) },
      ]),
    );
    const publicPart = {
      signers: { min: Number(config.MIN_PARTICIPANTS), max: Number(config.MAX_PARTICIPANTS) },
      commitments: coefficients.map((a) => group.base.multiply(a).toBytes()),
      verifyingShares: Object.fromEntries(
        [...secrets.values()].map(({ identifier, signingShare }) => [
          identifier,
          group.base.multiply(group.decodeScalar(signingShare)).toBytes(),
        ]),
      ),
    };
    for (const secret of secrets.values()) frost.validateSecret(secret, publicPart);

    const drawn = outputs.round_one_outputs.outputs.map((expected) => {
      const feed = [expected.hiding_nonce_randomness, expected.binding_nonce_randomness];
      const { nonces, commitments } = frost.commit(present(secrets.get(expected.identifier)), () =>
        bytes(present(feed.shift())).slice(),
      );
      expect(toHex(nonces.hiding)).toBe(expected.hiding_nonce);
      expect(toHex(nonces.binding)).toBe(expected.binding_nonce);
      expect(toHex(commitments.hiding)).toBe(expected.hiding_nonce_commitment);
      expect(toHex(commitments.binding)).toBe(expected.binding_nonce_commitment);
      return { party: expected.identifier, nonces, commitments, expected };
    });
    const entries = drawn.map(({ party, commitments: { hiding, binding } }) => {
      return { party, hiding, binding };
    });
    const factors = bindingFactors(suite, key, entries, message);
    for (const { party, expected } of drawn) {
      expect(toHex(group.encodeScalar(present(factors.get(party))))).toBe(expected.binding_factor);
    }
    const list = drawn.map(({ commitments }) => commitments);
    const shares = Object.fromEntries(
      drawn.map(({ party, nonces, commitments: { identifier } }) => {
        const z = frost.signShare(present(secrets.get(party)), publicPart, nonces, list, message);
        const { outputs: expected } = outputs.round_two_outputs;
        const share = expected.find((output) => output.identifier === party)?.sig_share;
        expect(toHex(z)).toBe(share);
        return [identifier, z];
      }),
    );
    const signature = frost.aggregate(publicPart, list, message, shares);
    expect(toHex(signature)).toBe(outputs.final_output.sig);
    const r = groupCommitment(suite, factors, entries).toBytes();
    expect(signature.slice(0, r.length)).toEqual(r);
    expect(frost.verify(signature, message, key.toBytes())).toBe(true);
  });
});

describe.skipIf(!hasVectors)(vectorTitle('BIP-340 vectors'), () => {
  it('are accepted and refused by the verifier that releases signatures', () => {
    const { verify } = schemeOf(TAPROOT);
    const [, ...lines] = readVectors('bips/bip-0340-test-vectors.csv').trim().split(/\r?\n/);
    expect(lines).toHaveLength(19);
    for (const line of lines) {
      const [index, , key = '', , message = '', signature = '', result] = line.split(',');
      const valid = verify(bytes(signature), bytes(message), bytes(key));
      expect(valid, `vector ${String(index)}`).toBe(result === 'TRUE');
    }
  });
});

describe.skipIf(!hasVectors)(vectorTitle('Wycheproof Ed25519 vectors'), () => {
  interface Wycheproof {
    readonly testGroups: readonly {
      readonly publicKey: { readonly pk: string };
      readonly tests: readonly { tcId: number; msg: string; sig: string; result: string }[];
    }[];
  }

  it('P-53 are accepted and refused by the verifier that releases signatures', () => {
    const { verify } = schemeOf(EDWARDS);
    const { testGroups } = readJson('wycheproof/ed25519_test.json') as Wycheproof;
    let count = 0;
    for (const { publicKey, tests } of testGroups) {
      for (const { tcId, msg, sig, result } of tests) {
        let valid;
        try {
          valid = verify(bytes(sig), bytes(msg), bytes(publicKey.pk));
        } catch {
          valid = false; // a signature of another length
        }
        expect(valid, `vector ${String(tcId)}`).toBe(result === 'valid');
        count++;
      }
    }
    expect(count).toBe(151);
  });
});

it('P-53 a key of small order, with which everything verifies for lenient verifiers, is refused', () => {
  const { verify } = schemeOf(EDWARDS);
  const message = bytes('00');
  for (const point of ED25519_TORSION_SUBGROUP.map(bytes)) {
    // R = O, z = 0: z G = R + c A, up to the cofactor
    const signature = concat(ed25519.Point.ZERO.toBytes(), new Uint8Array(32));
    expect(ed25519.verify(signature, message, point)).toBe(true);
    expect(verify(signature, message, point)).toBe(false);
  }
});

describe.skipIf(!hasVectors)(vectorTitle('BIP-341 wallet vectors'), () => {
  interface Bip341 {
    readonly scriptPubKey: readonly {
      readonly given: { readonly internalPubkey: string };
      readonly intermediary: {
        readonly merkleRoot: string | null;
        readonly tweakedPubkey: string;
      };
      readonly expected: {
        readonly scriptPubKey: string;
        readonly bip350Address: string;
        readonly scriptPathControlBlocks?: readonly string[];
      };
    }[];
    readonly keyPathSpending: readonly {
      readonly inputSpending: readonly {
        readonly given: { readonly internalPrivkey: string; readonly merkleRoot: string | null };
        readonly intermediary: { readonly internalPubkey: string; readonly tweakedPrivkey: string };
      }[];
    }[];
  }
  const infoOf = (publicKey: Uint8Array) => {
    const { info } = dealt(TAPROOT, 2, 3, 'bip341');
    return { ...info, commitment: [publicKey, ...info.commitment.slice(1)] };
  };
  const rootOf = (hex: string | null): TaprootRoot => (hex === null ? 'empty' : bytes(hex));

  it('P-51 Q, address and control blocks, for P of either parity', () => {
    const { scriptPubKey: vectors } = readJson('bips/bip-0341-wallet-test-vectors.json') as Bip341;
    expect(vectors).toHaveLength(7);
    for (const { given, intermediary, expected } of vectors) {
      const x = bytes(given.internalPubkey);
      for (const prefix of [2, 3]) {
        const info = infoOf(concat(Uint8Array.of(prefix), x));
        const key = taprootKey(info, [], rootOf(intermediary.merkleRoot));
        expect(toHex(key.publicKey)).toBe(intermediary.tweakedPubkey);
        expect(`5120${toHex(key.publicKey)}`).toBe(expected.scriptPubKey);
        expect(toHex(key.internalKey)).toBe(given.internalPubkey);
        for (const block of expected.scriptPathControlBlocks ?? []) {
          // leaf versions are even, so the lowest bit is the parity
          expect(bytes(block)[0]).toSatisfy((first: number) => (first & 1) === key.parity);
          expect(block.slice(2, 66)).toBe(toHex(key.internalKey));
        }
        if (intermediary.merkleRoot === null) {
          expect(p2tr(key.internalKey).address).toBe(expected.bip350Address);
        }
      }
    }
  });

  it('P-51 tweaked private keys', () => {
    const { keyPathSpending } = readJson('bips/bip-0341-wallet-test-vectors.json') as Bip341;
    const inputs = keyPathSpending.flatMap(({ inputSpending }) => inputSpending);
    expect(inputs).toHaveLength(7);
    for (const { given, intermediary } of inputs) {
      const secret = toInteger(bytes(given.internalPrivkey));
      const info = infoOf(Point.BASE.multiply(secret).toBytes());
      const { g, k, internalKey } = taprootKey(info, [], rootOf(given.merkleRoot));
      expect(toHex(internalKey)).toBe(intermediary.internalPubkey);
      // log Q = g s + k
      const expected = toInteger(bytes(intermediary.tweakedPrivkey));
      expect(reduce(BigInt(g) * secret + k)).toBe(expected);
    }
  });
});

/*
 * BIP-445 hashes nonces otherwise: one coefficient b over the sums of all nonces and the ids, where
 * RFC 9591 (and so the library) has one rho_i per signer over the list of nonces. Hence these do not apply:
 * nonce generation, nonce aggregation (there is no aggregate nonce here), and the checks of a coordinator's
 * messages. What applies is the key: its tweaks are our (g, k), its signatures are BIP-340. To compare
 * partial signatures too, its equations for b and R are written out here around our tweaked key.
 */
describe.skipIf(!hasVectors)(vectorTitle('BIP-445 vectors'), () => {
  interface Case {
    readonly tc_id: number;
    readonly my_id: number;
    readonly ids: readonly number[];
    readonly tweak_indices?: readonly number[];
    readonly is_xonly?: readonly boolean[];
    readonly secshare_index: number;
    readonly secnonce_index: number;
    readonly aggnonce: string;
    readonly msg: string;
    readonly expected: string;
  }
  interface Group {
    readonly thresh_pk: string;
    readonly tweaks?: readonly string[];
    readonly secshares: readonly string[];
    readonly secnonces: readonly string[];
    readonly valid_tests: readonly Case[];
  }
  const groupsOf = (name: string) =>
    (readJson(`frost/bip445_${name}_vectors.json`) as { test_groups: readonly Group[] })
      .test_groups;

  /** A plain tweak is a step of BIP-32, an x-only tweak is a TapTweak. */
  function keyOf({ thresh_pk: start, tweaks = [] }: Group, test: Case) {
    let point = decodePoint(bytes(start));
    let [g, k] = [1n, 0n];
    for (const [i, index] of (test.tweak_indices ?? []).entries()) {
      const t = toInteger(bytes(present(tweaks[index])));
      if (test.is_xonly?.[i] === true) {
        const next = tweaked(point, k, t);
        [point, g, k] = [next.point, BigInt(next.g) * g, next.k];
      } else {
        [point, k] = [point.add(Point.BASE.multiply(t)), reduce(k + t)];
      }
    }
    return { point, x: point.toBytes().slice(1), g, k };
  }
  const extended = (encoded: Uint8Array): PointType =>
    encoded.every((byte) => byte === 0) ? Point.ZERO : decodePoint(encoded);
  const tagged = (tag: string, ...parts: Uint8Array[]): bigint =>
    toInteger(schnorr.utils.taggedHash(tag, ...parts)) % ORDER;
  const sign = (point: PointType): bigint => (point.toBytes()[0] === 2 ? 1n : -1n);

  it.each(['tweak', 'sign_verify'])('P-51 partial signatures over our tweaked key: %s', (name) => {
    let count = 0;
    for (const group of groupsOf(name)) {
      for (const test of group.valid_tests) {
        const { point: q, x, g, k } = keyOf(group, test);
        const aggregate = bytes(test.aggnonce);
        const message = bytes(test.msg);
        const ids = test.ids.toSorted((a, b) => a - b);
        const b = tagged('BIP0445/noncecoef', ...ids.map(u32), aggregate, x, message);
        const sum = extended(aggregate.slice(0, 33)).add(
          extended(aggregate.slice(33)).multiplyUnsafe(b),
        );
        const r = sum.is0() ? Point.BASE : sum;
        const e = tagged('BIP0340/challenge', r.toBytes().slice(1), x, message);
        const nonce = bytes(present(group.secnonces[test.secnonce_index]));
        const [k1, k2] = [toInteger(nonce.slice(0, 32)), toInteger(nonce.slice(32, 64))];
        const share = toInteger(bytes(present(group.secshares[test.secshare_index])));
        // Shamir x-coordinates are id + 1
        const mine = test.my_id + 1;
        const lambda = lagrange(
          SECP256K1,
          ids.map((id) => id + 1),
          mine,
        );
        // Ours adds k to every share; BIP-445 adds it once, when all is put together: sum lambda_i = 1.
        const ours = reduce(sign(r) * (k1 + b * k2) + e * lambda * sign(q) * (g * share + k));
        const theirs = reduce(ours - e * lambda * sign(q) * k);
        expect(toHex(SECP256K1.encodeScalar(theirs)), `vector ${String(test.tc_id)}`).toBe(
          test.expected.toLowerCase(),
        );
        count++;
      }
    }
    expect(count).toBeGreaterThan(20);
  });

  it('P-51 aggregate signatures verify under our tweaked key', () => {
    for (const group of groupsOf('sig_agg')) {
      for (const test of group.valid_tests) {
        const { x } = keyOf(group, test);
        const valid = schemeOf(TAPROOT).verify(bytes(test.expected), bytes(test.msg), x);
        expect(valid, `vector ${String(test.tc_id)}`).toBe(true);
      }
    }
  });

  it('nonces that it refuses are refused', () => {
    const { pubnonces } = readJson('frost/bip445_nonce_agg_vectors.json') as {
      pubnonces: readonly string[];
    };
    for (const [i, nonce] of pubnonces.entries()) {
      const decode = () => [nonce.slice(0, 66), nonce.slice(66)].map((p) => decodePoint(bytes(p)));
      if (i < 4) expect(decode()).toHaveLength(2);
      else expect(decode).toThrow();
    }
  });
});
