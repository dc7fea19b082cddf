/** The driver: the order in which things happen, and how a ceremony ends when it does not succeed. */
import { describe, expect, it } from 'vitest';
import { concat, toHex } from '../../codec.ts';
import { ProtocolError, UsageError, type AbortClass, type PartyIndex } from '../abort.ts';
import { RecordedAbort, type DurableRecord } from '../records.ts';
import {
  CarrierClosed,
  deviating,
  errorOf,
  flip,
  HEADER_FIELDS,
  headerOf,
  identitiesOf,
  lastRoundOf,
  noticesIn,
  outputsOf,
  overwrite,
  runAll,
  toyCeremony,
  toyPlayers,
  toySessions,
  type Run,
  type ToyOptions,
  type ToyOutput,
  type TraceEntry,
} from '../testing/network.ts';
import { pick, seeded } from '../testing/seeded.ts';
import { PeerAborted, type Device } from './driver.ts';
import { handshakeId, NonceMemory } from './handshake.ts';
import { EquivocationError, verifyEquivocation } from './equivocation.ts';
import { ABORT_ROUND, broadcastDigest, sealBroadcast } from './packet.ts';
import { of } from './round.ts';

const identities = identitiesOf(3);
const recordOf1 = recordPacket('early notice', 1);
const parties = [...identities.keys()];
const players = (options?: (party: PartyIndex) => Partial<ToyOptions>) =>
  toyPlayers(identities, options);

const entriesOf = (run: Run<unknown>, party: PartyIndex): readonly TraceEntry[] =>
  run.trace.filter((entry) => entry.party === party);
const roundOf = (entry: TraceEntry): number =>
  entry.what === 'send' ? headerOf(entry.packet).round : -1;
const record = (name: string): DurableRecord => ({
  kind: 'maybe-signed',
  kid: seeded(name)(32),
  sid: seeded(name)(32),
  items: [],
});

describe('a ceremony', () => {
  it('reports its stages as they begin, in order', async () => {
    const run = await runAll(players(), { seed: 'stages' });
    for (const party of parties) {
      const stages = entriesOf(run, party).flatMap((entry) =>
        entry.what === 'stage' ? [entry.stage] : [],
      );
      expect(stages).toEqual(['agree', 'greet', 'confirm']);
    }
  });

  it('tells every round to all, and to each what is for it alone', async () => {
    const { network } = await runAll(players(), { seed: 'packets', order: 'sent' });
    const slots = network.log
      .filter(({ from }) => from === 2)
      .map(({ to, packet }) => [headerOf(packet).round, headerOf(packet).to, to]);
    expect(slots).toEqual([
      [0, 0, 1],
      [0, 0, 3],
      [1, 0, 1],
      [1, 0, 3],
      [1, 1, 1],
      [1, 3, 3],
      [2, 0, 1],
      [2, 0, 3],
    ]);
    expect(noticesIn(network.log)).toEqual([]);
  });

  it('P-38 ends the same whatever the order of delivery, with every packet delivered twice', async () => {
    const results = new Set<string>();
    for (let i = 0; i < 15; i++) {
      const run = await runAll(players(), {
        seed: `order ${String(i)}`,
        secrets: 'always the same',
        relay: ({ packet }) => [packet, packet],
      });
      results.add(JSON.stringify([...outputsOf(run)]));
    }
    expect(results.size).toBe(1);
  });

  it('frees what it holds once, and wipes nothing that succeeded', async () => {
    const events: string[] = [];
    const run = await runAll(
      players((self) => ({ onEvent: (event) => events.push(`${String(self)} ${event}`) })),
      { seed: 'release' },
    );
    expect(outputsOf(run).size).toBe(3);
    expect(events.sort()).toEqual(['1 released', '2 released', '3 released']);
  });
});

describe('what must be stored', () => {
  it('is stored before anything of the same step leaves', async () => {
    const run = await runAll(players(), { seed: 'store' });
    for (const party of parties) {
      const entries = entriesOf(run, party);
      const stored = entries.findIndex(({ what }) => what === 'store');
      const sent = entries.findIndex((entry) => roundOf(entry) === 2);
      expect(stored).toBeGreaterThan(-1);
      expect(sent).toBeGreaterThan(stored);
    }
  });

  it('is waited for: a slow store delays the messages', async () => {
    const order: string[] = [];
    const run = await runAll(players(), {
      seed: 'slow store',
      device: (party, device) => ({
        ...device,
        store: async () => {
          order.push(`${String(party)} begins`);
          for (let i = 0; i < 50; i++) await Promise.resolve();
          order.push(`${String(party)} ends`);
        },
        carrier: {
          ...device.carrier,
          send: async (packet, to) => {
            if (headerOf(packet).round === 2) order.push(`${String(party)} sends`);
            await device.carrier.send(packet, to);
          },
        },
      }),
    });
    expect(outputsOf(run).size).toBe(3);
    for (const party of parties) {
      const own = order.filter((entry) => entry.startsWith(String(party)));
      expect(own).toEqual(['begins', 'ends', 'sends'].map((what) => `${String(party)} ${what}`));
    }
  });

  it('and is not: nothing of the step is sent, and its secrets are wiped', async () => {
    const events: string[] = [];
    const full = new Error('the disk is full');
    const run = await runAll(
      players((self) => (self === 2 ? { onEvent: (event) => events.push(event) } : {})),
      {
        seed: 'failing store',
        device: (party, device) => ({
          ...device,
          store: async (entry) => {
            if (party === 2) throw full;
            await device.store(entry);
          },
        }),
      },
    );
    expect(errorOf(run, 2)).toBe(full);
    expect(lastRoundOf(run.network.log, 2)).toBe(1);
    expect(events).toEqual(['wiped', 'released']);
  });

  it('because of an abort is stored before the abort is told', async () => {
    const records = [record('first'), record('second')];
    const error = new RecordedAbort('B', 'check failed', 3, records);
    const run = await runAll(
      players((self) => (self === 2 ? { fails: { round: 1, error } } : {})),
      { seed: 'recorded abort' },
    );
    expect(errorOf(run, 2)).toBe(error);
    const entries = entriesOf(run, 2);
    const stores = entries.flatMap((entry) => (entry.what === 'store' ? [entry.record] : []));
    expect(stores).toEqual(records);
    const lastStore = entries.findLastIndex(({ what }) => what === 'store');
    const notice = entries.findIndex((entry) => roundOf(entry) === ABORT_ROUND);
    expect(notice).toBeGreaterThan(lastStore);
    expect(entries.filter((entry) => roundOf(entry) === 2)).toEqual([]);
  });

  it('because of an abort, and is not: nothing is told', async () => {
    const full = new Error('the disk is full');
    const error = new RecordedAbort('B', 'check failed', 3, [record('ban')]);
    const run = await runAll(
      players((self) => (self === 2 ? { fails: { round: 1, error } } : {})),
      {
        seed: 'unrecorded abort',
        device: (party, device) =>
          party === 2 ? { ...device, store: async () => Promise.reject(full) } : device,
      },
    );
    expect(errorOf(run, 2)).toBe(full);
    expect(noticesIn(run.network.log).filter(({ from }) => from === 2)).toEqual([]);
  });
});

describe('the abort notice', () => {
  const classes: readonly AbortClass[] = ['A', "A'", 'B', 'C', 'D'];
  const abortedWith = async (error: Error, options: Partial<ToyOptions> = {}) =>
    runAll(
      players((self) => (self === 2 ? { fails: { round: 1, error }, ...options } : options)),
      { seed: 'notice' },
    );

  it('is the same bytes, at the same point, for every class and every reason', async () => {
    const errors = [
      ...classes.map((abortClass) => new ProtocolError(abortClass, `reason ${abortClass}`, 3)),
      new RecordedAbort('B', 'recorded', 3, [record('ban')]),
      new EquivocationError({ round: 1, from: 3, packets: undefined }),
      new UsageError('a bug'),
      new Error('anything'),
    ];
    const seen = new Set<string>();
    for (const error of errors) {
      const { network } = await abortedWith(error);
      const own = network.log.filter(({ from }) => from === 2);
      seen.add(own.map(({ packet }) => toHex(packet)).join());
      expect(noticesIn(own).map(({ to }) => to)).toEqual([1, 3]);
    }
    expect(seen.size).toBe(1);
  });

  it('is empty but for session and signature: two sessions differ in nothing else', async () => {
    const [here, there] = await Promise.all(
      ['one topic', 'another'].map(async (topic) => {
        const run = await abortedWith(new ProtocolError('C', 'reason', 3), { topic });
        return noticesIn(run.network.log)[0]?.packet ?? new Uint8Array();
      }),
    );
    const { offset } = HEADER_FIELDS.session;
    const blank = (packet: Uint8Array = new Uint8Array()): Uint8Array =>
      overwrite(packet.slice(0, 44), offset, new Uint8Array(32));
    expect(here).toHaveLength(44 + 64);
    expect(there).toHaveLength(44 + 64);
    expect(here).not.toEqual(there);
    expect(blank(here)).toEqual(blank(there));
  });

  it('ends the session of the others: class A, no blame, and no notice of theirs', async () => {
    const run = await abortedWith(new ProtocolError('C', 'reason', 3));
    for (const party of [1, 3]) {
      const error = errorOf(run, party);
      expect(error).toBeInstanceOf(PeerAborted);
      expect(error).toEqual(
        expect.objectContaining({ abortClass: 'A', culprit: undefined, consequence: 'may-retry' }),
      );
    }
    expect(noticesIn(run.network.log).map(({ from }) => from)).toEqual([2, 2]);
  });

  it('is kept for a party that still waits for records', async () => {
    const all = players();
    const { ceremony, identity } = of(all, 2);
    const begin = (): never => {
      throw new Error('no memory');
    };
    const run = await runAll(all.set(2, { ceremony: { ...ceremony, begin }, identity }), {
      seed: 'early notice',
      order: 'sent',
      // party 3 gets the record of party 1 only after the notice of party 2
      relay: ({ from, to, packet }) => {
        const { round } = headerOf(packet);
        if (to !== 3) return [packet];
        if (from === 1 && round === 0) return [];
        return round === ABORT_ROUND ? [packet, recordOf1] : [packet];
      },
    });
    expect(errorOf(run, 3)).toBeInstanceOf(PeerAborted);
  });

  it.each<[string, (sessions: ReturnType<typeof toySessions>, signer: PartyIndex) => Uint8Array]>([
    ['signed by another party', (sessions) => noticeBy(sessions, 2, 3)],
    ['of another session', () => noticeBy(toySessions(identities, 'other session'), 2, 2)],
    ['altered', (sessions) => flip(noticeBy(sessions, 2, 2), 60)],
    ['of this party itself', (sessions) => noticeBy(sessions, 1, 1)],
    [
      'of a stranger',
      (sessions) =>
        overwrite(noticeBy(sessions, 2, 2), HEADER_FIELDS.from.offset, Uint8Array.of(0, 9)),
    ],
  ])('is dropped when it is forged: %s', async (_, forge) => {
    const sessions = toySessions(identities, 'forged');
    const run = await runAll(players(), {
      seed: 'forged',
      relay: ({ to, packet }) => (to === 1 ? [packet, forge(sessions, 2)] : [packet]),
    });
    expect(outputsOf(run).get(1)?.sid).toBe(toHex(of(sessions, 1).sid));
  });

  it('is dropped when it has a body, though its signature holds: no device sends that', async () => {
    const sessions = toySessions(identities, 'forged');
    const run = await runAll(players(), {
      seed: 'forged',
      relay: ({ to, packet }) =>
        to === 1 ? [packet, noticeBy(sessions, 2, 2, Uint8Array.of(0))] : [packet],
    });
    expect(outputsOf(run).get(1)?.sid).toBe(toHex(of(sessions, 1).sid));
  });

  it('ends the session when it is genuine: the control of the forgeries', async () => {
    const sessions = toySessions(identities, 'forged');
    const run = await runAll(players(), {
      seed: 'forged',
      relay: ({ to, packet }) => (to === 1 ? [packet, noticeBy(sessions, 2, 2)] : [packet]),
    });
    expect(errorOf(run, 1)).toBeInstanceOf(PeerAborted);
  });
});

function noticeBy(
  sessions: ReturnType<typeof toySessions>,
  from: PartyIndex,
  signer: PartyIndex,
  body = new Uint8Array(),
): Uint8Array {
  const session = of(sessions, from);
  const slot = { round: ABORT_ROUND, from, to: 0 };
  const signature = of(identities, signer).sign(broadcastDigest(session, slot, body));
  return sealBroadcast(session, slot, body, signature);
}

/** The round-0 packet of a party in a run with this seed. */
function recordPacket(seed: string, party: PartyIndex): Uint8Array {
  const { record, signature } = of(of(toySessions(identities, seed), party).records, party);
  const { handshake: spec } = toyCeremony({ self: party, identities });
  const frame = { ...spec, sid: handshakeId(spec.context) };
  return sealBroadcast(frame, { round: 0, from: party, to: 0 }, record, signature);
}

describe('a carrier that fails', () => {
  it('ends the ceremony at any packet, with its own error, nothing half done, and everything wiped', async () => {
    const whole = await runAll(players(), { seed: 'carrier' });
    const packets = whole.network.log.filter(({ from }) => from === 2).length;
    expect(packets).toBe(8);
    for (let failing = 0; failing < packets; failing++) {
      let sent = 0;
      const events: string[] = [];
      const run = await runAll(
        players((self) => (self === 2 ? { onEvent: (event) => events.push(event) } : {})),
        { seed: 'carrier', refuses: ({ from }) => from === 2 && sent++ >= failing },
      );
      expect(errorOf(run, 2)).toBeInstanceOf(CarrierClosed);
      expect(run.network.log.filter(({ from }) => from === 2)).toHaveLength(failing);
      expect(events).toEqual(failing < 2 ? ['released'] : ['wiped', 'released']);
      for (const party of [1, 3]) {
        // only a party that has the last packet already may finish
        expect(errorOf(run, party) === undefined).toBe(party === 1 && failing === 7);
      }
    }
  });

  it('never hides why a ceremony ended: the notice is a courtesy', async () => {
    const error = new ProtocolError('C', 'the real reason', 3);
    const run = await runAll(
      players((self) => (self === 2 ? { fails: { round: 1, error } } : {})),
      {
        seed: 'masked',
        refuses: ({ packet }) => headerOf(packet).round === ABORT_ROUND,
      },
    );
    expect(errorOf(run, 2)).toBe(error);
  });

  it('gives up while messages are missing: the round is abandoned and wiped', async () => {
    const events: string[] = [];
    const run = await runAll(
      players((self) => (self === 1 ? { onEvent: (event) => events.push(event) } : {})),
      {
        seed: 'lost',
        relay: ({ from, to, packet }) =>
          from === 3 && to === 1 && headerOf(packet).round === 1 ? [] : [packet],
      },
    );
    expect(errorOf(run, 1)).toBeInstanceOf(CarrierClosed);
    expect(events).toEqual(['wiped', 'released']);
  });
});

describe('a device that fails', () => {
  const failing = (
    change: (device: Device) => Partial<Device>,
    options: Partial<ToyOptions> = {},
  ) => ({
    seed: 'device',
    device: (party: PartyIndex, device: Device): Device =>
      party === 2 ? { ...device, ...change(device) } : device,
    ...options,
  });
  const events: string[] = [];
  const watched = () =>
    players((self) => (self === 2 ? { onEvent: (event) => events.push(event) } : {}));

  it.each<[string, (device: Device) => Partial<Device>, unknown]>([
    [
      'a stuck generator',
      ({ secrets }) => ({
        secrets: { ...secrets, random: (length) => new Uint8Array(length).fill(7) },
      }),
      UsageError,
    ],
    [
      'a generator of zeros',
      ({ secrets }) => ({ secrets: { ...secrets, random: (length) => new Uint8Array(length) } }),
      UsageError,
    ],
    [
      'a generator that gives too little',
      ({ secrets }) => ({
        secrets: { ...secrets, random: (length) => secrets.random(length - 1) },
      }),
      UsageError,
    ],
    [
      'a counter that cannot be written',
      () => ({ nextCounter: async () => Promise.reject(new Error('disk')) }),
      Error,
    ],
    [
      'an identity that does not sign',
      ({ identity }) => ({
        identity: { ...identity, sign: async () => Promise.reject(new Error('locked')) },
      }),
      Error,
    ],
    [
      'an identity that signs too little',
      ({ identity }) => ({ identity: { ...identity, sign: () => new Uint8Array(63) } }),
      UsageError,
    ],
  ])('with %s sends nothing and frees what it holds', async (_, change, expected) => {
    events.length = 0;
    const run = await runAll(watched(), failing(change));
    expect(errorOf(run, 2)).toBeInstanceOf(expected);
    expect(run.network.log.filter(({ from }) => from === 2)).toEqual([]);
    expect(events).toEqual(['released']);
  });

  it('P-02 whose nonce repeats starts no session: "nonce repeated"', async () => {
    const nonces = new NonceMemory();
    const options = failing(() => ({ nonces }));
    expect(outputsOf(await runAll(players(), options)).size).toBe(3);
    const again = await runAll(players(), options);
    expect(errorOf(again, 2)).toBeInstanceOf(UsageError);
    expect(String(errorOf(again, 2))).toContain('nonce repeated');
    expect(again.network.log.filter(({ from }) => from === 2)).toEqual([]);
  });

  it('P-16 in the middle of a session loses it: its identity cannot sign any more', async () => {
    events.length = 0;
    let signatures = 0;
    const run = await runAll(
      watched(),
      failing(({ identity }) => ({
        identity: {
          ...identity,
          sign: async (digest) => {
            if (++signatures > 2) throw new Error('locked');
            return identity.sign(digest);
          },
        },
      })),
    );
    expect(String(errorOf(run, 2))).toContain('locked');
    expect(events).toEqual(['wiped', 'released']);
  });
});

describe('P-38 a party that lies', () => {
  const lying = (change: (body: Uint8Array) => Uint8Array) => {
    const all = players();
    const liar = of(all, 2);
    return all.set(2, {
      ...liar,
      ceremony: deviating(liar.ceremony, (message, round) =>
        round === 1 && message.to === 'all' ? { ...message, body: change(message.body) } : message,
      ),
    });
  };

  it('with a message of the wrong length is blamed', async () => {
    for (const change of [
      (body: Uint8Array) => body.slice(1),
      (body: Uint8Array) => concat(body, Uint8Array.of(0)),
    ]) {
      // its own mailbox would refuse the message, so the length changes on the way to it: sign again
      const run = await runAll(lying(change), { seed: 'length' });
      expect(errorOf(run, 2)).toBeInstanceOf(ProtocolError);
      expect(lastRoundOf(run.network.log, 1)).toBe(1);
    }
  });

  it('to some, by two signed messages for one slot, is caught with both as evidence', async () => {
    const sessions = toySessions(identities, 'equivocation');
    const slot = { round: 1, from: 2, to: 0 };
    const other = new Uint8Array(8).fill(9);
    const signature = of(identities, 2).sign(broadcastDigest(of(sessions, 2), slot, other));
    const second = sealBroadcast(of(sessions, 2), slot, other, signature);
    const run = await runAll(players(), {
      seed: 'equivocation',
      order: 'sent',
      relay: ({ from, to, packet }) =>
        from === 2 && to === 1 && headerOf(packet).round === 1 && headerOf(packet).to === 0
          ? [packet, second]
          : [packet],
    });
    const error = errorOf(run, 1);
    expect(error).toBeInstanceOf(EquivocationError);
    expect(error).toEqual(expect.objectContaining({ abortClass: "A'", culprit: 2 }));
    const { round, from, packets } = (error as EquivocationError).evidence;
    expect([round, from, packets?.[1]]).toEqual([1, 2, second]);
    // The packets convince somebody who was not there, and only of the one who signed both.
    const pair = packets ?? expect.unreachable('no packets');
    const { sid } = of(sessions, 2);
    expect(verifyEquivocation(pair, of(identities, 2).publicKey)).toMatchObject({
      round: 1,
      from: 2,
      sid,
    });
    expect(verifyEquivocation(pair, of(identities, 1).publicKey)).toBeUndefined();
    expect(lastRoundOf(run.network.log, 1)).toBe(1);
  });
});

describe('P-40 two live sessions of one device', () => {
  const isRecordOf2To = (
    to: PartyIndex,
    transit: { from: PartyIndex; to: PartyIndex; packet: Uint8Array },
  ) => transit.from === 2 && transit.to === to && headerOf(transit.packet).round === 0;

  it('the first record of a party counts: a second one is ignored', async () => {
    const second = recordPacket('clone', 2);
    const run = await runAll(players(), {
      seed: 'one',
      order: 'sent',
      relay: (transit) => (isRecordOf2To(1, transit) ? [transit.packet, second] : [transit.packet]),
    });
    expect(outputsOf(run).size).toBe(3);
  });

  it('some hear one and some the other: no session, nothing after round 1, nobody blamed', async () => {
    const second = recordPacket('clone', 2);
    const run = await runAll(players(), {
      seed: 'one',
      order: 'sent',
      relay: (transit) => (isRecordOf2To(1, transit) ? [second, transit.packet] : [transit.packet]),
    });
    for (const party of parties) {
      expect(errorOf(run, party)).toBeInstanceOf(CarrierClosed);
      expect(lastRoundOf(run.network.log, party)).toBeLessThanOrEqual(1);
    }
  });
});

describe('P-35 packets of other sessions', () => {
  const frames = [
    ['another session of the same parties', { topic: 'first' }],
    ['another protocol', { frame: { suite: 'mpc-frost/v1/ed25519', protocol: 'reshare' } }],
    ['another suite', { frame: { suite: 'mpc-frost/v1/secp256k1-bip340', protocol: 'dkg' } }],
  ] as const satisfies [string, Partial<ToyOptions>][];

  it.each(frames)(
    'of %s are dropped, each of them: the session is unaffected',
    async (_, options) => {
      const recorded = await runAll(
        players(() => options),
        { seed: 'recorded' },
      );
      const packets = recorded.network.log;
      expect(packets.length).toBe(24);
      const clean = await runAll(players(), { seed: 'order', secrets: 'second' });
      const disturbed = await runAll(players(), {
        seed: 'order',
        secrets: 'second',
        relay: ({ to, packet }) => [
          packet,
          ...packets.filter((old) => old.to === to).map((old) => old.packet),
        ],
      });
      expect(outputsOf(disturbed)).toEqual(outputsOf(clean));
    },
  );

  it('are dropped in every round and at every receiver, whoever they were for', async () => {
    const recorded = await runAll(
      players(() => ({ topic: 'first' })),
      { seed: 'recorded' },
    );
    const sessions = toySessions(identities, 'second');
    const { openPacket } = await import('./packet.ts');
    for (const session of sessions.values()) {
      for (const { packet } of recorded.network.log) {
        expect(openPacket(session, packet)).toBeUndefined();
      }
    }
  });
});

describe('P-37 garbage', () => {
  const flood = async (garbage: (like: Uint8Array) => Uint8Array | undefined) => {
    let injected = 0;
    const run = await runAll(players(), {
      seed: 'garbage',
      relay: ({ packet }) => {
        const noise = Array.from({ length: 20 }, () => garbage(packet)).filter(
          (bytes) => bytes !== undefined,
        );
        injected += noise.length;
        return [...noise, packet];
      },
    });
    expect(outputsOf(run).size).toBe(3);
    return injected;
  };

  it('that anyone can make ends no session: before, during and after the handshake', async () => {
    const random = seeded('garbage');
    const injected = await flood((like) =>
      pick(random, 2) === 0 ? random(pick(random, 200)) : concat(like.slice(0, 3), random(150)),
    );
    expect(injected).toBe(480);
  });

  it('that is close to genuine packets ends no session in its rounds', async () => {
    const random = seeded('close');
    const injected = await flood((like) => {
      if (headerOf(like).round !== 2) return undefined;
      const noise = random(pick(random, 200));
      return [
        concat(like.slice(0, 44), noise),
        flip(like, pick(random, like.length), 1 << pick(random, 8)),
        like.slice(0, pick(random, like.length)),
        concat(like, noise),
      ][pick(random, 4)];
    });
    expect(injected).toBe(120);
  });
});

it('toy ceremonies of different topics never meet', async () => {
  const all = players((self) => (self === 2 ? { topic: 'another' } : {}));
  const run: Run<ToyOutput> = await runAll(all, { seed: 'topics' });
  for (const party of parties) {
    expect(errorOf(run, party)).toBeInstanceOf(CarrierClosed);
    expect(lastRoundOf(run.network.log, party)).toBe(0);
  }
  expect(toyCeremony({ self: 1, identities }).handshake.context).not.toEqual(
    of(all, 2).ceremony.handshake.context,
  );
});
