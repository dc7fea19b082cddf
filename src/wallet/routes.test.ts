import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../network/index.ts';
import { CeremonyRoutes } from './routes.ts';
import { ManualClock } from './testing/clock.ts';
import type { CeremonyMessage } from './wire.ts';

const ADA = 'a'.repeat(64) as DeviceId;
const BEN = 'b'.repeat(64) as DeviceId;
const EVE = 'e'.repeat(64) as DeviceId;
const MEMBERS = new Map([
  [1, ADA],
  [2, BEN],
]);
const IDLE = 30_000;
const id = (n: number): Uint8Array => new Uint8Array(16).fill(n);
const packet = (n: number, length = 1): Uint8Array => new Uint8Array(length).fill(n);

function setUp() {
  const clock = new ManualClock(0);
  const sent: (readonly [DeviceId, CeremonyMessage])[] = [];
  const routes = new CeremonyRoutes({
    setTimer: (ms, callback) => clock.after(ms, callback),
    send: async (to, message) => {
      sent.push([to, message]);
    },
  });
  const open = (n: number) => routes.open(id(n), MEMBERS, IDLE);
  /** How many packets a link that is opened now has, with its first byte each. */
  const waiting = async (n: number): Promise<(number | undefined)[]> => {
    const { link } = open(n);
    const got: (number | undefined)[] = [];
    for (;;) {
      const next = link.receive().then(
        (bytes) => bytes[0],
        () => 'end' as const,
      );
      clock.advance(IDLE);
      const first = await next;
      if (first === 'end') return got;
      got.push(first);
    }
  };
  return { clock, sent, routes, open, waiting };
}

describe('a session', () => {
  it('sends packets under its request, to one member or to all', async () => {
    const { sent, open } = setUp();
    const { link } = open(1);
    await link.send(packet(5), 2);
    await link.send(packet(6), 'all');
    expect(sent).toEqual([
      [BEN, { t: 'packet', request: id(1), packet: packet(5) }],
      [ADA, { t: 'packet', request: id(1), packet: packet(6) }],
      [BEN, { t: 'packet', request: id(1), packet: packet(6) }],
    ]);
  });

  it('gets its own packets and no others', async () => {
    const { routes, open } = setUp();
    const [one, two] = [open(1), open(2)];
    routes.receive(ADA, id(2), packet(22));
    routes.receive(BEN, id(1), packet(11));
    expect(await one.link.receive()).toEqual(packet(11));
    expect(await two.link.receive()).toEqual(packet(22));
  });

  it('gets nothing from a device that is no member of it', async () => {
    const { routes, open } = setUp();
    const { link } = open(1);
    routes.receive(EVE, id(1), packet(9));
    routes.receive(ADA, id(1), packet(7));
    expect(await link.receive()).toEqual(packet(7));
  });

  it('that is over leaves no route', async () => {
    const { routes, open, waiting } = setUp();
    const { release } = open(1);
    release();
    routes.receive(ADA, id(1), packet(3));
    expect(await waiting(1)).toEqual([3]);
  });

  it('ends when the device is locked', async () => {
    const { routes, open } = setUp();
    const { link } = open(1);
    const next = link.receive();
    routes.close();
    await expect(next).rejects.toMatchObject({ code: 'ceremonies/closed' });
  });
});

describe('a packet before its session', () => {
  it('waits, in the order of arrival', async () => {
    const { routes, waiting } = setUp();
    routes.receive(ADA, id(1), packet(1));
    routes.receive(BEN, id(1), packet(2));
    routes.receive(EVE, id(1), packet(3));
    expect(await waiting(1)).toEqual([1, 2]);
  });

  it('is delivered once', async () => {
    const { routes, open, waiting } = setUp();
    routes.receive(ADA, id(1), packet(1));
    open(1).release();
    expect(await waiting(1)).toEqual([]);
  });

  it('waits a minute', async () => {
    const { clock, routes, waiting } = setUp();
    routes.receive(ADA, id(1), packet(1));
    clock.advance(59_999);
    routes.receive(ADA, id(2), packet(2));
    clock.advance(1);
    expect(await waiting(1)).toEqual([]);
    expect(await waiting(2)).toEqual([2]);
  });

  it('is one of four sessions that a sender can fill', async () => {
    const { routes, waiting } = setUp();
    for (let n = 1; n <= 5; n++) routes.receive(ADA, id(n), packet(n));
    expect(await waiting(5)).toEqual([]);
    expect(await waiting(4)).toEqual([4]);
  });

  it('is one of sixteen of its sender', async () => {
    const { routes, waiting } = setUp();
    for (let n = 1; n <= 17; n++) routes.receive(ADA, id(1), packet(n));
    expect((await waiting(1)).at(-1)).toBe(16);
  });

  it('is at most two megabytes with those before it', async () => {
    const { routes, waiting } = setUp();
    const MIB = 2 ** 20;
    routes.receive(ADA, id(1), packet(1, MIB));
    routes.receive(ADA, id(1), packet(2, MIB));
    routes.receive(ADA, id(1), packet(3, 1));
    expect(await waiting(1)).toEqual([1, 2]);
  });

  it('is forgotten when the device is locked', async () => {
    const { routes, waiting } = setUp();
    routes.receive(ADA, id(1), packet(1));
    routes.close();
    expect(await waiting(1)).toEqual([]);
  });
});
