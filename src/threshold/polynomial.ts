/** Shamir sharing and Feldman commitments over a group. Indices are party numbers, never 0. */
import { UsageError, type PartyIndex } from './abort.ts';
import { baseTimes, type Element, type Group } from './group.ts';

/** f(x) for coefficients a_0..a_{t-1}, by Horner's rule. */
export function evaluate(group: Group, coefficients: readonly bigint[], x: PartyIndex): bigint {
  let value = 0n;
  for (const a of coefficients.toReversed()) value = (value * BigInt(x) + a) % group.order;
  return value;
}

/** A_k = a_k G. */
export const commit = (group: Group, coefficients: readonly bigint[]): Element[] =>
  coefficients.map((a) => baseTimes(group, a));

/** F(x) = sum_k x^k A_k. The coefficients and x are public. */
export function evaluateCommitment(
  group: Group,
  commitment: readonly Element[],
  x: PartyIndex,
): Element {
  let value = group.zero;
  for (const a of commitment.toReversed()) value = timesSmall(group, value, x).add(a);
  return value;
}

/** x·P for a small public x, by double and add: far cheaper than a general multiplication. */
function timesSmall(group: Group, element: Element, x: number): Element {
  let product = group.zero;
  for (let bit = 31 - Math.clz32(x); bit >= 0; bit--) {
    product = product.add(product);
    if (((x >>> bit) & 1) === 1) product = product.add(element);
  }
  return product;
}

/** Sum of commitments of equal length, coefficient by coefficient. */
export function sumCommitments(group: Group, list: readonly (readonly Element[])[]): Element[] {
  const length = list[0]?.length ?? 0;
  if (list.some((commitment) => commitment.length !== length)) {
    throw new UsageError('sumCommitments: lengths differ');
  }
  return Array.from({ length }, (_, k) =>
    list.reduce((sum, commitment) => sum.add(commitment[k] ?? group.zero), group.zero),
  );
}

/**
 * The Lagrange coefficient lambda_i = prod_{l != i} l / (l - i) mod q of the set `ids` at 0.
 *
 * @throws UsageError when ids repeat, are not positive, or do not contain `i`
 */
export function lagrange(group: Group, ids: readonly PartyIndex[], i: PartyIndex): bigint {
  if (new Set(ids).size !== ids.length || !ids.includes(i) || ids.some((id) => id <= 0)) {
    throw new UsageError('lagrange: ids must be distinct, positive and contain the party itself');
  }
  const { order } = group;
  let numerator = 1n;
  let denominator = 1n;
  for (const l of ids) {
    if (l === i) continue;
    numerator = (numerator * BigInt(l)) % order;
    denominator = (denominator * (order + BigInt(l) - BigInt(i))) % order;
  }
  return (numerator * invert(denominator, order)) % order;
}

/** The inverse of a public value modulo a prime, by the extended Euclidean algorithm. */
export function invert(value: bigint, modulus: bigint): bigint {
  let [r0, r1, x0, x1] = [modulus, value % modulus, 0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [x0, x1] = [x1, x0 - quotient * x1];
  }
  if (r0 !== 1n) throw new UsageError('invert: zero has no inverse');
  return x0 < 0n ? x0 + modulus : x0;
}
