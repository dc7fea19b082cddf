/** The link of one session: order, bounds, silence. Time is a list of timers that the test fires. */
import { beforeEach, describe, expect, it } from 'vitest';
import { CeremonyError } from './errors.ts';
import { createLink, type Link } from './link.ts';

const packet = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

let sent: [number, Uint8Array][];
let timers: Map<number, () => void>;
let asked: number[];
let link: Link;
let refuse: number | undefined;

beforeEach(() => {
  sent = [];
  timers = new Map();
  asked = [];
  refuse = undefined;
  let next = 0;
  link = createLink({
    peers: [2, 3],
    idleTimeout: 30_000,
    sendTo: (to, bytes) => {
      if (to === refuse) throw new CeremonyError({ code: 'test/down', message: 'It is offline.' });
      sent.push([to, bytes]);
    },
    setTimer: (milliseconds, callback) => {
      const id = next++;
      asked.push(milliseconds);
      timers.set(id, callback);
      return () => timers.delete(id);
    },
  });
});

const fire = (): void => {
  for (const callback of [...timers.values()]) callback();
};

const failure = async (work: Promise<unknown>): Promise<CeremonyError> => {
  const error: unknown = await work.catch((reason: unknown) => reason);
  return error instanceof CeremonyError ? error : expect.unreachable();
};

describe('sending', () => {
  it('hands a packet to one member, or a copy to each', async () => {
    const original = packet(1);
    await link.send(original, 3);
    await link.send(original, 'all');
    original.fill(9);
    expect(sent).toEqual([
      [3, packet(1)],
      [2, packet(1)],
      [3, packet(1)],
    ]);
  });

  it('reports a packet that could not be handed over, and hands over the others', async () => {
    refuse = 2;
    const error = await failure(Promise.resolve(link.send(packet(1), 'all')));
    expect(error).toMatchObject({ code: 'ceremonies/not-sent', failure: { abortClass: 'A' } });
    expect(error.message).toContain('It is offline.');
    expect(sent).toEqual([[3, packet(1)]]);
  });

  it('works after the link was closed: the others are told', async () => {
    link.close(new CeremonyError({ code: 'test/over', message: 'over' }));
    await link.send(packet(1), 2);
    expect(sent).toHaveLength(1);
  });
});

describe('receiving', () => {
  it('gives packets in the order of arrival, waiting or not, as copies', async () => {
    const original = packet(1);
    link.deliver(2, original);
    original.fill(9);
    link.deliver(3, packet(2));
    expect(await link.receive()).toEqual(packet(1));
    expect(await link.receive()).toEqual(packet(2));
    const waiting = link.receive();
    link.deliver(2, packet(3));
    expect(await waiting).toEqual(packet(3));
    expect(timers.size).toBe(0);
  });

  it('drops packets of strangers', async () => {
    link.deliver(4, packet(1));
    link.deliver(2, packet(2));
    expect(await link.receive()).toEqual(packet(2));
  });

  it('keeps so many packets of one member, whatever another one sends', async () => {
    for (let i = 0; i < 100; i++) link.deliver(2, packet(i));
    link.deliver(3, packet(200));
    const got: Uint8Array[] = [];
    for (let i = 0; i < 33; i++) got.push(await link.receive());
    expect(got.at(-2)).toEqual(packet(31));
    expect(got.at(-1)).toEqual(packet(200));
    void link.receive();
    expect(timers.size).toBe(1);
  });

  it('keeps so many bytes of one member, and takes more when they were read', async () => {
    const large = new Uint8Array(3 * 2 ** 20);
    link.deliver(2, large);
    link.deliver(2, large);
    expect((await link.receive()).length).toBe(large.length);
    link.deliver(2, large);
    expect((await link.receive()).length).toBe(large.length);
    void link.receive();
    expect(timers.size).toBe(1);
  });

  it('rejects with the first reason once closed, whatever was queued', async () => {
    link.deliver(2, packet(1));
    const first = new CeremonyError({ code: 'test/first', message: 'first' });
    link.close(first);
    link.close(new CeremonyError({ code: 'test/second', message: 'second' }));
    link.deliver(2, packet(2));
    expect(await failure(link.receive())).toBe(first);
    expect(await failure(link.receive())).toBe(first);
  });

  it('rejects who waits when it is closed', async () => {
    const waiting = link.receive();
    const reason = new CeremonyError({ code: 'test/first', message: 'first' });
    link.close(reason);
    expect(await failure(waiting)).toBe(reason);
    expect(timers.size).toBe(0);
  });
});

describe('silence', () => {
  it('ends the link and names who is behind the others', async () => {
    link.deliver(2, packet(1));
    await link.receive();
    const waiting = link.receive();
    expect(asked).toEqual([30_000]);
    fire();
    const error = await failure(waiting);
    expect(error).toMatchObject({
      code: 'ceremonies/silent',
      failure: { missing: [3], abortClass: 'A', consequence: 'may-retry' },
    });
    expect(error.message).toBe('Nothing came from member 3 for 30 seconds.');
    expect(await failure(link.receive())).toBe(error);
  });

  it('names everyone when nobody is ahead', async () => {
    const waiting = link.receive();
    fire();
    expect((await failure(waiting)).failure.missing).toEqual([2, 3]);
  });

  it('starts anew with every packet', async () => {
    const first = link.receive();
    link.deliver(2, packet(1));
    await first;
    const second = link.receive();
    expect(asked).toEqual([30_000, 30_000]);
    link.deliver(3, packet(1));
    await second;
    fire();
    link.deliver(2, packet(5));
    expect(await link.receive()).toEqual(packet(5));
  });
});
