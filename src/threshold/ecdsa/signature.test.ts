/** What leaves the last step of signing, and what may not: rare values that only a stub reaches. */
import { createHash } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { concat } from '../../codec.ts';
import type { PartyIndex } from '../abort.ts';
import { toInteger } from '../hash.ts';
import { Point, type Point as PointType } from '../points.ts';
import { invert } from '../polynomial.ts';
import { encodeScalar, ORDER } from '../scalars.ts';
import { dealtKeys, signPlayers, testItem } from '../testing/keys.ts';
import { lockstep, type Delivery, type Outcome } from '../testing/lockstep.ts';
import { headerOf, outputsOf, runAll } from '../testing/network.ts';
import { digestOf, requestId } from '../testing/seeded.ts';
import { weakened } from '../testing/weakened.ts';
import { hasShared, needsShared, readWycheproof, type WycheproofCase } from '../vectors/shared.ts';
import { signRounds } from './rounds.ts';
import type { signCeremony } from './sign.ts';
import { assemble, type EcdsaSignature } from './signature.ts';

const mod = (value: bigint): bigint => ((value % ORDER) + ORDER) % ORDER;

describe('P-46 x(R) at or above q', () => {
  /** The first points with x = q + k, k > 0: nobody knows their logarithms. */
  const points: PointType[] = [];
  for (let x = ORDER + 1n; points.length < 4; x++) {
    try {
      points.push(Point.fromHex(`02${x.toString(16)}`));
    } catch {
      // not on the curve
    }
  }

  it.each([
    [2, 0n, 5n],
    [3, 1n, 5n],
    // s above q/2 is negated, and the parity with it
    [3, 0n, ORDER - 5n],
    [2, 1n, ORDER - 5n],
  ])('P-46 gives recovery id %i (parity of y %i, s = %i)', (recovery, parity, s) => {
    for (const even of points) {
      const nonce = parity === 0n ? even : even.negate();
      const { x, y } = nonce.toAffine();
      expect(x).toBeGreaterThan(ORDER);
      expect(y & 1n).toBe(parity);
      // the key under which (x mod q, s) is valid: r^-1 (s R - m G)
      const digest = digestOf(String(x));
      const m = toInteger(digest) % ORDER;
      const sum = nonce.multiplyUnsafe(s).subtract(Point.BASE.multiplyUnsafe(m));
      const key = sum.multiplyUnsafe(invert(x % ORDER, ORDER));
      const item = {
        ...testItem('x'),
        digest,
        tweak: 0n,
        point: key,
        publicKey: key.toBytes(true),
      };
      const u = toInteger(digestOf('u')) % ORDER;
      const signature = assemble(item, nonce, u, mod(u * s));
      expect(signature?.recovery).toBe(recovery);
      expect(signature?.signature).toEqual(concat(encodeScalar(x % ORDER), encodeScalar(5n)));
    }
  });
});

describe('P-47 a signature that does not fit is not released', () => {
  const digest = digestOf('message');
  const [nonce, secret] = [1234n, 5678n];
  const [point, key] = [Point.BASE.multiply(nonce), Point.BASE.multiply(secret)];
  const item = { ...testItem('x'), digest, tweak: 0n, point: key, publicKey: key.toBytes(true) };
  const rx = point.toAffine().x % ORDER;
  const w = mod(9n * ((toInteger(digest) % ORDER) + rx * secret));
  const u = mod(9n * nonce);

  it('is released as it is', () => {
    expect(assemble(item, point, u, w)?.publicKey).toEqual(item.publicKey);
  });

  it.each<[string, Parameters<typeof assemble>]>([
    ['another w', [item, point, u, w + 1n]],
    ['another u', [item, point, u + 1n, w]],
    ['another R', [item, Point.BASE.multiply(nonce + 1n), u, w]],
    ['another digest', [{ ...item, digest: digestOf('other') }, point, u, w]],
    ['another key', [{ ...item, publicKey: Point.BASE.toBytes(true) }, point, u, w]],
    ['the negated key', [{ ...item, publicKey: key.negate().toBytes(true) }, point, u, w]],
    ['both zero', [item, point, 0n, 0n]],
  ])('P-47 %s: nothing', (_, args) => {
    expect(assemble(...args)).toBeUndefined();
  });

  it('P-46 a recovery id that leads to another key is not released', () => {
    const released = assemble(item, point, u, w);
    // -R with -u is the same signature; with one sign alone (r, s) verifies, but not the recovery id
    expect(assemble(item, point.negate(), ORDER - u, w)).toEqual(released);
    expect(assemble(item, point.negate(), u, w)).toBeUndefined();
    expect(assemble(item, point, u, ORDER - w)).toBeUndefined();
    expect(toInteger(released?.signature.slice(32) ?? digest) <= ORDER / 2n).toBe(true);
  });
});

describe('P-48 degenerate sums', () => {
  const keys = dealtKeys(2, 2);
  const items = [testItem('degenerate')];
  interface Build {
    readonly signing: { readonly signCeremony: typeof signCeremony };
    /** `assemble` carries what the patched code shares with the test. */
    readonly signature: {
      readonly assemble: typeof assemble & { nonces?: bigint[]; use?: bigint };
    };
  }
  const MODULES = { signing: 'ecdsa/sign.ts', signature: 'ecdsa/signature.ts' };
  const DRAW = 'const [r = 0n, phi = 0n] = random.scalars(`nonce/${String(k)}`, ORDER, 2);';
  const players = (build: Build, party: PartyIndex) => {
    const request = { requestId: requestId('sign'), signers: [1, 2], items };
    const ceremony = build.signing.signCeremony(request, keys.share(party), keys.book(party));
    return new Map(signPlayers(keys, [1, 2], items)).set(party, {
      ceremony,
      identity: keys.device(party).identity,
    });
  };
  const of = (outcomes: ReadonlyMap<number, Outcome<readonly EcdsaSignature[]>>, party: number) =>
    outcomes.get(party) ?? expect.unreachable('no such party');

  it('P-48 R = O: class D, and no round 3', async () => {
    // A first run of the same seed tells r_1, which only a stub can know; then party 2 takes -r_1.
    const leaky = await weakened<Build>(MODULES, [
      {
        file: 'ecdsa/protocol.ts',
        find: DRAW,
        replace: `${DRAW} (assemble.nonces ??= []).push(r);`,
      },
    ]);
    lockstep(players(leaky, 1), 'opposite');
    const [r = 0n] = leaky.signature.assemble.nonces ?? [];
    const evil = await weakened<Build>(MODULES, [
      {
        file: 'ecdsa/protocol.ts',
        find: DRAW,
        replace: 'const [phi = 0n] = random.scalars("phi", ORDER, 1); const r = assemble.use;',
      },
    ]);
    evil.signature.assemble.use = ORDER - r;
    const outcomes = lockstep(players(evil, 2), 'opposite');
    const honest = of(outcomes, 1);
    expect(honest.output).toBeUndefined();
    expect(honest.error).toMatchObject({ abortClass: 'D', culprit: undefined });
    expect(String(honest.error)).toContain('nonce is degenerate');
    expect(honest.sent.filter(({ round }) => round === 3)).toEqual([]);
    expect(honest.persisted.map(({ kind }) => kind)).toEqual(['peer-standing']);
    // any other nonce goes through
    evil.signature.assemble.use = ORDER - r + 1n;
    expect(of(lockstep(players(evil, 2), 'opposite'), 1).output).toHaveLength(1);
  });

  it.each([
    ['u', 0],
    ['w', 32],
  ])('P-48 the sum of all %s is zero: class D, nothing released', (_, offset) => {
    let seen: Uint8Array | undefined;
    const rushing = ({ from, round, body }: Delivery): Uint8Array[] => {
      if (round !== 3) return [body];
      if (from === 1) {
        seen = body;
        return [body];
      }
      // party 2 has the other's value and sends its negative
      const negated = ORDER - toInteger(seen?.slice(offset, offset + 32) ?? new Uint8Array());
      const out = body.slice();
      out.set(encodeScalar(negated), offset);
      return [out];
    };
    const path = signRounds([1, 2], 1, 1)
      .combine.broadcast.schema.layout('', 0)
      .find((field) => field.offset === offset)?.path;
    expect(path).toBe(offset === 0 ? 'parts[0].u' : 'parts[0].w');
    const honest = of(lockstep(signPlayers(keys, [1, 2], items), 'zero', rushing), 1);
    expect(seen).toBeDefined();
    expect(honest.output).toBeUndefined();
    expect(honest.error).toMatchObject({
      abortClass: 'D',
      culprit: undefined,
      signatures: [undefined],
    });
    expect(honest.persisted.map(({ kind }) => kind)).toEqual(['maybe-signed', 'peer-standing']);
  });
});

it('H3 maybe-signed is stored before the first packet of round 3, on every device', async () => {
  const keys = dealtKeys(2, 2);
  const run = await runAll(signPlayers(keys, [1, 2], [testItem('h3')]), { seed: 'h3' });
  expect(outputsOf(run).size).toBe(2);
  for (const party of [1, 2]) {
    const trace = run.trace
      .filter((entry) => entry.party === party && entry.what !== 'stage')
      .map((entry) =>
        entry.what === 'send' ? `round ${String(headerOf(entry.packet).round)}` : entry.what,
      );
    expect(trace).toEqual(['round 0', 'round 1', 'round 1', 'round 2', 'store', 'round 3']);
  }
});

describe.skipIf(!hasShared)('Wycheproof ECDSA', () => {
  interface Group {
    readonly publicKey: { readonly uncompressed: string };
    readonly tests: readonly (WycheproofCase & { readonly msg: string; readonly sig: string })[];
  }
  const groups = hasShared
    ? (readWycheproof('ecdsa_secp256k1_sha256_bitcoin_test.json') as readonly Group[])
    : [];
  const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

  /** r || s of a strict DER signature, as our 64 bytes; `undefined` for anything that has no such form. */
  function compact(der: Uint8Array): Uint8Array | undefined {
    const integer = (at: number): { value: bigint; end: number } | undefined => {
      const length = der[at + 1] ?? 0;
      const body = der.slice(at + 2, at + 2 + length);
      const [first = 0x80, second = 0] = body;
      const minimal = length === 1 || first !== 0 || second >= 0x80;
      if (der[at] !== 2 || length === 0 || length > 33 || body.length !== length) return undefined;
      return minimal && first < 0x80 ? { value: toInteger(body), end: at + 2 + length } : undefined;
    };
    if (der[0] !== 0x30 || der[1] !== der.length - 2) return undefined;
    const r = integer(2);
    const s = r && integer(r.end);
    if (r === undefined || s?.end !== der.length) return undefined;
    const limit = 2n ** 256n;
    if (r.value >= limit || s.value >= limit) return undefined;
    return bytesOf([r, s].map(({ value }) => value.toString(16).padStart(64, '0')).join(''));
  }

  it(needsShared('P-46 P-49 the verifier of the last step agrees with every case'), () => {
    const verdicts = { valid: 0, refused: 0, encoding: 0 };
    for (const { publicKey, tests } of groups) {
      const key = Point.fromHex(publicKey.uncompressed).toBytes(true);
      for (const { tcId, comment, msg, sig, result } of tests) {
        const signature = compact(bytesOf(sig));
        const digest = digestOfMessage(bytesOf(msg));
        let valid = false;
        try {
          valid =
            signature !== undefined &&
            secp256k1.verify(signature, digest, key, { prehash: false, lowS: true });
        } catch {
          // r or s out of range: as good as wrong
        }
        expect(valid, `${String(tcId)} ${comment}`).toBe(result === 'valid');
        verdicts[valid ? 'valid' : signature === undefined ? 'encoding' : 'refused']++;
      }
    }
    expect(verdicts.valid).toBeGreaterThan(150);
    expect(verdicts.refused).toBeGreaterThan(60);
  });
});

function digestOfMessage(message: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(message).digest());
}
