/**
 * Hashing to secp256k1 (RFC 9380, suite secp256k1_XMD:SHA-256_SSWU_RO_) for many messages at once: the
 * library expands the messages; the maps of all messages share their inversions. Every message goes
 * through the same sequence of field operations.
 */
import { hash_to_field } from '@noble/curves/abstract/hash-to-curve.js';
import { secp256k1, secp256k1_hasher } from '@noble/curves/secp256k1.js';
import { canonical, inverse, mul, P, reduce, rootCandidate } from './field.ts';
import { addPairs, type Affine, invertEach, type Lane } from './formulas.ts';

const { Point } = secp256k1;
type Point = InstanceType<typeof Point>;

/** E': y^2 = x^3 + A x + B, 3-isogenous to secp256k1, and the SSWU constant Z (RFC 9380 section 8.7). */
const A = 0x3f8731abdd661adca08a5558f0f5d272e953d363cb6f0e5d405447c01a444533n;
const B = 1771n;
const Z = -11n;

const MINUS_B_OVER_A = mul(-B, inverse(A));
const B_OVER_ZA = mul(B, inverse(Z * A));
/** sqrt(-Z): c2 of RFC 9380 appendix F.2.1.2. */
const ROOT_OF_MINUS_Z = rootCandidate(-Z);

/** The isogeny's polynomials, highest coefficient first (RFC 9380 appendix E.1: k_(1,i) to k_(4,i)). */
const X_NUM = [
  0x8e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38daaaaa88cn,
  0x534c328d23f234e6e2a413deca25caece4506144037c40314ecbd0b53d9dd262n,
  0x07d3d4c80bc321d5b9f315cea7fd44c5d595d2fc0bf63b92dfff1044f17c6581n,
  0x8e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38daaaaa8c7n,
];
const X_DEN = [
  1n,
  0xedadc6f64383dc1df7c4b2d51b54225406d36b641f5e41bbc52a56612a8c6d14n,
  0xd35771193d94918a9ca34ccbb7b640dd86cd409542f8487d9fe6b745781eb49bn,
];
const Y_NUM = [
  0x2f684bda12f684bda12f684bda12f684bda12f684bda12f684bda12f38e38d84n,
  0x29a6194691f91a73715209ef6512e576722830a201be2018a765e85a9ecee931n,
  0xc75e0c32d5cb7c0fa9d0a54b12a0a6d5647ab046d686da6fdffc90fc201d71a3n,
  0x4bda12f684bda12f684bda12f684bda12f684bda12f684bda12f684b8e38e23cn,
];
const Y_DEN = [
  1n,
  0x6484aa716545ca2cf3a70c3fa8fe337e0a3d21162f0d6299a7bf8192bfd2a76fn,
  0x7a06534bb8bdb49fd5e9e6632722c2989467c1bfc8e8d978dfb425d2685c2573n,
  0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffff93bn,
];

/**
 * hash_to_curve of every message (RFC 9380 section 3), the same points as `secp256k1_hasher.hashToCurve`.
 *
 * @param dst domain separation tag: ASCII, not empty
 * @returns points with Z = 1
 * @throws Error (of @noble/curves) when the tag is empty or not ASCII
 */
export function hashToCurveEach(messages: readonly Uint8Array[], dst: string): Point[] {
  const options = { ...secp256k1_hasher.defaults, DST: dst };
  const us = messages.flatMap((message) => hash_to_field(message, 2, options).flat());
  const sums = addPairs(mapEach(us));
  return messages.map((message, i) => {
    const p = sums[i];
    // Exceptional: map(u_0) = ±map(u_1), or one of them is the identity. Nobody knows such a message.
    if (p === undefined) return secp256k1_hasher.hashToCurve(message, { DST: dst });
    return Point.fromAffine({ x: canonical(p.x), y: canonical(p.y) });
  });
}

/** map_to_curve of every field element in [0, p); exceptional where the result is the identity. */
export const mapEach = (us: readonly bigint[]): Lane[] => isogenyEach(swuEach(us));

/** Simplified Shallue–van de Woestijne–Ulas map to E' (RFC 9380 section 6.6.2). */
function swuEach(us: readonly bigint[]): Affine[] {
  const zuu = us.map((u) => mul(Z * u, u));
  // 1. tv1 = inv0(Z^2 u^4 + Z u^2)
  const tv1 = invertEach(zuu.map((t) => reduce(t * t + t)));
  return us.map((u, i) => {
    const t = zuu[i] ?? 0n;
    const inverted = tv1[i] ?? 0n;
    // 2. and 3. x1 = (-B / A) (1 + tv1), or B / (Z A) if tv1 is zero
    const x1 = inverted === 0n ? B_OVER_ZA : mul(MINUS_B_OVER_A, 1n + inverted);
    // 4. gx1 = x1^3 + A x1 + B
    const gx1 = reduce((mul(x1, x1) + A) * x1 + B);
    // 5. to 8. (x1, sqrt(gx1)) if gx1 is a square, else (x2, sqrt(gx2)) with x2 = Z u^2 x1. Then the
    // candidate squared is -gx1, and gx2 = Z^3 u^6 gx1 = (Z u^2 u sqrt(-Z) candidate)^2: one power for
    // both, as in appendix F.2 with the sqrt_ratio of F.2.1.2.
    const candidate = rootCandidate(gx1);
    const isSquare = canonical(candidate * candidate - gx1) === 0n;
    const second = { x: mul(t, x1), y: mul(mul(mul(t, u), ROOT_OF_MINUS_Z), candidate) };
    const { x, y } = [second, { x: x1, y: candidate }][Number(isSquare)] ?? second;
    // 9. the sign of y is that of u
    const even = canonical(y);
    return { x, y: [even, P - even][Number((u ^ even) & 1n)] ?? 0n };
  });
}

/** The isogeny from E' to secp256k1 (RFC 9380 appendix E.1); exceptional where a denominator is zero. */
function isogenyEach(points: readonly Affine[]): Lane[] {
  const denominators = points.map(({ x }) => ({ x: evaluate(X_DEN, x), y: evaluate(Y_DEN, x) }));
  const inverses = invertEach(denominators.map(({ x, y }) => mul(x, y)));
  return points.map(({ x, y }, i) => {
    const inverted = inverses[i] ?? 0n;
    const denominator = denominators[i];
    if (denominator === undefined || inverted === 0n) return undefined;
    return {
      x: mul(mul(evaluate(X_NUM, x), denominator.y), inverted),
      y: mul(mul(mul(evaluate(Y_NUM, x), denominator.x), inverted), y),
    };
  });
}

/** A polynomial's value, by Horner's rule. */
const evaluate = (coefficients: readonly bigint[], x: bigint): bigint =>
  coefficients.reduce((value, coefficient) => reduce(value * x + coefficient), 0n);
