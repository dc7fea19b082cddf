/** The adversary matrix of signing: one item, two items, three signers. The second signer lies. */
import { describe, expect, it } from 'vitest';
import { concat, equalBytes } from '../codec.ts';
import { IncompleteBatch, type EcdsaSignature } from './ecdsa/signature.ts';
import { signRounds } from './ecdsa/rounds.ts';
import { SECP256K1 } from './group.ts';
import { LAMBDA_C, ROW_BYTES } from './parameters.ts';
import type { FieldLayout } from './schema.ts';
import { dealtKeys, signPlayers, testItem } from './testing/keys.ts';
import { lockstep, type Outcome } from './testing/lockstep.ts';
import {
  BROKEN,
  checkVerdict,
  describeMatrix,
  FOREIGN,
  messageRules,
  otherCommitment,
  samplePieces,
  VALUE,
  type Rule,
  type Scenario,
  type Verdict,
} from './testing/matrix.ts';

type Signatures = readonly EcdsaSignature[];
const liar = 2;
const items = [testItem('one'), testItem('two', [44, 0, 0, 1, 7])];

function scenario(name: string, n: number, count: number): Scenario<Signatures> {
  const keys = dealtKeys(2, n);
  const signers = keys.parties;
  return {
    name,
    group: SECP256K1,
    liar,
    players: () => signPlayers(keys, signers, items.slice(0, count)),
    rounds: (self) => Object.values(signRounds(signers, self, count)),
    pieces(field) {
      if (field.path.startsWith('extensions')) return piecesOfExtension(field);
      return field.path.endsWith('matrix') ? samplePieces(field, 32, 'scalar') : undefined;
    },
    alternative: (delivery) =>
      delivery.round === 1 && n > 2 ? otherCommitment(delivery) : undefined,
  };
}

/** u (128 rows), fold(x) and fold(t) (128 rows): the first, middle and last of each. */
function piecesOfExtension({ path, offset }: FieldLayout): FieldLayout[] {
  const part = (name: string, at: number, length: number): FieldLayout => ({
    path: `${path}.${name}`,
    kind: 'bytes',
    offset: offset + at,
    length,
  });
  const u = LAMBDA_C * ROW_BYTES;
  return [
    ...samplePieces(part('u', 0, u), ROW_BYTES),
    part('foldX', u, 16),
    ...samplePieces(part('foldT', u + 16, LAMBDA_C * 16), 16),
  ];
}

const ends = (aborts: 'A' | "A'" | 'B' | 'C' | 'D', round: number): Verdict => ({
  aborts,
  blames: aborts === "A'" || aborts === 'B' || aborts === 'C',
  in: round,
});

/** Class D keeps what is valid: here every signature that the altered item is not needed for. */
const keeps =
  (valid: (k: number) => boolean) =>
  ({ error }: Outcome<Signatures>): void => {
    expect(error).toBeInstanceOf(IncompleteBatch);
    const { signatures } = error as IncompleteBatch;
    expect(signatures.map((signature) => signature !== undefined)).toEqual(
      signatures.map((_, k) => valid(k)),
    );
  };

/**
 * @param k the item whose fields are altered
 * @param third what the third signer ends with, when only the first gets an altered message
 */
function rulesFor(k: number, third: boolean): Rule<Signatures>[] {
  const item = (field: string): RegExp => new RegExp(`^items\\[${String(k)}\\]\\.${field}$`);
  const others = (verdict: Verdict) => (third ? { others: verdict } : {});
  const split: readonly Rule<Signatures>[] = [
    {
      round: 1,
      kind: 'broadcast',
      field: /^$/,
      alterations: ['equivocate'],
      then: ends('A', 2),
      why: 'E1 differs between honest signers (check 2, P-25)',
    },
  ];
  return [
    {
      round: 1,
      kind: 'broadcast',
      field: /^(commitment)?$/,
      alterations: VALUE,
      then: ends("A'", 2),
      why: 'the commitment does not open to the nonces of round 2 (check 3)',
    },
    ...(third ? split : []),
    ...messageRules<Signatures>(1, 'broadcast'),
    {
      round: 1,
      kind: 'direct',
      field: /^zeroHalf$/,
      alterations: VALUE,
      then: ends('D', 2),
      why: 'the zero shares do not cancel, so the key shares do not add up (check 8): not attributable',
    },
    {
      round: 1,
      kind: 'direct',
      field: /^extensions/,
      alterations: VALUE,
      then: ends('B', 1),
      ...others({ waits: 2 }),
      why: 'the extension check fails: the pair is banned and nothing of round 2 leaves (H6)',
    },
    {
      round: 1,
      kind: 'direct',
      field: /^$/,
      alterations: FOREIGN,
      then: ends('B', 1),
      ...others({ waits: 2 }),
      why: "another session's or pair's extension, or the own one reflected, fails the check (P-09)",
    },
    ...messageRules<Signatures>(1, 'direct', { omitted: { waits: 2 }, refused: { waits: 2 } }),

    {
      round: 2,
      kind: 'direct',
      field: /^echo1$/,
      alterations: ['flip', 'other session'],
      then: ends('A', 2),
      ...others({ waits: 3 }),
      why: 'a differing echo names nobody (check 2)',
    },
    {
      round: 2,
      kind: 'direct',
      field: /^echo1$/,
      alterations: ['other party'],
      then: 'finishes',
      why: 'nothing is altered: everyone echoes the same',
    },
    {
      round: 2,
      kind: 'direct',
      field: /^salt$/,
      alterations: VALUE,
      then: ends("A'", 2),
      ...others({ waits: 3 }),
      why: 'the commitment does not open (check 3)',
    },
    {
      round: 2,
      kind: 'direct',
      field: item('nonce'),
      alterations: VALUE,
      then: ends("A'", 2),
      ...others({ waits: 3 }),
      why: 'R_i is not the committed one (check 3, P-12)',
    },
    {
      round: 2,
      kind: 'direct',
      field: item('(nonce|key|gammaU|gammaV|eta|psi|matrix\\[\\d+\\])'),
      alterations: BROKEN,
      then: ends("A'", 2),
      ...others({ waits: 3 }),
      why: 'no encoding of a point, or a scalar that is not below the order (check 1, P-49)',
    },
    {
      round: 2,
      kind: 'direct',
      field: item('key'),
      alterations: VALUE,
      then: ends('C', 2),
      ...others({ waits: 3 }),
      why: 'the key share was not the one multiplied (check 6, P-12)',
    },
    {
      round: 2,
      kind: 'direct',
      field: item('(matrix\\[\\d+\\]|eta|mu)'),
      alterations: VALUE,
      then: ends('C', 2),
      ...others({ waits: 3 }),
      why: 'the multiplication check fails (check 4)',
    },
    {
      round: 2,
      kind: 'direct',
      field: item('gamma[UV]'),
      alterations: VALUE,
      then: ends('C', 2),
      ...others({ waits: 3 }),
      why: 'chi R_i or chi pk_i is not Gamma + d G (checks 5 and 6)',
    },
    {
      round: 2,
      kind: 'direct',
      field: item('psi'),
      alterations: VALUE,
      then: ends('D', 3),
      also: keeps((other) => other !== k),
      why: 'an additive offset that no check sees: the signature does not verify and is not released (9.1)',
    },
    {
      round: 2,
      kind: 'direct',
      field: /^$/,
      alterations: FOREIGN,
      then: ends("A'", 2),
      ...others({ waits: 3 }),
      why: "another session's or party's nonces, or the own ones reflected, open no commitment",
    },
    ...messageRules<Signatures>(2, 'direct', { omitted: { waits: 3 }, refused: { waits: 3 } }),

    {
      round: 3,
      kind: 'broadcast',
      field: new RegExp(`^parts\\[${String(k)}\\]\\.[uw]$`),
      alterations: VALUE,
      then: ends('D', 3),
      also: keeps((other) => other !== k),
      why: 'the signature does not verify: nothing of this item is released, nobody can be named (P-47)',
    },
    {
      round: 3,
      kind: 'broadcast',
      field: new RegExp(`^parts\\[${String(k)}\\]\\.[uw]$`),
      alterations: BROKEN,
      then: ends("A'", 3),
      why: 'a scalar that is not below the order (P-49)',
    },
    {
      round: 3,
      kind: 'broadcast',
      field: /^view$/,
      alterations: ['flip', 'other session'],
      then: ends('D', 3),
      also: keeps(() => true),
      why: 'the views differ: class D, but the signatures verify, exist and are kept',
    },
    {
      round: 3,
      kind: 'broadcast',
      field: /^view$/,
      alterations: ['other party'],
      then: 'finishes',
      why: 'nothing is altered: everyone has the same view',
    },
    {
      round: 3,
      kind: 'broadcast',
      field: /^$/,
      alterations: FOREIGN,
      then: ends('D', 3),
      also: keeps(() => false),
      why: 'the sums are wrong',
    },
    ...messageRules<Signatures>(3, 'broadcast'),
  ];
}

// Of the long fields every piece is flipped; the first is also taken from elsewhere.
const laterPiece = /(u|foldT)\[(64|127)\]|matrix\[(768|1535)\]/;
describeMatrix(
  {
    ...scenario('signing one item', 2, 1),
    only: ({ field, alteration }) =>
      !(FOREIGN.includes(alteration) && laterPiece.test(field?.path ?? '')),
  },
  rulesFor(0, false),
);

// The second item's fields. The rest is what the first scenario has shown.
describeMatrix(
  {
    ...scenario('signing two items', 2, 2),
    only: ({ field, alteration }) => alteration === 'flip' && field?.path.includes('[1]') === true,
  },
  rulesFor(1, false),
  'part',
);

// Three signers: equivocation, and what becomes of the signer who got nothing altered.
const few =
  /^(commitment|zeroHalf|salt|extensions\[0\]\.foldX|items\[0\]\.(key|eta|psi)|parts\[0\]\.u)?$/;
describeMatrix(
  {
    ...scenario('signing with three', 3, 1),
    only: ({ field, alteration }) =>
      ['flip', 'omit', 'second version', 'equivocate'].includes(alteration) &&
      few.test(field?.path ?? ''),
  },
  rulesFor(0, true),
  'part',
);

describe('items of a batch are not interchangeable (A1)', () => {
  const keys = dealtKeys(2, 2);
  const honest = scenario('items', 2, 2);
  /** Where the two items lie in the liar's message. */
  const spans = (round: number, kind: 'broadcast' | 'direct'): [FieldLayout, FieldLayout] => {
    const [shape] = honest.rounds(1).filter(({ number }) => number === round);
    const layout = shape?.[kind]?.schema.layout('', 0) ?? [];
    const span = (k: number): FieldLayout => {
      const fields = layout.filter(({ path }) => path.includes(`[${String(k)}]`));
      const offset = Math.min(...fields.map((field) => field.offset));
      const end = Math.max(...fields.map((field) => field.offset + field.length));
      return { path: `[${String(k)}]`, kind: 'bytes', offset, length: end - offset };
    };
    return [span(0), span(1)];
  };

  it.each([
    ['swapped', 1, 'direct', ends('B', 1)],
    ['swapped', 2, 'direct', ends("A'", 2)],
    ['swapped', 3, 'broadcast', ends('D', 3)],
    ['replayed', 1, 'direct', ends('B', 1)],
    ['replayed', 2, 'direct', ends("A'", 2)],
    ['replayed', 3, 'broadcast', ends('D', 3)],
  ] as const)(
    '%s in round %i (%s): nothing of a later round leaves',
    (how, round, kind, verdict) => {
      const [first, last] = spans(round, kind);
      const outcomes = lockstep(signPlayers(keys, [1, 2], items), 'items', (delivery) => {
        const { body } = delivery;
        if (delivery.from !== liar || delivery.round !== round || delivery.kind !== kind)
          return [body];
        const [a, b] = [first, last].map(({ offset, length }) =>
          body.slice(offset, offset + length),
        );
        if (a === undefined || b === undefined) throw new Error('no items');
        const changed = concat(
          body.slice(0, first.offset),
          how === 'swapped' ? b : a,
          a,
          body.slice(last.offset + last.length),
        );
        expect(equalBytes(changed, body)).toBe(false);
        return [changed];
      });
      for (const [party, outcome] of outcomes) {
        if (party !== liar) checkVerdict(verdict, outcome, liar, party);
      }
    },
  );
});
