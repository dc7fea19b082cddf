/**
 * The adversary matrix (pitfalls, section I.1): protocol x round x field x alteration, generated from the
 * message schemas. One party lies. Every generated case must have exactly one expectation, so that a new
 * field or round without one fails; an expectation that no case meets fails too.
 *
 * The liar is as strong as a recording can be: it hears what it heard in an honest run with the same
 * seed, so it goes on whatever the others do, and it adapts its echoes to what the others say.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { concat, equalBytes, toHex } from '../../codec.ts';
import { ProtocolError, type AbortClass, type PartyIndex } from '../abort.ts';
import type { Group } from '../group.ts';
import { verifyIdentity } from '../identity.ts';
import type { FieldLayout } from '../schema.ts';
import { of, schemaFor, type AnyRoundShape } from '../session/round.ts';
import { lockstep, type Delivery, type Outcome, type Player } from './lockstep.ts';
import { flip, overwrite } from './network.ts';
import { seeded, testIdentity } from './seeded.ts';

/** What the liar does to one message. */
export type Alteration =
  /** The field becomes another one of its kind: a bit of bytes, the negated point, a scalar's last bit. */
  | 'flip'
  /** No encoding of anything: a wrong point prefix, 2^256 - 1 for a scalar. */
  | 'invalid'
  /** The scalar is the group order, which reduces to zero. */
  | 'order'
  /** A point of small order is added (only on Edwards curves). */
  | 'torsion'
  /** The field, or the whole message, as in another session of the same parties. */
  | 'other session'
  /** The field, or the whole message, of another party in this session. */
  | 'other party'
  | 'omit'
  | 'duplicate'
  | 'too long'
  | 'too short'
  /** The message, and then another one in its place. */
  | 'second version'
  /** A different, individually valid message to the last receiver. */
  | 'equivocate';

/** How it ends for one honest party. */
export type Verdict =
  /** It aborts while it waits in this round; nothing of a later round leaves it. */
  | { readonly aborts: AbortClass; readonly blames: boolean; readonly in: number }
  /** It waits for messages of this round for ever (a time-out: class A). */
  | { readonly waits: number }
  /** It has a result: what was done is harmless by design. */
  | 'finishes';

/** What is expected of some cases, and why. */
export interface Rule<Out> {
  readonly round: number;
  readonly kind: Delivery['kind'];
  /** The fields meant; the empty text is the whole message. */
  readonly field: RegExp;
  readonly alterations: readonly Alteration[];
  /** For every party that gets the altered message. */
  readonly then: Verdict;
  /** For the others; as for the receivers unless told. */
  readonly others?: Verdict;
  /** The reason, from the specification. */
  readonly why: string;
  readonly also?: (outcome: Outcome<Out>) => void;
}

/** One protocol with one liar. */
export interface Scenario<Out> {
  readonly name: string;
  readonly group: Group;
  readonly liar: PartyIndex;
  /** Fresh players: ceremonies are single use. */
  readonly players: () => Map<PartyIndex, Player<Out>>;
  /** The rounds as a party sees them. */
  readonly rounds: (self: PartyIndex) => readonly AnyRoundShape[];
  /** Smaller pieces of a long field, in place of it. */
  readonly pieces?: (field: FieldLayout) => readonly FieldLayout[] | undefined;
  /** Which cells are run; all unless told. */
  readonly only?: (cell: Cell) => boolean;
  /** A different valid message in place of the liar's; `undefined` where there is none. */
  readonly alternative?: (delivery: Delivery, honest: Recording<Out>) => Uint8Array | undefined;
}

/** An honest run. */
export interface Recording<Out> {
  readonly outcomes: ReadonlyMap<PartyIndex, Outcome<Out>>;
  readonly sent: (
    round: number,
    kind: Delivery['kind'],
    from: PartyIndex,
    to: PartyIndex,
  ) => Uint8Array | undefined;
}

/** Records an honest run, which must succeed. */
export function recordRun<Out>(scenario: Scenario<Out>, seed: string): Recording<Out> {
  const bodies = new Map<string, Uint8Array>();
  const key = (...parts: readonly (string | number)[]): string => parts.join('/');
  const outcomes = lockstep(scenario.players(), seed, ({ round, kind, from, to, body }) => {
    bodies.set(key(round, kind, from, to), body);
    return [body];
  });
  for (const [party, { error, output }] of outcomes) {
    if (output === undefined) {
      throw new Error(`${scenario.name}: party ${String(party)} failed`, { cause: error });
    }
  }
  return { outcomes, sent: (...slot) => bodies.get(key(...slot)) };
}

/** One cell of the matrix. */
export interface Cell {
  readonly round: number;
  readonly kind: Delivery['kind'];
  readonly field: FieldLayout | undefined;
  readonly alteration: Alteration;
  /** Who gets the altered message. */
  readonly receivers: readonly PartyIndex[];
}

const VALUES: Readonly<Record<FieldLayout['kind'], readonly Alteration[]>> = {
  bytes: ['flip', 'other session', 'other party'],
  point: ['flip', 'invalid', 'torsion', 'other session', 'other party'],
  scalar: ['flip', 'invalid', 'order', 'other session', 'other party'],
};
const MESSAGES: readonly Alteration[] = [
  'other session',
  'other party',
  'omit',
  'duplicate',
  'too long',
  'too short',
  'second version',
];

/** Where the session's echo fields are, by the convention of their names. */
const isEcho = ({ path }: FieldLayout): boolean => /^echo\d$/.test(path);

/** All cells of a scenario. */
function cellsOf<Out>(scenario: Scenario<Out>, honest: Recording<Out>): Cell[] {
  const { liar, group } = scenario;
  const others = [...honest.outcomes.keys()].filter((party) => party !== liar);
  return (['broadcast', 'direct'] as const).flatMap((kind) =>
    roundsOf(scenario, others).flatMap((round) => {
      const receivers = others.filter((to) => honest.sent(round, kind, liar, to) !== undefined);
      const [first] = receivers;
      const last = receivers.at(-1);
      if (first === undefined || last === undefined) return [];
      const altered = kind === 'broadcast' ? receivers : [first];
      const fields = layoutOf(scenario, first, round, kind)
        .filter(({ length }) => length > 0)
        .flatMap((field) => scenario.pieces?.(field) ?? [field]);
      const cells = fields.flatMap((field) =>
        VALUES[field.kind]
          .filter((alteration) => alteration !== 'torsion' || group.pointBytes === 32)
          .map((alteration): Cell => ({ round, kind, field, alteration, receivers: altered })),
      );
      const whole = MESSAGES.map((alteration): Cell => ({
        round,
        kind,
        field: undefined,
        alteration,
        receivers: altered,
      }));
      const to: Delivery = bodyTo(scenario, honest, round, kind, last);
      const equivocates = kind === 'broadcast' && scenario.alternative?.(to, honest) !== undefined;
      const split: Cell[] = equivocates
        ? [{ round, kind, field: undefined, alteration: 'equivocate', receivers: [last] }]
        : [];
      return [...cells, ...whole, ...split].filter((cell) => scenario.only?.(cell) ?? true);
    }),
  );
}

const roundsOf = <Out>(scenario: Scenario<Out>, parties: readonly PartyIndex[]): number[] =>
  scenario.rounds(parties[0] ?? 1).map(({ number }) => number);

function layoutOf<Out>(
  scenario: Scenario<Out>,
  receiver: PartyIndex,
  round: number,
  kind: Delivery['kind'],
): FieldLayout[] {
  const shape = scenario.rounds(receiver).find(({ number }) => number === round);
  const channel = shape?.[kind];
  return channel === undefined ? [] : schemaFor(channel, scenario.liar).layout('', 0);
}

function bodyTo<Out>(
  { liar }: Scenario<Out>,
  honest: Recording<Out>,
  round: number,
  kind: Delivery['kind'],
  to: PartyIndex,
): Delivery {
  const body = honest.sent(round, kind, liar, to);
  if (body === undefined) throw new Error('matrix: no such message');
  return { round, kind, from: liar, to, body };
}

const titleOf = ({ round, kind, field, alteration }: Cell): string =>
  `round ${String(round)} ${kind} ${field?.path ?? '(message)'}: ${alteration}`;

/** The bytes of a field in another message of the same layout. */
const valueIn = (body: Uint8Array, { offset, length }: FieldLayout): Uint8Array =>
  body.slice(offset, offset + length);

/** What reaches a receiver of the altered message. */
function alter<Out>(
  scenario: Scenario<Out>,
  cell: Cell,
  delivery: Delivery,
  honest: Recording<Out>,
  elsewhere: Recording<Out>,
): readonly Uint8Array[] {
  const { body, round, kind, from, to } = delivery;
  const { field, alteration } = cell;
  const foreign = (): Uint8Array => {
    if (alteration === 'other session') return elsewhere.sent(round, kind, from, to) ?? body;
    const parties = [...honest.outcomes.keys()];
    const [source = to] = parties.filter((party) => party !== from && party !== to);
    if (kind === 'direct') {
      // with two parties, the receiver's own message comes back to it
      return honest.sent(round, kind, source, to) ?? honest.sent(round, kind, to, from) ?? body;
    }
    // the same to everyone, so that it is no equivocation
    const [first = to] = parties.filter((party) => party !== from);
    return honest.sent(round, kind, first, from) ?? body;
  };
  if (field !== undefined)
    return [overwrite(body, field.offset, newValue(scenario, cell, field, body, foreign))];
  switch (alteration) {
    case 'other session':
    case 'other party': {
      const echoes = layoutOf(scenario, to, round, kind).filter(isEcho);
      return [
        echoes.reduce(
          (changed, echo) => overwrite(changed, echo.offset, valueIn(body, echo)),
          foreign(),
        ),
      ];
    }
    case 'omit':
      return [];
    case 'duplicate':
      return [body, body];
    case 'too long':
      return [concat(body, Uint8Array.of(0))];
    case 'too short':
      return [body.slice(0, -1)];
    case 'second version':
      return [body, flip(body, body.length - 1)];
    case 'equivocate': {
      const other = scenario.alternative?.(delivery, honest);
      if (other === undefined) throw new Error('matrix: no alternative');
      return [other];
    }
    default:
      throw new Error(`matrix: ${alteration} of a whole message`);
  }
}

function newValue<Out>(
  { group }: Scenario<Out>,
  { alteration }: Cell,
  field: FieldLayout,
  body: Uint8Array,
  foreign: () => Uint8Array,
): Uint8Array {
  const value = valueIn(body, field);
  const edwards = group.pointBytes === 32;
  switch (alteration) {
    case 'flip':
      if (field.kind === 'point') return edwards ? flip(value, 31, 0x80) : flip(value, 0);
      return field.kind === 'scalar' && !edwards ? flip(value, 31) : flip(value, 0);
    case 'invalid':
      return field.kind === 'point' && !edwards
        ? overwrite(value, 0, Uint8Array.of(5))
        : value.map(() => 0xff);
    case 'order': {
      const below = group.encodeScalar(group.order - 1n); // q - 1 is even in both groups: set its last bit
      return edwards ? flip(below, 0) : flip(below, 31);
    }
    case 'torsion':
      return ed25519.Point.fromBytes(value).add(TORSION).toBytes();
    case 'other session':
    case 'other party':
      return valueIn(foreign(), field);
    default:
      throw new Error(`matrix: ${alteration} of a field`);
  }
}

/** A point of order 8. */
const TORSION = ed25519.Point.fromHex(
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
);

/** Runs one cell. */
function runCell<Out>(
  scenario: Scenario<Out>,
  seed: string,
  cell: Cell,
  honest: Recording<Out>,
  elsewhere: Recording<Out>,
): { readonly outcomes: Map<PartyIndex, Outcome<Out>>; readonly changed: boolean } {
  const { liar } = scenario;
  const echoes = new Map<string, Uint8Array>();
  let changed = false;
  const outcomes = lockstep(scenario.players(), seed, (delivery) => {
    const { round, kind, from, to, body } = delivery;
    if (round === 0) return [body];
    if (from !== liar) {
      for (const echo of layoutOf(scenario, to, round, kind).filter(isEcho)) {
        echoes.set(`${String(round)} ${kind} ${echo.path}`, valueIn(body, echo));
      }
      return to === liar ? [honest.sent(round, kind, from, to) ?? body] : [body];
    }
    const meant = round === cell.round && kind === cell.kind && cell.receivers.includes(to);
    if (meant) {
      const received = alter(scenario, cell, delivery, honest, elsewhere);
      const [only] = received;
      changed ||= received.length !== 1 || only === undefined || !equalBytes(only, body);
      return received;
    }
    if (round <= cell.round || cell.alteration === 'equivocate') return [body];
    const fields = layoutOf(scenario, to, round, kind).filter(isEcho);
    return [
      fields.reduce((adapted, echo) => {
        const heard = echoes.get(`${String(round)} ${kind} ${echo.path}`);
        return heard === undefined ? adapted : overwrite(adapted, echo.offset, heard);
      }, body),
    ];
  });
  return { outcomes, changed };
}

/** Whether an honest party ended as it should. */
export function checkVerdict<Out>(
  verdict: Verdict,
  outcome: Outcome<Out>,
  liar: PartyIndex,
  party: PartyIndex,
): void {
  const rounds = outcome.sent.map(({ round }) => round);
  const kinds = new Set(outcome.persisted.map(({ kind }) => kind));
  if (verdict === 'finishes') {
    expect(outcome.error).toBeUndefined();
    expect(outcome.output).toBeDefined();
    return;
  }
  expect(outcome.output).toBeUndefined();
  const end = 'waits' in verdict ? verdict.waits : verdict.in;
  expect(Math.max(...rounds), 'nothing of a later round leaves').toBeLessThanOrEqual(end);
  if ('waits' in verdict) {
    expect(outcome.error).toBeUndefined();
    expect(outcome.waitingIn).toBe(end);
    return;
  }
  const { error } = outcome;
  if (!(error instanceof ProtocolError)) throw new Error('no ProtocolError', { cause: error });
  expect([error.abortClass, error.culprit]).toEqual([
    verdict.aborts,
    verdict.blames ? liar : undefined,
  ]);
  // the consequence is written down: a ban only after B, a refusal only after C, a count only after D
  expect(kinds.has('pair-banned')).toBe(verdict.aborts === 'B');
  expect(kinds.has('peer-standing')).toBe(verdict.aborts === 'C' || verdict.aborts === 'D');
  for (const record of outcome.persisted) {
    if (record.kind === 'pair-banned') expect([record.self, record.peer]).toEqual([party, liar]);
    if (record.kind === 'peer-standing' && verdict.aborts === 'C') {
      expect([record.peer, record.refused]).toEqual([liar, true]);
    }
    if (record.kind === 'peer-standing' && verdict.aborts === 'D') {
      expect([record.refused, record.failures]).toEqual([false, 1]);
    }
  }
}

/** The rule for a cell. @throws unless there is exactly one */
function ruleFor<Out>(rules: readonly Rule<Out>[], cell: Cell): Rule<Out> {
  const found = rules.filter(
    ({ round, kind, field, alterations }) =>
      round === cell.round &&
      kind === cell.kind &&
      field.test(cell.field?.path ?? '') &&
      alterations.includes(cell.alteration),
  );
  const [rule] = found;
  if (rule === undefined || found.length > 1) {
    throw new Error(`${String(found.length)} expectations for ${titleOf(cell)}`);
  }
  return rule;
}

/**
 * Declares the tests of one scenario.
 *
 * @param part the cells are a selection: rules without a cell are fine, because another scenario has them
 */
export function describeMatrix<Out>(
  scenario: Scenario<Out>,
  rules: readonly Rule<Out>[],
  part?: 'part',
): void {
  describe(`adversary matrix: ${scenario.name}`, () => {
    const seed = `matrix/${scenario.name}`;
    const honest = recordRun(scenario, seed);
    const elsewhere = recordRun(scenario, `${seed}/other`);
    const cells = cellsOf(scenario, honest);
    const used = new Set(cells.map((cell) => ruleFor(rules, cell)));

    if (part === undefined) {
      it('has a cell for every expectation', () => {
        const unused = rules.filter((rule) => !used.has(rule));
        expect(unused.map(({ why, round }) => [round, why])).toEqual([]);
      });
    }

    it.each(cells.map((cell) => [titleOf(cell), cell] as const))('%s', (_, cell) => {
      const rule = ruleFor(rules, cell);
      const { outcomes, changed } = runCell(scenario, seed, cell, honest, elsewhere);
      expect(changed || rule.then === 'finishes', 'the message was altered').toBe(true);
      for (const [party, outcome] of outcomes) {
        if (party === scenario.liar) continue;
        const hit = cell.receivers.includes(party);
        const verdict = hit ? rule.then : (rule.others ?? rule.then);
        checkVerdict(verdict, outcome, scenario.liar, party);
        if (hit) rule.also?.(outcome);
      }
    });
  });
}

/** Pieces of a long field: the first, the middle and the last of `size` bytes each. */
export function samplePieces(field: FieldLayout, size: number, kind = field.kind): FieldLayout[] {
  const count = Math.floor(field.length / size);
  return [...new Set([0, count >> 1, count - 1])].map((index) => ({
    path: `${field.path}[${String(index)}]`,
    kind,
    offset: field.offset + index * size,
    length: size,
  }));
}

/** Alterations by what they are about, to write rules with. */
export const VALUE: readonly Alteration[] = ['flip', 'other session', 'other party'];
export const BROKEN: readonly Alteration[] = ['invalid', 'order', 'torsion'];
export const FOREIGN: readonly Alteration[] = ['other session', 'other party'];

/** The rules that hold for every message of a round, whatever it says. */
export function messageRules<Out>(
  round: number,
  kind: Delivery['kind'],
  others: { readonly omitted?: Verdict; readonly refused?: Verdict } = {},
): Rule<Out>[] {
  const base = { round, kind, field: /^$/ };
  const optional = (verdict: Verdict | undefined) =>
    verdict === undefined ? {} : { others: verdict };
  return [
    {
      ...base,
      alterations: ['omit'],
      then: { waits: round },
      ...optional(others.omitted),
      why: 'nothing is computed before every message is there (H6)',
    },
    {
      ...base,
      alterations: ['duplicate'],
      then: 'finishes',
      why: 'harmless by design: a repetition of the same bytes is dropped (3.1)',
    },
    {
      ...base,
      alterations: ['too long', 'too short'],
      then: { aborts: "A'", blames: true, in: round },
      ...optional(others.refused),
      why: 'authenticated but malformed (14.4)',
    },
    {
      ...base,
      alterations: ['second version'],
      then: { aborts: "A'", blames: true, in: round },
      ...optional(others.refused),
      why: 'two messages for one slot are equivocation (3.1)',
    },
  ];
}

/** Random bytes in place of a commitment: as valid as any other. */
export const otherCommitment = ({ body }: Delivery): Uint8Array =>
  seeded('another commitment')(body.length);

/** Another valid signature of the test identity `name`: Ed25519 with another nonce. */
export function otherSignature(name: string, digest: Uint8Array): Uint8Array {
  const { scalar, pointBytes } = ed25519.utils.getExtendedPublicKey(
    sha256(utf8ToBytes(`identity/${name}`)),
  );
  const { Fn, BASE } = ed25519.Point;
  const nonce = 1_234_567n;
  const commitment = BASE.multiply(nonce).toBytes();
  const challenge = sha512(concat(commitment, pointBytes, digest)).toReversed();
  const e = Fn.create(BigInt(`0x${toHex(challenge)}`));
  const signature = concat(commitment, Fn.toBytes(Fn.create(nonce + e * scalar)));
  if (!verifyIdentity(testIdentity(name).publicKey, digest, signature)) {
    throw new Error('matrix: the other signature does not verify');
  }
  return signature;
}

/** The output that a party had in the honest run. */
export function outputIn<Out>(honest: Recording<Out>, party: PartyIndex): Out {
  const { output } = of(honest.outcomes, party);
  if (output === undefined) throw new Error('matrix: the honest run has no output');
  return output;
}

/** The session id of the honest run. */
export const sidOf = (honest: Recording<unknown>): Uint8Array =>
  fromHex(of(honest.outcomes, 1).sid ?? '');

const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
