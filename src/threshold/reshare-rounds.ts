/** The messages of a redistribution: who sends what in which round. */
import type { PartyIndex } from './abort.ts';
import { reshareParties, type ReshareParty } from './certificate.ts';
import { groupOf } from './group.ts';
import { SIGNATURE_BYTES } from './identity.ts';
import { hasPairs } from './keygen.ts';
import { BASE_OT_BYTES } from './ot/base.ts';
import { absent, bytes, list, point, scalar, struct, type Infer, type Schema } from './schema.ts';
import type { ReshareContext } from './session/context.ts';

/** The rounds as party `self` sees them. */
export function reshareRounds(context: ReshareContext, self: PartyIndex) {
  const group = groupOf(context.suite);
  const ot = hasPairs(context.suite);
  const parties = reshareParties(context);
  const numbers = (filter: (party: ReshareParty) => boolean): PartyIndex[] =>
    parties.filter(filter).map(({ party }) => party);
  const dealers = numbers(({ dealer }) => dealer !== undefined);
  const recipients = numbers(({ recipient }) => recipient !== undefined);
  const receives = recipients.includes(self);
  const proof = { proofPoint: point(group), proofScalar: scalar(group) };
  const sendsDirect = ({ party, dealer }: ReshareParty): boolean =>
    party !== self && (dealer !== undefined || (ot && recipients.includes(party)));
  const toMe = receives ? numbers(sendsDirect) : [];
  const deal = ({ dealer, recipient }: ReshareParty): Schema<Dealt> =>
    struct({
      share: dealer === undefined ? absent : scalar(group),
      opening: recipient === undefined || !ot ? absent : bytes(BASE_OT_BYTES),
    });
  return {
    commit: {
      number: 1,
      stage: 'commit',
      broadcast: { from: dealers, schema: struct({ commitment: bytes(32) }) },
    },
    open: {
      number: 2,
      stage: 'open',
      broadcast: {
        from: dealers,
        schema: struct({
          echo1: bytes(32),
          coefficients: list(context.threshold, point(group)),
          ...proof,
          salt: bytes(32),
        }),
      },
    },
    deal: {
      number: 3,
      stage: 'deal',
      broadcast: {
        from: numbers(() => true),
        schema: struct({
          echo1: bytes(32),
          echo2: bytes(32),
          signature: bytes(SIGNATURE_BYTES),
        }),
      },
      direct: {
        from: toMe,
        schema: NOTHING_DEALT,
        per: new Map(parties.map((party) => [party.party, deal(party)])),
      },
    },
    prove: {
      number: 4,
      stage: 'prove',
      broadcast: { from: recipients, schema: struct({ publicShare: point(group), ...proof }) },
      direct: {
        from: receives && ot ? recipients.filter((party) => party !== self) : [],
        schema: struct({ answer: bytes(BASE_OT_BYTES) }),
      },
    },
    confirm: {
      number: 5,
      stage: 'confirm',
      broadcast: { from: recipients, schema: struct({ signature: bytes(SIGNATURE_BYTES) }) },
    },
  } as const;
}

/** A direct message of round 3: a dealer sends a share, a recipient the first message of the base OTs. */
export interface Dealt {
  readonly share: bigint | undefined;
  readonly opening: Uint8Array | undefined;
}

const NOTHING_DEALT: Schema<Dealt> = struct({ share: absent, opening: absent });

/** The rounds of a redistribution. */
export type ReshareRounds = ReturnType<typeof reshareRounds>;
/** Round 2 of a dealer. */
export type Opened = Infer<ReshareRounds['open']['broadcast']['schema']>;
/** Round 3 of everyone: the echoes, and the signature of the new set. */
export type Auth = Infer<ReshareRounds['deal']['broadcast']['schema']>;
/** Round 4 of a recipient. */
export type ProvenShare = Infer<ReshareRounds['prove']['broadcast']['schema']>;
