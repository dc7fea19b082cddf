/**
 * Structure-aware fuzzing of every decoder: valid bytes survive, altered bytes are refused with our own
 * errors or are the one encoding of something else, and no length field makes a decoder work or allocate
 * more than its input is long. FUZZ_RUNS sets the number of runs, FUZZ_SEED the seed; both are printed
 * on failure.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { concat, DecodeError, equalBytes, Reader, u16, u32 } from '../codec.ts';
import { ProtocolError, UsageError } from './abort.ts';
import {
  decodeCertificate,
  encodeCertificate,
  verifyKeygenCertificate,
  verifyReshareCertificate,
  type Certificate,
} from './certificate.ts';
import {
  decodeGeneration,
  encodeGeneration,
  encodePairReport,
  readPairReport,
  type PairReport,
} from './ecdsa/pairs.ts';
import { pairSetupRounds } from './ecdsa/pair-setup.ts';
import { signRounds } from './ecdsa/rounds.ts';
import { ED25519, groupOf, SECP256K1, type Suite } from './group.ts';
import { keygenRounds } from './keygen.ts';
import type { KeyInfo, Member } from './keys.ts';
import { reshareRounds } from './reshare-rounds.ts';
import { reshareCeremony } from './reshare.ts';
import { frostRounds } from './schnorr/rounds.ts';
import { decodeBody, type FieldLayout, type Schema } from './schema.ts';
import {
  decodeKeygenContext,
  decodeKeyInfo,
  decodeReshareContext,
  encodeKeygenContext,
  encodeKeyInfo,
  encodeReshareContext,
  type KeygenContext,
  type ReshareContext,
} from './session/context.ts';
import {
  decodeRecord,
  encodeRecord,
  handshakeId,
  type SessionRecord,
} from './session/handshake.ts';
import { openHandshakePacket, openPacket, sealBroadcast, sealDirect } from './session/packet.ts';
import { of, type AnyRoundShape } from './session/round.ts';
import { dealtKeys, frostKeys } from './testing/keys.ts';
import { lockstep } from './testing/lockstep.ts';
import {
  flip,
  handshakesOf,
  identitiesOf,
  overwrite,
  recordsOf,
  toyCeremony,
  toySessions,
} from './testing/network.ts';
import { devices, membersOf, requestId, testIdentity } from './testing/seeded.ts';

const runs = Number(process.env['FUZZ_RUNS'] ?? 200);
const seed = Number(process.env['FUZZ_SEED'] ?? 20_240_229);
fc.configureGlobal({ numRuns: runs, seed });
const few = { numRuns: Math.max(5, Math.floor(runs / 10)) };

const exactly = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });

/** Numbers at which length fields and counters go wrong. */
const edges = [0, 1, 2, 3, 4, 5, 127, 128, 254, 255, 256, 257, 510, 511, 32_767, 65_535];
const wide = [...edges, 40_000, 40_001, 65_536, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

type Edit = (bytes: Uint8Array) => Uint8Array;
const place = (bytes: Uint8Array, share: number): number =>
  Math.min(bytes.length, Math.floor(share * (bytes.length + 1)));

/** A place in bytes of any length, evenly: `fc.double` prefers numbers close to zero. */
const where = fc.nat({ max: 999_999 }).map((millionth) => millionth / 1_000_000);

/** One alteration of bytes: of a bit, a byte, a number, or of what stands where. */
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(where, fc.integer({ min: 0, max: 7 })).map(([at, bit]): Edit => (bytes) => {
    const offset = place(bytes, at);
    return offset < bytes.length ? flip(bytes, offset, 1 << bit) : bytes;
  }),
  fc.tuple(where, fc.uint8Array({ minLength: 1, maxLength: 40 })).map(
    ([at, value]): Edit =>
      (bytes) =>
        overwriteWithin(bytes, place(bytes, at), value),
  ),
  fc.tuple(where, fc.constantFrom(...edges)).map(
    ([at, value]): Edit =>
      (bytes) =>
        overwriteWithin(bytes, place(bytes, at), u16(value)),
  ),
  fc.tuple(where, fc.constantFrom(...wide)).map(
    ([at, value]): Edit =>
      (bytes) =>
        overwriteWithin(bytes, place(bytes, at), u32(value)),
  ),
  fc.tuple(where, fc.integer({ min: 1, max: 70 })).map(([at, length]): Edit => (bytes) => {
    const offset = place(bytes, at);
    return concat(bytes.slice(0, offset), bytes.slice(offset + length));
  }),
  fc.tuple(where, fc.integer({ min: 1, max: 70 })).map(([at, length]): Edit => (bytes) => {
    const offset = place(bytes, at);
    const end = offset + length;
    return concat(bytes.slice(0, end), bytes.slice(offset, end), bytes.slice(end));
  }),
  fc.uint8Array({ minLength: 1, maxLength: 70 }).map(
    (more): Edit =>
      (bytes) =>
        concat(bytes, more),
  ),
  where.map(
    (at): Edit =>
      (bytes) =>
        bytes.slice(0, place(bytes, at)),
  ),
);
const edits = fc.array(edit, { minLength: 1, maxLength: 4 });

function overwriteWithin(bytes: Uint8Array, offset: number, value: Uint8Array): Uint8Array {
  return overwrite(bytes, offset, value.slice(0, bytes.length - offset));
}
const apply = (bytes: Uint8Array, list: readonly Edit[]): Uint8Array =>
  list.reduce((altered, one) => one(altered), bytes);

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.array(fc.constantFrom(...wide), { maxLength: 40 }).map((list) => concat(...list.map(u32))),
);

/** Decodes; `undefined` for a refusal with DecodeError. Any other exception fails the test. */
function refusable<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw new Error('not a DecodeError', { cause: error });
  }
}

interface Codec<T> {
  readonly name: string;
  readonly value: fc.Arbitrary<T>;
  readonly encode: (value: T) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => T;
}

// Values.

const suites: readonly Suite[] = [
  'mpc-ecdsa/v1/secp256k1/L128',
  'mpc-frost/v1/secp256k1-bip340',
  'mpc-frost/v1/ed25519',
];
const anySuite = fc.constantFrom(...suites);
const pool = Array.from({ length: 9 }, (_, i) => testIdentity(`fuzz ${String(i)}`).publicKey);
const membersFrom = (least: number): fc.Arbitrary<Member[]> =>
  fc
    .shuffledSubarray(pool, { minLength: least })
    .map((identities) => identities.map((identity, i) => ({ index: i + 1, identity })));
const withThreshold = (least: number) =>
  membersFrom(least).chain((members) =>
    fc.record({
      members: fc.constant(members),
      threshold: fc.integer({ min: least, max: members.length }),
    }),
  );
const pointOf = (suite: Suite): fc.Arbitrary<Uint8Array> =>
  fc.bigInt({ min: 1n, max: 2n ** 64n }).map((k) => groupOf(suite).base.multiply(k).toBytes());

const keyInfo = (suite: Suite): fc.Arbitrary<KeyInfo> =>
  withThreshold(1).chain(({ members, threshold }) =>
    fc.record({
      suite: fc.constant(suite),
      kid: exactly(32),
      epoch: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      threshold: fc.constant(threshold),
      members: fc.constant(members),
      commitment: fc.array(pointOf(suite), { minLength: threshold, maxLength: threshold }),
      chainCode: exactly(32),
    }),
  );
const keygenContext: fc.Arbitrary<KeygenContext> = withThreshold(2).chain((set) =>
  fc.record({ suite: anySuite, requestId: exactly(16) }).map((head) => ({ ...head, ...set })),
);
const reshareContext: fc.Arbitrary<ReshareContext> = anySuite
  .chain((suite) => fc.tuple(keyInfo(suite), withThreshold(2), exactly(16)))
  .chain(([old, set, request]) =>
    fc
      .subarray(
        old.members.map(({ index }) => index),
        { minLength: old.threshold },
      )
      .map((dealers) => ({ suite: old.suite, requestId: request, old, dealers, ...set })),
  );
const record: fc.Arbitrary<SessionRecord> = fc.record({
  party: fc.integer({ min: 0, max: 65_535 }),
  identity: exactly(32),
  ephemeral: exactly(32),
  nonce: exactly(32),
  extra: fc.uint8Array({ maxLength: 200 }),
});
const pairReport: fc.Arbitrary<PairReport> = fc
  .uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 5 })
  .map((numbers) => [...numbers].sort((a, b) => b - a))
  .chain((numbers) =>
    fc
      .array(exactly(32), { minLength: numbers.length - 1, maxLength: numbers.length - 1 })
      .map((pids) => ({
        floor: numbers.at(-1) ?? 0,
        held: pids.map((pid, i) => ({ gen: numbers[i] ?? 0, pid })),
      })),
  );
const generation = dealtKeys(2, 2).generation(1, 2);

// Certificates: real ones, because their decoders and verifiers look inside.

const keys = frostKeys('mpc-frost/v1/secp256k1-bip340', 2, 2, 'fuzz');
const keygenCertificate = keys.output(1).certificate;
const reshareOf = {
  suite: keys.info.suite,
  requestId: requestId('fuzz'),
  old: keys.info,
  dealers: [1, 2],
  threshold: 2,
  members: keys.info.members,
} as const;
const reshareCertificate = ((): Certificate => {
  const players = keys.parties.map((party) => {
    const { identity } = keys.device(party);
    const inputs = { identity: identity.publicKey, share: keys.share(party), largestAttempt: 0 };
    return [party, { ceremony: reshareCeremony(reshareOf, inputs), identity }] as const;
  });
  const { output } = of(lockstep(new Map(players), 'fuzz'), 1);
  if (output === undefined) throw new Error('no certificate');
  return output.certificate;
})();

/** Keeps the types together. */
const codec = <T>(
  name: string,
  value: fc.Arbitrary<T>,
  encode: (value: T) => Uint8Array,
  decode: (bytes: Uint8Array) => T,
): Codec<unknown> => ({ name, value, encode, decode }) as unknown as Codec<unknown>;

const readWhole =
  <T>(read: (reader: Reader) => T) =>
  (bytes: Uint8Array): T => {
    const reader = new Reader(bytes, 'fuzz');
    const value = read(reader);
    reader.end();
    return value;
  };

const codecs: readonly Codec<unknown>[] = [
  codec('session record', record, encodeRecord, decodeRecord),
  codec('key generation context', keygenContext, encodeKeygenContext, decodeKeygenContext),
  codec('redistribution context', reshareContext, encodeReshareContext, decodeReshareContext),
  codec('key', anySuite.chain(keyInfo), encodeKeyInfo, decodeKeyInfo),
  codec('pair report', pairReport, encodePairReport, readWhole(readPairReport)),
  codec(
    'pair state',
    fc
      .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), exactly(32))
      .map(([gen, pid]) => ({ ...generation, gen, pid })),
    encodeGeneration,
    decodeGeneration,
  ),
  codec(
    'certificate',
    fc.constantFrom(keygenCertificate, reshareCertificate),
    encodeCertificate,
    decodeCertificate,
  ),
  codec(
    'point of secp256k1',
    pointOf(suites[0] ?? 'mpc-frost/v1/ed25519'),
    (bytes) => bytes,
    (bytes) => SECP256K1.decodePoint(bytes).toBytes(),
  ),
  codec(
    'point of Ed25519',
    pointOf('mpc-frost/v1/ed25519'),
    (bytes) => bytes,
    (bytes) => ED25519.decodePoint(bytes).toBytes(),
  ),
  ...[SECP256K1, ED25519].map((group, i) =>
    codec(
      `scalar of ${['secp256k1', 'Ed25519'][i] ?? ''}`,
      fc.bigInt({ min: 0n, max: group.order - 1n }),
      (value) => group.encodeScalar(value),
      (bytes) => group.decodeScalar(bytes),
    ),
  ),
];

/** Every message of every protocol. */
const shapes: readonly (readonly [string, AnyRoundShape])[] = [
  ...suites.map(
    (suite) =>
      [
        'key generation',
        Object.values(
          keygenRounds(
            { suite, requestId: new Uint8Array(16), threshold: 2, members: membersOf(devices(3)) },
            1,
          ),
        ),
      ] as const,
  ),
  ['signing one', Object.values(signRounds([1, 2], 1, 1))] as const,
  ['signing two', Object.values(signRounds([1, 2], 1, 2))] as const,
  ['redistribution', Object.values(reshareRounds(reshareOf, 1))] as const,
  ['FROST', Object.values(frostRounds(SECP256K1, [1, 2], 2))] as const,
  ['FROST, Ed25519', Object.values(frostRounds(ED25519, [1, 2], 1))] as const,
  ['pairwise set-up', Object.values(pairSetupRounds(2))] as const,
].flatMap(([name, rounds]) => rounds.map((shape) => [name, shape] as const));

const schemas = shapes.flatMap(([name, shape]) =>
  (['broadcast', 'direct'] as const).flatMap((kind) => {
    const channel = shape[kind];
    if (channel === undefined || channel.from.length === 0) return [];
    const all = [channel.schema, ...(channel.per?.values() ?? [])] as Schema<unknown>[];
    return all
      .filter(({ size }) => size > 0)
      .map((schema) => [`${name}, round ${String(shape.number)} ${kind}`, schema] as const);
  }),
);

/** Valid bytes of a schema, field by field. */
const bodyOf = (schema: Schema<unknown>): fc.Arbitrary<Uint8Array> => {
  const leaves = schema.layout('', 0).filter(({ length }) => length > 0);
  return fc.tuple(...leaves.map(leafOf)).map((values) => concat(...values));
};
function leafOf({ kind, length }: FieldLayout): fc.Arbitrary<Uint8Array> {
  const edwards = length === 32;
  if (kind === 'point')
    return pointOf(edwards ? 'mpc-frost/v1/ed25519' : 'mpc-frost/v1/secp256k1-bip340');
  // below either order in either byte order
  if (kind === 'scalar')
    return exactly(30).map((middle) => concat(Uint8Array.of(1), middle, Uint8Array.of(1)));
  return length > 100
    ? fc.integer({ min: 0, max: 255 }).map((fill) => new Uint8Array(length).fill(fill))
    : exactly(length);
}

describe.each(codecs.map((one) => [one.name, one] as const))(
  '%s',
  (_, { value, encode, decode }) => {
    it('survives encoding and decoding', () => {
      fc.assert(
        fc.property(value, (original) => {
          const bytes = encode(original);
          const decoded = decode(bytes);
          expect(decoded).toEqual(original);
          expect(equalBytes(encode(decoded), bytes)).toBe(true);
        }),
      );
    });

    it('altered is refused, or is the one encoding of another value', () => {
      let refused = 0;
      fc.assert(
        fc.property(value, edits, (original, list) => {
          const bytes = apply(encode(original), list);
          const decoded = refusable(() => decode(bytes));
          if (decoded === undefined) refused++;
          else expect(equalBytes(encode(decoded), bytes)).toBe(true);
        }),
      );
      expect(refused).toBeGreaterThan(0);
    });

    it('out of nothing is refused, or is the one encoding of a value', () => {
      fc.assert(
        fc.property(anyBytes, (bytes) => {
          const decoded = refusable(() => decode(bytes));
          if (decoded !== undefined) expect(equalBytes(encode(decoded), bytes)).toBe(true);
        }),
      );
    });
  },
);

describe.each(schemas)('message body: %s', (_, schema) => {
  it('survives; altered it is refused, or is the one encoding of another message', () => {
    fc.assert(
      fc.property(bodyOf(schema), edits, (bytes, list) => {
        expect(equalBytes(schema.encode(decodeBody(schema, bytes, 'fuzz')), bytes)).toBe(true);
        const altered = apply(bytes, list);
        const decoded = refusable(() => decodeBody(schema, altered, 'fuzz'));
        if (decoded !== undefined) expect(equalBytes(schema.encode(decoded), altered)).toBe(true);
        if (altered.length !== bytes.length) expect(decoded).toBeUndefined();
      }),
      few,
    );
  });
});

describe('certificates', () => {
  it.each(['confirms', 'records'] as const)('list their %s ascending, each once', (list) => {
    const entries = [...keygenCertificate[list]] as [number, never][];
    const [first, second] = entries;
    if (first === undefined || second === undefined) throw new Error('two entries expected');
    const withSecond = (index: number) =>
      encodeCertificate({ ...keygenCertificate, [list]: new Map([first, [index, second[1]]]) });
    const bytes = withSecond(2);
    expect(bytes).toEqual(encodeCertificate(keygenCertificate));
    const at = indexAt(bytes, withSecond(3)); // the low byte of the second index
    for (const wrong of [1, 0]) {
      expect(() => decodeCertificate(overwrite(bytes, at, Uint8Array.of(wrong)))).toThrow(
        'not ascending',
      );
    }
    expect(decodeCertificate(overwrite(bytes, at, Uint8Array.of(3)))[list].has(3)).toBe(true);
  });

  it('have at least one coefficient: none would have three encodings', () => {
    const bytes = encodeCertificate(keygenCertificate);
    const tail = 2 + (2 + keygenCertificate.confirms.size * 66) + 2 * 33; // auths, confirms, coefficients
    const at = bytes.length - tail - 4;
    expect(bytes.slice(at, at + 4)).toEqual(concat(u16(2), u16(33)));
    for (const size of [0, 32, 33]) {
      const none = concat(bytes.slice(0, at), u16(0), u16(size), bytes.slice(at + 4 + 2 * 33));
      expect(() => decodeCertificate(none)).toThrow(DecodeError);
    }
  });

  const verify = (certificate: Certificate): unknown =>
    certificate.kind === 'dkg'
      ? verifyKeygenCertificate(certificate)
      : verifyReshareCertificate(certificate, keys.info);

  it.each([
    ['key generation', keygenCertificate],
    ['redistribution', reshareCertificate],
  ])('of a %s hold only as they are: no altered byte is accepted', (_, certificate) => {
    const bytes = encodeCertificate(certificate);
    expect(verify(decodeCertificate(bytes))).toBeDefined();
    let decoded = 0;
    fc.assert(
      fc.property(edits, (list) => {
        const altered = apply(bytes, list);
        fc.pre(!equalBytes(altered, bytes));
        const other = refusable(() => decodeCertificate(altered));
        if (other === undefined) return;
        decoded++;
        let accepted = false;
        try {
          verify(other);
          accepted = true;
        } catch (error) {
          const ours = [ProtocolError, DecodeError, UsageError].some(
            (kind) => error instanceof kind,
          );
          if (!ours) throw new Error('not an error of ours', { cause: error });
        }
        expect(accepted).toBe(false);
      }),
    );
    expect(decoded).toBeGreaterThan(0);
  });
});

/** Where two byte strings of equal length differ first. */
const indexAt = (a: Uint8Array, b: Uint8Array): number => a.findIndex((byte, i) => byte !== b[i]);

describe('packets', () => {
  const identities = identitiesOf(2);
  const sessions = toySessions(identities, 'fuzz');
  const [one, two] = [of(sessions, 1), of(sessions, 2)];
  const spec = toyCeremony({ self: 1, identities }).handshake;
  const frame = { ...spec, sid: handshakeId(spec.context) };
  const handshakes = handshakesOf(
    new Map(
      [...identities.keys()].map((self) => [self, toyCeremony({ self, identities }).handshake]),
    ),
    'fuzz',
  );
  const signed = of(recordsOf(handshakes, identities), 2);
  const body = new Uint8Array(60).fill(3);
  const slot = { round: 1, from: 2, to: 0 };
  const packets = [
    sealBroadcast(two, slot, body, new Uint8Array(64)),
    sealDirect(two, { ...slot, to: 1 }, body),
    sealBroadcast(frame, { ...slot, round: 0 }, signed.slice(0, -64), signed.slice(-64)),
  ];

  it('of any kind never throw: what does not authenticate is dropped', () => {
    fc.assert(
      fc.property(fc.constantFrom(...packets), edits, (packet, list) => {
        const altered = apply(packet, list);
        const opened = openPacket(one, altered);
        if (!packets.some((genuine) => equalBytes(genuine, altered)))
          expect(opened).toBeUndefined();
        const handshake = openHandshakePacket(frame, altered);
        if (handshake !== undefined && !equalBytes(handshake.body, signed)) {
          expect(of(handshakes, 1).admits(handshake.from, handshake.body)).toBe(false);
        }
      }),
    );
  });

  it('out of nothing never throw', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(openPacket(one, bytes)).toBeUndefined();
        expect(openHandshakePacket(frame, bytes)).toBeUndefined();
        expect(of(handshakes, 1).admits(2, bytes)).toBe(false);
      }),
    );
  });
});

describe('a length field', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Work of a decoder: reads, and bytes that were really handed out. */
  function workOf(decode: () => unknown): { reads: number; bytes: number } {
    const spy = vi.spyOn(Reader.prototype, 'bytes');
    refusable(decode);
    const handedOut = spy.mock.results.map(({ value }) =>
      value instanceof Uint8Array ? value.length : 0,
    );
    vi.restoreAllMocks();
    return { reads: handedOut.length, bytes: handedOut.reduce((sum, length) => sum + length, 0) };
  }

  it.each(codecs.map((one) => [one.name, one] as const))(
    'of a %s never makes its decoder read or copy more than there is',
    (_, { value, encode, decode }) => {
      const [sample] = fc.sample(value, { numRuns: 1, seed });
      const bytes = encode(sample);
      for (let at = 0; at + 4 <= Math.min(bytes.length, 600); at++) {
        for (const huge of [
          u32(2 ** 32 - 1),
          u32(2 ** 31),
          concat(u16(65_535), bytes.slice(at + 2, at + 4)),
        ]) {
          const altered = overwrite(bytes, at, huge);
          const work = workOf(() => decode(altered));
          expect(work.bytes).toBeLessThanOrEqual(altered.length);
          expect(work.reads).toBeLessThanOrEqual(altered.length + 1);
        }
      }
    },
  );

  it('of 4 GiB allocates nothing', () => {
    const bytes = encodeCertificate(keygenCertificate);
    const huge = overwrite(bytes, 2, u32(2 ** 32 - 1));
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 100; i++) expect(() => decodeCertificate(huge)).toThrow(DecodeError);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });
});
