/** The messages of FROST signing: two broadcasts, each with a fixed layout per number of items. */
import type { PartyIndex } from '../abort.ts';
import type { Group } from '../group.ts';
import { bytes, list, point, scalar, struct, type Infer } from '../schema.ts';

/** The rounds of FROST signing. @param count number of items */
export function frostRounds(group: Group, signers: readonly PartyIndex[], count: number) {
  return {
    commit: {
      number: 1,
      stage: 'commit to nonces',
      broadcast: {
        from: signers,
        // Decoding refuses the identity, small-order and mixed-order points (pitfall P-53).
        schema: struct({
          commitments: list(count, struct({ hiding: point(group), binding: point(group) })),
        }),
      },
    },
    respond: {
      number: 2,
      stage: 'sign',
      broadcast: {
        from: signers,
        schema: struct({ echo1: bytes(32), responses: list(count, scalar(group)) }),
      },
    },
  } as const;
}

type Shapes = ReturnType<typeof frostRounds>;
/** Round 1: (D_{i,k}, E_{i,k}) for every item k. */
export type CommitMessage = Infer<Shapes['commit']['broadcast']['schema']>;
/** Round 2: E1, and z_{i,k} for every item k. */
export type RespondMessage = Infer<Shapes['respond']['broadcast']['schema']>;
