/** Round 0: who is in the session, and that its id never repeats and never differs unnoticed. */
import { x25519 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { concat, toHex, u16 } from '../../codec.ts';
import { ProtocolError, UsageError, type PartyIndex } from '../abort.ts';
import { seeded, testIdentity, type TestIdentity } from '../testing/seeded.ts';
import {
  flip,
  handshakesOf,
  identitiesOf,
  recordsOf,
  toyCeremony,
  toySessions,
} from '../testing/network.ts';
import {
  checkRecord,
  decodeRecord,
  encodeRecord,
  Handshake,
  handshakeId,
  MAX_EXTRA,
  NonceMemory,
  recordDigest,
  sessionId,
  type HandshakeSpec,
  type SessionRecord,
} from './handshake.ts';
import { of } from './round.ts';

const identities = identitiesOf(3);
const specFor = (
  self: PartyIndex,
  list: ReadonlyMap<PartyIndex, TestIdentity> = identities,
): HandshakeSpec => toyCeremony({ self, identities: list }).handshake;
const specs = new Map([...identities.keys()].map((self) => [self, specFor(self)]));
const context = specFor(1).context;
const hedge = { deviceSecret: new Uint8Array(32).fill(1), counter: 1n };

/** What party 1 is left with after receiving these bodies. */
function finishAt1(
  change: (bodies: Map<PartyIndex, Uint8Array>) => void,
  spec: Partial<HandshakeSpec> = {},
) {
  const own = { ...specFor(1), ...spec };
  const handshakes = handshakesOf(new Map([...specs, [1, own]]), 'finish');
  const bodies = recordsOf(handshakes, identities);
  change(bodies);
  return of(handshakes, 1).finish(bodies);
}

/** The record of party 2 in `bodies`, altered and signed again by party 2. */
function resign(bodies: Map<PartyIndex, Uint8Array>, change: Partial<SessionRecord>): void {
  const record = encodeRecord({ ...decodeRecord(of(bodies, 2).slice(0, -64)), ...change });
  bodies.set(2, concat(record, of(identities, 2).sign(recordDigest(context, record))));
}

const failure = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
};
const aborted = (abortClass: string, culprit?: PartyIndex): unknown =>
  expect.objectContaining({ abortClass, culprit });

describe('a handshake', () => {
  it('gives every party the same session', () => {
    const sessions = [...toySessions(identities, 'same').values()];
    expect(new Set(sessions.map(({ sid }) => toHex(sid))).size).toBe(1);
    for (const session of sessions) {
      expect(session.parties).toEqual([1, 2, 3]);
      expect(session.peers).toEqual([1, 2, 3].filter((party) => party !== session.self));
    }
  });

  it('hashes records in the numeric order of the parties, not that of text or of arrival', () => {
    const eleven = identitiesOf(11);
    const shuffled = new Map([...eleven].reverse());
    const [a] = toySessions(eleven, 'order').values();
    const b = toySessions(shuffled, 'order').get(1);
    expect(a?.parties).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(b?.parties).toEqual(a?.parties);
    expect(b?.sid).toEqual(a?.sid);
    const records = a?.parties.map((party) => of(a.records, party).record) ?? [];
    expect(a?.sid).toEqual(sessionId(a?.context ?? new Uint8Array(), records));
  });

  it('is single use', () => {
    const handshakes = handshakesOf(specs, 'twice');
    const bodies = recordsOf(handshakes, identities);
    const handshake = of(handshakes, 1);
    handshake.finish(bodies);
    expect(() => handshake.finish(bodies)).toThrow(UsageError);
    const abandoned = of(handshakes, 2);
    abandoned.abandon();
    expect(() => abandoned.finish(bodies)).toThrow(UsageError);
  });

  it('is spent by a failure too', () => {
    const handshakes = handshakesOf(specs, 'failed');
    const bodies = recordsOf(handshakes, identities);
    const handshake = of(handshakes, 1);
    expect(() => handshake.finish(new Map(bodies).set(2, new Uint8Array()))).toThrow(ProtocolError);
    expect(() => handshake.finish(bodies)).toThrow(UsageError);
  });

  it.each([
    ['a device that is not in the roster', { self: 4 }],
    [
      'an identity key that appears twice',
      { roster: new Map([1, 2].map((p) => [p, testIdentity('x').publicKey])) },
    ],
    ['a report that is too long', { extra: new Uint8Array(MAX_EXTRA + 1) }],
  ])('refuses %s', (_, change) => {
    const spec = { ...specFor(1), ...change };
    expect(() => new Handshake(spec, seeded('bad'), new NonceMemory(), hedge)).toThrow(UsageError);
  });

  it('takes the longest report there can be', () => {
    const extra = new Uint8Array(MAX_EXTRA).fill(3);
    const { record } = new Handshake(
      { ...specFor(1), extra },
      seeded('x'),
      new NonceMemory(),
      hedge,
    );
    expect(decodeRecord(record).extra).toEqual(extra);
  });
});

describe('P-16 a handshake and a session', () => {
  const session = of(toySessions(identities, 'clone'), 1);
  const handshake = of(handshakesOf(specs, 'clone'), 1);

  it.each([
    ['handshake', handshake],
    ['session', session],
  ])('a %s cannot be cloned or serialised', (_, state) => {
    expect(() => structuredClone(state)).toThrow();
    expect(() => JSON.stringify(state)).toThrow(UsageError);
    expect(() => JSON.stringify({ nested: [state] })).toThrow(UsageError);
  });
});

describe('P-02 the own nonce', () => {
  const stuck = () => seeded('stuck');

  it('repeats with a repeating generator: "nonce repeated", and no session', () => {
    const nonces = new NonceMemory();
    new Handshake(specFor(1), stuck(), nonces, hedge);
    const again = failure(() => new Handshake(specFor(1), stuck(), nonces, hedge));
    expect(again).toBeInstanceOf(UsageError);
    expect((again as UsageError).message).toContain('nonce repeated');
  });

  it.each([
    ['the device secret', { ...hedge, deviceSecret: new Uint8Array(32).fill(2) }],
    ['the counter', { ...hedge, counter: 2n }],
    ['the upper half of the counter', { ...hedge, counter: 1n + (1n << 32n) }],
  ])('does not repeat with a repeating generator when %s differs', (_, other) => {
    const nonces = new NonceMemory();
    const first = new Handshake(specFor(1), stuck(), nonces, hedge);
    const second = new Handshake(specFor(1), stuck(), nonces, other);
    expect(decodeRecord(second.record).nonce).not.toEqual(decodeRecord(first.record).nonce);
  });

  it('is remembered for as many sessions as the memory is long', () => {
    const nonces = new NonceMemory(3);
    const nonce = (value: number): Uint8Array => new Uint8Array(32).fill(value);
    for (const value of [1, 2, 3]) nonces.add(nonce(value));
    expect(() => {
      nonces.add(nonce(1));
    }).toThrow('nonce repeated');
    nonces.add(nonce(4)); // the oldest is forgotten
    nonces.add(nonce(1));
    expect(() => {
      nonces.add(nonce(4));
    }).toThrow('nonce repeated');
  });
});

describe('P-44 the session id', () => {
  const base = sessionId(
    context,
    ['a', 'b'].map((name) => seeded(name)(50)),
  );

  it('depends on every field of every record and on the context', () => {
    const honest = finishAt1(() => undefined);
    const ids = [honest.sid];
    for (const change of [
      { nonce: seeded('other nonce')(32) },
      { ephemeral: x25519.getPublicKey(seeded('other key')(32)) },
      { extra: Uint8Array.of(1) },
    ]) {
      ids.push(
        finishAt1((bodies) => {
          resign(bodies, change);
        }).sid,
      );
    }
    ids.push(finishAt1(() => undefined, { complete: () => Uint8Array.of(1) }).sid);
    expect(new Set(ids.map(toHex)).size).toBe(ids.length);
  });

  it('does not confuse where one record ends and the next begins', () => {
    const joined = concat(...['a', 'b'].map((name) => seeded(name)(50)));
    expect(sessionId(context, [joined.slice(0, 49), joined.slice(49)])).not.toEqual(base);
    expect(sessionId(context, [joined])).not.toEqual(base);
    expect(handshakeId(context)).not.toEqual(sessionId(context, []));
  });
});

describe('a record', () => {
  it.each(['party', 'identity', 'ephemeral', 'nonce', 'extra length'])(
    'is refused without blame when its %s was altered on the way: nobody signed that',
    (field) => {
      const offset = { party: 1, identity: 2, ephemeral: 34, nonce: 66, 'extra length': 99 }[field];
      const error = failure(() =>
        finishAt1((bodies) => bodies.set(2, flip(of(bodies, 2), offset ?? 0))),
      );
      expect(error).toEqual(aborted('A'));
    },
  );

  it.each<[string, (body: Uint8Array) => Uint8Array]>([
    ['its signature is wrong', (body) => flip(body, body.length - 1)],
    ['it has no signature', (body) => body.slice(0, -64)],
    ['it is empty', () => new Uint8Array()],
  ])('is refused without blame when %s, and the caller skipped `admits`', (_, change) => {
    const error = failure(() => finishAt1((bodies) => bodies.set(2, change(of(bodies, 2)))));
    expect(error).toEqual(aborted('A'));
  });

  it('is blamed on its party when that party signed it, malformed as it is', () => {
    const error = failure(() =>
      finishAt1((bodies) => {
        const record = concat(of(bodies, 2).slice(0, -64), Uint8Array.of(0));
        bodies.set(2, concat(record, of(identities, 2).sign(recordDigest(context, record))));
      }),
    );
    expect(error).toEqual(aborted("A'", 2));
  });

  it('is refused when any byte of it changes, is missing or is added', () => {
    const handshakes = handshakesOf(specs, 'bytes');
    const body = of(recordsOf(handshakes, identities), 2);
    const handshake = of(handshakes, 1);
    expect(handshake.admits(2, body)).toBe(true);
    for (let at = 0; at < body.length; at++) {
      expect(handshake.admits(2, flip(body, at))).toBe(false);
      expect(handshake.admits(2, body.slice(0, at))).toBe(false);
    }
    expect(handshake.admits(2, concat(body, Uint8Array.of(0)))).toBe(false);
  });

  it('P-38 is refused under the number of another party, though its own signature holds', () => {
    const handshakes = handshakesOf(specs, 'copied');
    const records = recordsOf(handshakes, identities);
    expect(of(handshakes, 1).admits(3, of(records, 2))).toBe(false);
    expect(
      failure(() =>
        finishAt1((bodies) => {
          resign(bodies, { party: 3 });
        }),
      ),
    ).toEqual(aborted("A'", 2));
    const identity = testIdentity('stranger').publicKey;
    expect(
      failure(() =>
        finishAt1((bodies) => {
          resign(bodies, { identity });
        }),
      ),
    ).toEqual(aborted("A'", 2));
  });

  it('P-35 is refused when it was signed for another context', () => {
    const handshakes = handshakesOf(specs, 'context');
    const record = of(handshakes, 2).record;
    const elsewhere = of(identities, 2).sign(recordDigest(Uint8Array.of(9), record));
    expect(of(handshakes, 1).admits(2, concat(record, elsewhere))).toBe(false);
  });

  it('is refused from a party that is not in the roster', () => {
    const error = failure(() =>
      checkRecord(specFor(1), 4, new Uint8Array(100), new Uint8Array(64)),
    );
    expect(error).toEqual(aborted('A'));
  });

  it('with a key of small order is blamed on its sender: the shared secret would be zero', () => {
    for (const ephemeral of [new Uint8Array(32), Uint8Array.of(1, ...new Uint8Array(31))]) {
      expect(
        failure(() =>
          finishAt1((bodies) => {
            resign(bodies, { ephemeral });
          }),
        ),
      ).toEqual(aborted("A'", 2));
    }
  });

  it('missing from the bodies is a bug of the caller', () => {
    expect(failure(() => finishAt1((bodies) => bodies.delete(3)))).toBeInstanceOf(UsageError);
  });
});

describe('P-40 two live sessions of one device', () => {
  it.each(['ephemeral', 'nonce'] as const)(
    'the same %s from two parties is refused, without blame',
    (field) => {
      const error = failure(() =>
        finishAt1((bodies) => {
          resign(bodies, { [field]: decodeRecord(of(bodies, 3).slice(0, -64))[field] });
        }),
      );
      expect(error).toEqual(aborted('A'));
    },
  );

  it('the own record is the one this device made, not one that its clone made', () => {
    const clone = of(handshakesOf(specs, 'clone of one'), 1);
    const record = concat(clone.record, of(identities, 1).sign(clone.digest));
    expect(failure(() => finishAt1((bodies) => bodies.set(1, record)))).toEqual(aborted('A'));
  });
});

describe('the encoding of a record', () => {
  const record: SessionRecord = {
    party: 258,
    identity: seeded('identity')(32),
    ephemeral: seeded('ephemeral')(32),
    nonce: seeded('nonce')(32),
    extra: Uint8Array.of(5, 6),
  };

  it('is u16 party, identity, ephemeral key, nonce, u16 length, report', () => {
    const { identity, ephemeral, nonce, extra } = record;
    const encoded = encodeRecord(record);
    expect(encoded).toEqual(concat(u16(258), identity, ephemeral, nonce, u16(2), extra));
    expect(decodeRecord(encoded)).toEqual(record);
  });

  it.each([
    ['trailing bytes', (encoded: Uint8Array) => concat(encoded, Uint8Array.of(0))],
    ['a missing byte', (encoded: Uint8Array) => encoded.slice(0, -1)],
    [
      'a report above the limit',
      (encoded: Uint8Array) =>
        concat(encoded.slice(0, 98), u16(MAX_EXTRA + 1), new Uint8Array(MAX_EXTRA + 1)),
    ],
    ['nothing at all', () => new Uint8Array()],
  ])('is refused with %s', (_, change) => {
    expect(() => decodeRecord(change(encodeRecord(record)))).toThrow('session record');
  });
});
