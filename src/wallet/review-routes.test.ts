import { describe, expect, it } from 'vitest';
import { deviceIdOf } from './peers.ts';
import { CeremonyRoutes } from './routes.ts';

const ada = deviceIdOf(new Uint8Array(32).fill(1));
const eve = deviceIdOf(new Uint8Array(32).fill(2));
const request = (n: number): Uint8Array => new Uint8Array(16).fill(n);
const packet = Uint8Array.of(7);

const routes = (): CeremonyRoutes =>
  new CeremonyRoutes({ setTimer: () => () => undefined, send: async () => undefined });

describe('packets that come before their session', () => {
  it('wait for it', async () => {
    const these = routes();
    these.receive(ada, request(1), packet);
    const { link } = these.open(request(1), new Map([[1, ada]]), 1000);
    expect(await link.receive()).toEqual(packet);
  });

  it('find room, however much another device sends', async () => {
    const these = routes();
    for (let n = 2; n < 200; n += 1) these.receive(eve, request(n), packet);
    for (let n = 0; n < 200; n += 1) these.receive(eve, request(1), new Uint8Array(100_000));
    these.receive(ada, request(1), packet);
    const { link } = these.open(request(1), new Map([[1, ada]]), 1000);
    expect(await link.receive()).toEqual(packet);
  });

  it('are told apart from those of a session that runs', () => {
    const these = routes();
    const { release } = these.open(request(1), new Map([[1, ada]]), 1000);
    expect(these.isOpen(request(1))).toBe(true);
    release();
    expect(these.isOpen(request(1))).toBe(false);
  });
});
