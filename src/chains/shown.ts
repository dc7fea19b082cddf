/** What was shown, without notes: the same on every device that read the same. */
import { sha256 } from '@noble/hashes/sha2.js';
import { encodeCbor } from '../cbor.ts';
import { canonicalAmount } from './fact.ts';
import type { CallFact, Fact, Review, ShownLine } from './review.ts';

/** Everything about a review but what follows from it. */
export type Unsealed = Omit<Review, 'shown' | 'shownDigest'>;

/** Adds what was shown without notes, and its digest. */
export function sealReview(review: Unsealed): Review {
  const shown = shownLines(review);
  return { ...review, shown, shownDigest: shownDigestOf(review, shown) };
}

function shownLines({
  operation,
  reading,
  refusal,
  facts,
  details,
  leaves,
}: Unsealed): ShownLine[] {
  return [
    { depth: 0, label: 'Operation', value: operation },
    { depth: 0, label: 'Reading', value: reading },
    ...(refusal === undefined ? [] : [{ depth: 0, label: 'Refused', value: refusal }]),
    ...linesOf(facts, 0),
    ...leaves.map((amount) => ({ depth: 0, label: 'Leaves', value: canonicalAmount(amount) })),
    ...linesOf(details, 0),
  ];
}

function linesOf(facts: readonly Fact[], depth: number): ShownLine[] {
  return facts.flatMap(({ label, value, canonical }): ShownLine[] => {
    switch (value.kind) {
      case 'call':
        return callLines(label, value.call, depth);
      case 'group':
        return [{ depth, label, value: canonical }, ...linesOf(value.facts, depth + 1)];
      default:
        return [{ depth, label, value: canonical }];
    }
  });
}

function callLines(label: string, call: CallFact, depth: number): ShownLine[] {
  const inner = (name: string, value: string): ShownLine => ({
    depth: depth + 1,
    label: name,
    value,
  });
  return [
    { depth, label, value: call.canonical },
    inner('Target', call.to?.address ?? 'none: creates a contract'),
    inner('Value', canonicalAmount(call.value)),
    inner('Reading', call.delegate === 'none' ? call.reading : `${call.reading}, delegated`),
    ...(call.signature === undefined ? [] : [inner('Function', call.signature)]),
    ...(call.source === undefined ? [] : [inner('Descriptor', call.source.digest)]),
    ...linesOf(call.facts, depth + 1),
  ];
}

/**
 * SHA-256 of the canonical CBOR of the lines, with the request that they are about. 32 bytes.
 *
 * @param request a review of the request, by any device
 */
export function shownDigestOf(
  { kind, network, bytes }: Pick<Review, 'kind' | 'network' | 'bytes'>,
  lines: readonly ShownLine[],
): Uint8Array {
  return sha256(
    encodeCbor({
      is: 'countersign/shown/v2',
      kind,
      network: network.id,
      lines: lines.map(({ depth, label, value }) => [depth, label, value]),
      bytes,
    }),
  );
}
