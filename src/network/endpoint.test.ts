import { beforeEach, describe, expect, it } from 'vitest';
import type { Message } from './channel.ts';
import { Endpoint } from './endpoint.ts';
import { sealEnvelope, MAX_ENVELOPE_BYTES } from './envelope.ts';
import { fragments, FRAGMENT_BYTES } from './fragment.ts';
import { MemoryReplayStore } from './memory.ts';
import { ReplayGuard } from './replay.ts';
import { testDevice } from './testing/device.ts';

const [alice, bob, carol] = await Promise.all([
  testDevice('alice'),
  testDevice('bob'),
  testDevice('carol'),
]);

describe('an endpoint', () => {
  let endpoint: Endpoint;
  let messages: Message[];

  beforeEach(() => {
    const guard = new ReplayGuard(new MemoryReplayStore());
    endpoint = new Endpoint({ keys: bob.keys, guard }, 'memory');
    endpoint.setPeers([alice.peer]);
    messages = [];
    endpoint.onMessage((message) => messages.push(message));
  });

  const fromAlice = async (counter: number, body: Uint8Array): Promise<Uint8Array> =>
    sealEnvelope(alice.keys, bob.peer, { stream: 'journal', counter, body });
  const whole = (bytes: number[]): Uint8Array =>
    fragments(Uint8Array.from(bytes))[0] ?? new Uint8Array();

  it('drops what came over the connection of another device', async () => {
    await endpoint.receive(await fromAlice(1, whole([1])), carol.peer.id);
    expect(endpoint.drops).toEqual(new Map([['wrong-link', 1]]));
    await endpoint.receive(await fromAlice(1, whole([1])), alice.peer.id);
    expect(messages).toHaveLength(1);
  });

  it('drops what is no fragment', async () => {
    await endpoint.receive(await fromAlice(1, new Uint8Array([1])));
    expect(endpoint.drops).toEqual(new Map([['fragment', 1]]));
  });

  it('keeps no unfinished messages of strangers', async () => {
    const heard: number[] = [];
    endpoint.onStranger(({ body }) => heard.push(body.length));
    for (const [i, body] of fragments(new Uint8Array(FRAGMENT_BYTES + 1)).entries()) {
      const message = { stream: 'pairing', counter: 1 + i, body } as const;
      await endpoint.receive(await sealEnvelope(carol.keys, bob.peer, message));
    }
    expect(heard).toEqual([]);
  });

  it('drops what exceeds the memory for what waits', async () => {
    const garbage = new Uint8Array(MAX_ENVELOPE_BYTES);
    const count = Math.floor((16 * 1024 * 1024) / MAX_ENVELOPE_BYTES);
    await Promise.all(Array.from({ length: count + 3 }, async () => endpoint.receive(garbage)));
    expect(endpoint.drops.get('overload')).toBe(3);
    expect(endpoint.drops.get('malformed')).toBe(count);
    await endpoint.receive(await fromAlice(1, whole([1])));
    expect(messages).toHaveLength(1);
  });

  it('does not deliver from a device that was removed while its message was opened', async () => {
    const receiving = endpoint.receive(await fromAlice(1, whole([1])));
    endpoint.setPeers([]);
    await receiving;
    expect(messages).toEqual([]);
  });

  it('calls nobody back after it was closed, not even for what was under way', async () => {
    const receiving = endpoint.receive(await fromAlice(1, whole([1])));
    await endpoint.close();
    await receiving;
    await endpoint.receive(await fromAlice(2, whole([2])));
    expect(messages).toEqual([]);
  });

  it('does not talk to itself', async () => {
    endpoint.onStranger(() => expect.unreachable('its own message as that of a stranger'));
    const message = { stream: 'pairing', counter: 1, body: whole([1]) } as const;
    await endpoint.receive(await sealEnvelope(bob.keys, bob.peer, message));
    expect(endpoint.drops).toEqual(new Map([['stranger', 1]]));
  });

  it('goes on undisturbed among a thousand garbled and stale envelopes', async () => {
    const old = await fromAlice(1, whole([1]));
    await endpoint.receive(old);
    for (let i = 0; i < 1000; i++) {
      const garbled = old.slice();
      const at = 1 + ((i * 7919) % (old.length - 1));
      garbled[at] = (garbled[at] ?? 0) ^ (1 + (i % 255));
      await endpoint.receive(i % 10 === 0 ? old : garbled);
    }
    await endpoint.receive(await fromAlice(2, whole([2])));
    expect(messages.map(({ body }) => body[0])).toEqual([1, 2]);
    expect(endpoint.drops).toEqual(
      new Map([
        ['replayed', 100],
        ['unopened', 900],
      ]),
    );
  });
});
