/**
 * Redistribution (specification section 11, addendum C1, C2, M6): refresh, add, remove and replace
 * devices, change t and n, recover a lost device, import a key. A quorum of the old members deals the
 * key anew; public key and chain code stay. Who is active when is decided by `epochs`, from certificates.
 */
import { equalBytes, Reader, u16, u32 } from '../codec.ts';
import { blaming, ProtocolError, UsageError, type PartyIndex } from './abort.ts';
import { contextWithAttempt, reshareParties } from './certificate.ts';
import type { Suite } from './group.ts';
import { hash } from './hash.ts';
import type { KeyShare, Member } from './keys.ts';
import { reshareProtocol, type Redistributed } from './reshare-protocol.ts';
import type { Ceremony } from './session/ceremony.ts';
import { encodeMembers, encodeReshareContext, type ReshareContext } from './session/context.ts';
import { TAGS } from './tags.ts';

/** Largest jump of an attempt number over the own record (addendum C1). */
export const MAX_ATTEMPT_JUMP = 1000;

/** What this device brings. */
export interface ReshareInputs<S extends Suite> {
  /** Its identity public key. */
  readonly identity: Uint8Array;
  /** Its share of the old key, when it deals. */
  readonly share: KeyShare<S> | undefined;
  /** The largest attempt number it knows of for the new epoch (`largestAttempt` of `epochs`). */
  readonly largestAttempt: number;
}

/** The fingerprint of a new set that people compare before they let it in (addendum M6), 32 bytes. */
export const rosterFingerprint = (members: readonly Member[], threshold: number): Uint8Array =>
  hash(TAGS.reshareRoster, encodeMembers(members), u16(threshold));

/**
 * One party's part in a redistribution.
 *
 * @param context what all dealers and recipients approved, with the whole public state of the old key
 * @throws UsageError when the context is impossible or the inputs do not belong to it
 */
export function reshareCeremony<S extends Suite>(
  context: ReshareContext<S>,
  inputs: ReshareInputs<S>,
): Ceremony<Redistributed<S>> {
  const encoded = encodeReshareContext(context);
  const parties = reshareParties(context);
  const own = parties.find(({ identity }) => equalBytes(identity, inputs.identity));
  if (own === undefined) throw new UsageError('this device takes no part in the redistribution');
  const { share } = inputs;
  const deals =
    share !== undefined &&
    share.index === own.dealer &&
    equalBytes(share.info.kid, context.old.kid) &&
    share.info.epoch === context.old.epoch;
  if (own.dealer !== undefined && !deals) {
    throw new UsageError('this device deals, but its share is not of the old key');
  }
  return {
    handshake: {
      suite: context.suite,
      protocol: 'reshare',
      context: encoded,
      self: own.party,
      roster: new Map(parties.map(({ party, identity }) => [party, identity])),
      extra: u32(inputs.largestAttempt),
      complete: (extras) =>
        contextWithAttempt(encoded, agreeAttempt(extras, inputs.largestAttempt)),
    },
    begin: (session, secrets) => reshareProtocol(context, own, share, session, secrets),
    release: () => undefined,
  };
}

/** attempt = 1 + the largest that anyone reports. @throws ProtocolError class A for a jump above 1000 */
function agreeAttempt(extras: ReadonlyMap<PartyIndex, Uint8Array>, ownLargest: number): number {
  let attempt = 0;
  for (const [party, extra] of extras) {
    const reported = blaming(party, 'attempt report', () => {
      const reader = new Reader(extra, 'attempt report');
      const value = reader.u32();
      reader.end();
      return value;
    });
    if (reported > ownLargest + MAX_ATTEMPT_JUMP) {
      throw new ProtocolError('A', `party ${String(party)} reports an impossible attempt number`);
    }
    attempt = Math.max(attempt, reported);
  }
  return attempt + 1;
}
