/**
 * The policy of a vault: what has to be true before a device signs.
 *
 * A canonical CBOR map, at most 1,024 bytes; the policy's hash is the domain hash `countersign/policy/v1` of
 * the bytes:
 *
 *     v           1
 *     quorum      distinct members who must approve, 2..20
 *     rejections  how many of them end a proposal: 1
 *     blind       whether what cannot be decoded may be signed: false
 *
 * Version 1 leaves only the quorum open. The rest is written down all the same, so that the hash covers it.
 */
import * as v from 'valibot';
import {
  decodeDocument,
  domainHash,
  encodeDocument,
  MAX_MEMBERS,
  parse,
  UnsupportedError,
  type Founding,
} from '../journal/index.ts';

const MAX_BYTES = 1024;
const WHAT = 'The policy';

const quorumSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(2), v.maxValue(MAX_MEMBERS));
const schema = v.strictObject({
  v: v.literal(1),
  quorum: quorumSchema,
  rejections: v.literal(1),
  blind: v.literal(false),
});

export interface Policy {
  /** Distinct members who must approve. */
  readonly quorum: number;
}

/** The policy that a vault begins with: as many approvals as the key needs signers. */
export const defaultPolicy = ({ threshold }: Founding): Policy => ({ quorum: threshold });

/** The canonical bytes of a policy. @throws MalformedError */
export const encodePolicy = ({ quorum }: Policy): Uint8Array =>
  encodeDocument(schema, { v: 1, quorum, rejections: 1, blind: false }, WHAT, MAX_BYTES);

/** @throws MalformedError, or UnsupportedError for a version that this build does not know */
export function parsePolicy(bytes: Uint8Array): Policy {
  const value = decodeDocument(bytes, WHAT, MAX_BYTES);
  const { v: version } = parse(v.looseObject({ v: v.number() }), value, WHAT);
  if (version !== 1) {
    throw new UnsupportedError(`${WHAT} has a version that this app does not know. Update it.`);
  }
  return { quorum: parse(schema, value, WHAT).quorum };
}

/** What a proposal names as its policy, 32 bytes. @throws MalformedError */
export const policyHash = (policy: Policy): Uint8Array =>
  domainHash('countersign/policy/v1', encodePolicy(policy));

/** What is wrong with a policy for this vault, one sentence each; empty when nothing is. */
export function validatePolicy({ quorum }: Policy, { threshold, members }: Founding): string[] {
  const faults: string[] = [];
  if (!v.is(quorumSchema, quorum))
    faults.push('The number of approvals is not a number from 2 to 20.');
  if (quorum < threshold) {
    faults.push(`The key needs ${String(threshold)} signers, so fewer approvals are not enough.`);
  }
  if (quorum > members.length) faults.push('More approvals are asked for than there are devices.');
  return faults;
}

/** The policy in plain words, for example `Any 2 of the 3 devices; one rejection ends it.` */
export function describePolicy({ quorum }: Policy, { members }: Founding): string {
  const count = members.length;
  const who =
    quorum === count
      ? `All ${String(count)} devices`
      : `Any ${String(quorum)} of the ${String(count)} devices`;
  return `${who}; one rejection ends it.`;
}
