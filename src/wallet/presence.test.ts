import { beforeEach, describe, expect, it } from 'vitest';
import type { DeviceId } from '../network/index.ts';
import { Presence } from './presence.ts';
import { ManualClock } from './testing/clock.ts';
import type { PresenceMessage } from './wire.ts';

const ADA = 'a'.repeat(64) as DeviceId;
const BEN = 'b'.repeat(64) as DeviceId;
const EVE = 'e'.repeat(64) as DeviceId;

interface Device {
  readonly presence: Presence;
  readonly sent: (readonly [DeviceId, PresenceMessage])[];
  readonly arrivals: DeviceId[];
  readonly direct: Set<DeviceId>;
}

let clock: ManualClock;
let nonces: number;

beforeEach(() => {
  clock = new ManualClock(1_000_000);
  nonces = 0;
});

function device(...peers: DeviceId[]): Device {
  const sent: (readonly [DeviceId, PresenceMessage])[] = [];
  const arrivals: DeviceId[] = [];
  const direct = new Set<DeviceId>();
  const presence = new Presence({
    now: () => clock.now(),
    after: (ms, callback) => clock.after(ms, callback),
    random: (length) => new Uint8Array(length).fill(++nonces),
    send: (to, message) => {
      sent.push([to, message]);
    },
    isDirect: (peer) => direct.has(peer),
    changed: () => undefined,
    arrived: (peer) => {
      arrivals.push(peer);
    },
  });
  presence.setPeers(peers);
  return { presence, sent, arrivals, direct };
}

/** Everything that two devices say to each other now reaches the other. Gives how much it was. */
function talk(ada: Device, ben: Device, limit = 100): number {
  let count = 0;
  for (; count < limit; count++) {
    const fromAda = ada.sent.shift();
    const fromBen = fromAda === undefined ? ben.sent.shift() : undefined;
    if (fromAda !== undefined) ben.presence.receive(ADA, fromAda[1]);
    else if (fromBen !== undefined) ada.presence.receive(BEN, fromBen[1]);
    else return count;
  }
  return count;
}

function pair(): [Device, Device] {
  const both: [Device, Device] = [device(BEN), device(ADA)];
  both[0].presence.greet();
  both[1].presence.greet();
  talk(...both);
  return both;
}

const question = ({ sent }: Device): PresenceMessage => {
  const [, message] = sent.at(-1) ?? [];
  if (message?.t !== 'hello') throw new Error('nothing was asked');
  return message;
};

describe('two devices that greet each other', () => {
  it('are online for each other, and fall silent soon', () => {
    const [ada, ben] = [device(BEN), device(ADA)];
    ada.presence.greet();
    ben.presence.greet();
    expect(ada.presence.isOnline(BEN)).toBe(false);
    expect(talk(ada, ben)).toBeLessThanOrEqual(10);
    expect(ada.presence.isOnline(BEN)).toBe(true);
    expect(ben.presence.isOnline(ADA)).toBe(true);
    expect(ada.arrivals).toEqual([BEN]);
    expect(ada.presence.lastSeen(BEN)).toBe(clock.now());
  });

  it('do not go on and on when one of them never gets an answer', () => {
    const [ada, ben] = [device(BEN), device(ADA)];
    ada.presence.greet();
    ben.presence.greet();
    // Answers are lost; only questions arrive.
    for (let round = 0; round < 20; round++) {
      for (const [from, to, name] of [
        [ada, ben, ADA],
        [ben, ada, BEN],
      ] as const) {
        for (const [, message] of from.sent.splice(0)) {
          if (message.t === 'hello') to.presence.receive(name, message);
        }
      }
    }
    expect(ada.sent.length + ben.sent.length).toBe(0);
  });

  it('stay online as long as they answer', () => {
    const [ada, ben] = pair();
    for (let minute = 0; minute < 10; minute++) {
      clock.advance(60_000 / 3);
      talk(ada, ben);
      expect(ada.presence.isOnline(BEN)).toBe(true);
      expect(ben.presence.isOnline(ADA)).toBe(true);
    }
    expect(ada.arrivals).toEqual([BEN]);
  });

  it('forget each other when nothing is heard, and remember when', () => {
    const [ada] = pair();
    const heard = clock.now();
    clock.advance(40_000);
    expect(ada.presence.isOnline(BEN)).toBe(true);
    clock.advance(40_000);
    expect(ada.presence.isOnline(BEN)).toBe(false);
    expect(ada.presence.lastSeen(BEN)).toBe(heard);
  });

  it('ask a device that is away no further', () => {
    const [ada] = pair();
    clock.advance(120_000);
    ada.sent.length = 0;
    clock.advance(3_600_000);
    expect(ada.sent).toEqual([]);
  });

  it('find each other again after both slept', () => {
    const [ada, ben] = pair();
    clock.advance(600_000);
    expect(ada.presence.isOnline(BEN) || ben.presence.isOnline(ADA)).toBe(false);
    // What they said while they slept is old; the last questions of both reach the other now.
    talk(ada, ben);
    expect(ada.presence.isOnline(BEN)).toBe(true);
    expect(ben.presence.isOnline(ADA)).toBe(true);
    expect(ada.arrivals).toEqual([BEN, BEN]);
  });

  it('that leave say good-bye', () => {
    const [ada, ben] = pair();
    ada.presence.stop();
    expect(ada.sent).toEqual([[BEN, { t: 'bye' }]]);
    talk(ada, ben);
    expect(ben.presence.isOnline(ADA)).toBe(false);
    clock.advance(600_000);
    expect(ada.sent).toEqual([]);
  });
});

describe('a device that comes anew', () => {
  it('is told what it missed, although it never counted as offline', () => {
    const [ada, ben] = pair();
    clock.advance(10_000);
    talk(ada, ben);
    expect(ada.arrivals).toEqual([BEN]);
    const reloaded = device(ADA);
    reloaded.presence.greet();
    talk(ada, reloaded);
    expect(ada.arrivals).toEqual([BEN, BEN]);
    expect(reloaded.arrivals).toEqual([ADA]);
  });

  it('is online all the while', () => {
    const [ada] = pair();
    ada.presence.receive(BEN, { t: 'hello', nonce: new Uint8Array(16).fill(7), fresh: true });
    expect(ada.presence.isOnline(BEN)).toBe(true);
    expect(ada.arrivals).toEqual([BEN]);
    ada.presence.receive(BEN, { t: 'here', nonce: (question(ada) as { nonce: Uint8Array }).nonce });
    expect(ada.arrivals).toEqual([BEN, BEN]);
  });

  it('is not told by an ordinary question', () => {
    const [ada, ben] = pair();
    for (let n = 0; n < 5; n++) {
      clock.advance(20_000);
      talk(ada, ben);
    }
    expect(ada.arrivals).toEqual([BEN]);
  });
});

describe('an answer', () => {
  it('counts up to thirty seconds after the question', () => {
    const ada = device(BEN);
    const { nonce } = question(ada) as { nonce: Uint8Array };
    clock.advance(30_000);
    ada.presence.receive(BEN, { t: 'here', nonce });
    expect(ada.presence.isOnline(BEN)).toBe(true);
  });

  it('that comes later proves nothing', () => {
    const ada = device(BEN);
    const { nonce } = question(ada) as { nonce: Uint8Array };
    clock.advance(30_001);
    ada.presence.receive(BEN, { t: 'here', nonce });
    expect(ada.presence.isOnline(BEN)).toBe(false);
    expect(ada.arrivals).toEqual([]);
  });

  it('to another question, or the same twice, proves nothing', () => {
    const ada = device(BEN);
    const { nonce } = question(ada) as { nonce: Uint8Array };
    ada.presence.receive(BEN, { t: 'here', nonce: new Uint8Array(16).fill(99) });
    expect(ada.presence.isOnline(BEN)).toBe(false);
    ada.presence.receive(BEN, { t: 'here', nonce });
    ada.presence.receive(BEN, { t: 'bye' });
    ada.presence.receive(BEN, { t: 'here', nonce });
    expect(ada.presence.isOnline(BEN)).toBe(false);
  });

  it('to a question that went to another device proves nothing', () => {
    const ada = device(BEN, EVE);
    const [[, toBen] = []] = ada.sent.filter(([to]) => to === BEN);
    if (toBen?.t !== 'hello') throw new Error('nothing was asked');
    ada.presence.receive(EVE, { t: 'here', nonce: toBen.nonce });
    expect(ada.presence.isOnline(EVE)).toBe(false);
  });
});

describe('a stranger', () => {
  it('is not answered and never online', () => {
    const ada = device(BEN);
    ada.sent.length = 0;
    ada.presence.receive(EVE, { t: 'hello', nonce: new Uint8Array(16), fresh: true });
    ada.presence.receive(EVE, { t: 'here', nonce: new Uint8Array(16) });
    expect(ada.sent).toEqual([]);
    expect(ada.presence.isOnline(EVE)).toBe(false);
    expect(ada.presence.lastSeen(EVE)).toBeUndefined();
  });

  it('that was a peer before is forgotten', () => {
    const [ada] = pair();
    ada.presence.setPeers([EVE]);
    expect(ada.presence.isOnline(BEN)).toBe(false);
    ada.presence.setPeers([EVE, BEN]);
    expect(ada.presence.isOnline(BEN)).toBe(false);
    expect(question(ada).t).toBe('hello');
  });
});

describe('a greeting', () => {
  it('alone does not make a device online: it may be old', () => {
    const ada = device(BEN);
    ada.presence.receive(BEN, { t: 'hello', nonce: new Uint8Array(16).fill(7), fresh: false });
    expect(ada.presence.isOnline(BEN)).toBe(false);
    expect(ada.sent.at(-1)).toEqual([BEN, { t: 'here', nonce: new Uint8Array(16).fill(7) }]);
  });

  it('is answered with a question when the last one was long ago', () => {
    const ada = device(BEN);
    clock.advance(5_000);
    ada.sent.length = 0;
    ada.presence.receive(BEN, { t: 'hello', nonce: new Uint8Array(16).fill(7), fresh: false });
    expect(ada.sent.map(([, { t }]) => t)).toEqual(['here', 'hello']);
  });
});

describe('a direct connection', () => {
  it('is being online', () => {
    const ada = device(BEN);
    ada.direct.add(BEN);
    ada.presence.connectionChanged();
    expect(ada.presence.isOnline(BEN)).toBe(true);
    expect(ada.arrivals).toEqual([BEN]);
    expect(ada.presence.lastSeen(BEN)).toBe(clock.now());
  });

  it('keeps a device online without questions', () => {
    const ada = device(BEN);
    ada.direct.add(BEN);
    ada.presence.greet();
    ada.presence.connectionChanged();
    ada.sent.length = 0;
    clock.advance(600_000);
    expect(ada.presence.isOnline(BEN)).toBe(true);
    expect(ada.sent).toEqual([]);
  });

  it('that closes makes it be asked again', () => {
    const ada = device(BEN);
    ada.direct.add(BEN);
    ada.presence.greet();
    ada.presence.connectionChanged();
    ada.direct.clear();
    ada.presence.connectionChanged();
    ada.sent.length = 0;
    clock.advance(20_000);
    expect(ada.sent.map(([to, { t }]) => [to, t])).toEqual([[BEN, 'hello']]);
    clock.advance(60_000);
    expect(ada.presence.isOnline(BEN)).toBe(false);
  });
});
