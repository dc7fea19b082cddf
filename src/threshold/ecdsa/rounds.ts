/** The messages of signing: three rounds, each with a fixed layout per number of items. */
import type { PartyIndex } from '../abort.ts';
import { SECP256K1 } from '../group.ts';
import { MATRIX_BYTES } from '../multiply.ts';
import { EXTENSION_BYTES } from '../ot/extension.ts';
import { bytes, list, point, scalar, struct, type Infer } from '../schema.ts';

/** The rounds of signing as party `self` sees them. @param count number of items */
export function signRounds(signers: readonly PartyIndex[], self: PartyIndex, count: number) {
  const others = signers.filter((signer) => signer !== self);
  const group = SECP256K1;
  return {
    extend: {
      number: 1,
      stage: 'commit to nonces',
      broadcast: { from: signers, schema: struct({ commitment: bytes(32) }) },
      direct: {
        from: others,
        schema: struct({ zeroHalf: bytes(32), extensions: list(count, bytes(EXTENSION_BYTES)) }),
      },
    },
    multiply: {
      number: 2,
      stage: 'multiply shares',
      direct: {
        from: others,
        schema: struct({
          echo1: bytes(32),
          salt: bytes(32),
          items: list(
            count,
            struct({
              nonce: point(group),
              key: point(group),
              matrix: bytes(MATRIX_BYTES),
              eta: scalar(group),
              mu: bytes(32),
              gammaU: point(group),
              gammaV: point(group),
              psi: scalar(group),
            }),
          ),
        }),
      },
    },
    combine: {
      number: 3,
      stage: 'combine',
      broadcast: {
        from: signers,
        schema: struct({
          parts: list(count, struct({ u: scalar(group), w: scalar(group) })),
          view: bytes(32),
        }),
      },
    },
  } as const;
}

type Shapes = ReturnType<typeof signRounds>;
/** Round 1 to one peer. */
export type ExtendMessage = Infer<Shapes['extend']['direct']['schema']>;
/** Round 2 to one peer. */
export type MultiplyMessage = Infer<Shapes['multiply']['direct']['schema']>;
/** Round 3 to everyone. */
export type CombineMessage = Infer<Shapes['combine']['broadcast']['schema']>;
