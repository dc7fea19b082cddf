/** What every carrier promises (see `channel.ts`). Memory, mailbox, mesh and router all pass it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel, Stream } from '../channel.ts';
import { deviceId } from '../device.ts';
import { sealEnvelope } from '../envelope.ts';
import { LinkDownError, TooLargeError, UnknownPeerError } from '../errors.ts';
import { fragments, MAX_MESSAGE_BYTES } from '../fragment.ts';
import { testDevice, type TestDevice } from './device.ts';
import { Inbox } from './inbox.ts';

/** One network with the carrier under test. */
export interface CarrierHarness {
  /** Connects a device. The suite sets its peers. */
  open(device: TestDevice): Promise<Channel>;
  /** Resolves when `from` can send to `to` over the carrier. */
  connected(from: Channel, to: Channel): Promise<void>;
  /** Gives raw bytes to `to` as whoever carries messages from `from` could. */
  inject(from: TestDevice, to: TestDevice, bytes: Uint8Array): void | Promise<void>;
  /** The envelopes carried to that device so far. */
  carried(to: TestDevice): readonly Uint8Array[];
  close(): Promise<void>;
}

export interface ContractOptions {
  /** Whether messages of devices that are no peers can arrive at all. */
  readonly strangers: boolean;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
/** Counters far above those of real messages, so that only the check under test can refuse them. */
const FRESH = 1_000_000;

export function describeChannel(
  name: string,
  open: () => Promise<CarrierHarness>,
  options: ContractOptions,
): void {
  describe(`${name} keeps the contract of a channel`, () => {
    let harness: CarrierHarness;
    let alice: TestDevice, bob: TestDevice, carol: TestDevice;
    let a: Channel, b: Channel;
    let inbox: Inbox;

    beforeEach(async () => {
      [alice, bob, carol] = (await Promise.all(['alice', 'bob', 'carol'].map(testDevice))) as [
        TestDevice,
        TestDevice,
        TestDevice,
      ];
      harness = await open();
      [a, b] = await Promise.all([harness.open(alice), harness.open(bob)]);
      a.setPeers([bob.peer]);
      b.setPeers([alice.peer]);
      await harness.connected(a, b);
      inbox = new Inbox(b);
    });
    afterEach(async () => {
      await Promise.all([a.close(), b.close()]);
      await harness.close();
    });

    /** What `bob` got is exactly this: everything injected before was dropped. */
    const nothingBut = async (...bodies: string[]): Promise<void> => {
      await a.send(bob.peer.id, 'journal', utf8('marker'));
      const messages = await inbox.first(bodies.length + 1);
      expect(messages.map(({ body }) => text(body))).toEqual([...bodies, 'marker']);
    };

    it('delivers a message with its authenticated sender and stream', async () => {
      await a.send(bob.peer.id, 'ceremony', utf8('hello'));
      const [message] = await inbox.first(1);
      expect(message).toMatchObject({ from: alice.peer.id, stream: 'ceremony' });
      expect(message?.body).toEqual(utf8('hello'));
      expect(a.self).toBe(alice.peer.id);
    });

    it('delivers both ways', async () => {
      const back = new Inbox(a);
      await b.send(alice.peer.id, 'presence', new Uint8Array());
      const [message] = await back.first(1);
      expect(message).toMatchObject({ from: bob.peer.id, stream: 'presence' });
      expect(message?.body).toEqual(new Uint8Array());
    });

    it('keeps the order of one peer, sent without waiting', async () => {
      const bodies = Array.from({ length: 20 }, (_, i) => `message ${String(i)}`);
      await Promise.all(bodies.map(async (body) => a.send(bob.peer.id, 'journal', utf8(body))));
      expect((await inbox.first(20)).map(({ body }) => text(body))).toEqual(bodies);
    });

    it('delivers the same content twice when it was sent twice', async () => {
      await a.send(bob.peer.id, 'journal', utf8('again'));
      await a.send(bob.peer.id, 'journal', utf8('again'));
      expect(await inbox.first(2)).toHaveLength(2);
    });

    it('delivers large messages whole and refuses larger ones', async () => {
      const large = Uint8Array.from({ length: 600_000 }, (_, i) => (i * 7) % 251);
      await a.send(bob.peer.id, 'journal', large);
      const [message] = await inbox.first(1);
      expect(message?.body.length).toBe(large.length);
      expect(message?.body.every((byte, i) => byte === large[i])).toBe(true);
      const tooLarge = a.send(bob.peer.id, 'journal', new Uint8Array(MAX_MESSAGE_BYTES + 1));
      await expect(tooLarge).rejects.toThrow(TooLargeError);
    });

    it('refuses to send to a device that is no peer', async () => {
      await expect(a.send(carol.peer.id, 'journal', utf8('x'))).rejects.toThrow(UnknownPeerError);
    });

    it('drops what a device sent that is no peer, on any stream but pairing', async () => {
      b.onStranger(() => expect.unreachable('a stranger on the journal stream'));
      for (const stream of ['presence', 'journal', 'ceremony', 'signal'] satisfies Stream[]) {
        const [body = new Uint8Array()] = fragments(utf8('let me in'));
        const message = { stream, counter: FRESH, body };
        await harness.inject(alice, bob, await sealEnvelope(carol.keys, bob.peer, message));
      }
      await nothingBut();
    });

    if (options.strangers) {
      it('hears strangers on the pairing stream, once each', async () => {
        const heard: string[] = [];
        b.onStranger(({ identity, body }) => heard.push(`${deviceId(identity)} ${text(body)}`));
        const [body = new Uint8Array()] = fragments(utf8('let me in'));
        const message = { stream: 'pairing', counter: 1, body } as const;
        const envelope = await sealEnvelope(carol.keys, bob.peer, message);
        await harness.inject(alice, bob, envelope);
        await harness.inject(alice, bob, envelope);
        await nothingBut();
        expect(heard).toEqual([`${carol.peer.id} let me in`]);
      });
    }

    it('drops replayed envelopes', async () => {
      await a.send(bob.peer.id, 'journal', utf8('once'));
      await inbox.first(1);
      for (const envelope of [...harness.carried(bob)]) {
        await harness.inject(alice, bob, envelope);
      }
      await nothingBut('once');
    });

    it('drops altered envelopes', async () => {
      const [body = new Uint8Array()] = fragments(utf8('pay bob'));
      const message = { stream: 'journal', counter: FRESH, body } as const;
      const envelope = await sealEnvelope(alice.keys, bob.peer, message);
      for (const at of [0, 1, 32, 33, 200, envelope.length - 1]) {
        const altered = envelope.slice();
        altered[at] = (altered[at] ?? 0) ^ 1;
        await harness.inject(alice, bob, altered);
      }
      await harness.inject(alice, bob, envelope.slice(0, -1));
      await harness.inject(alice, bob, new Uint8Array([...envelope, 0]));
      await nothingBut();
    });

    it('drops envelopes for another device', async () => {
      const [body = new Uint8Array()] = fragments(utf8('for carol'));
      const message = { stream: 'journal', counter: FRESH, body } as const;
      await harness.inject(alice, bob, await sealEnvelope(alice.keys, carol.peer, message));
      await nothingBut();
    });

    it('drops garbage', async () => {
      for (const length of [0, 2, 32, 33, 49, 600, 300_000]) {
        await harness.inject(alice, bob, new Uint8Array(length).fill(0xa5));
      }
      await harness.inject(alice, bob, new Uint8Array(600).fill(1));
      await nothingBut();
    });

    it('replaces its peers', async () => {
      b.setPeers([carol.peer]);
      await expect(b.send(alice.peer.id, 'journal', utf8('x'))).rejects.toThrow(UnknownPeerError);
      const [body = new Uint8Array()] = fragments(utf8('from a former peer'));
      const message = { stream: 'journal', counter: FRESH, body } as const;
      await harness.inject(alice, bob, await sealEnvelope(alice.keys, bob.peer, message));
      const c = await harness.open(carol);
      c.setPeers([bob.peer]);
      await harness.connected(c, b);
      await c.send(bob.peer.id, 'journal', utf8('from the new peer'));
      await inbox.first(1);
      b.setPeers([alice.peer, carol.peer]);
      await harness.connected(a, b);
      await nothingBut('from the new peer');
      await c.close();
    });

    it('refuses peers whose id is not their key', () => {
      expect(() => {
        a.setPeers([{ ...bob.peer, id: carol.peer.id }]);
      }).toThrow('the id is not its key');
    });

    it('stops calling back when told to', async () => {
      const seen: string[] = [];
      const stop = b.onMessage(({ body }) => seen.push(text(body)));
      await a.send(bob.peer.id, 'journal', utf8('one'));
      await inbox.first(1);
      stop();
      await a.send(bob.peer.id, 'journal', utf8('two'));
      await inbox.first(2);
      expect(seen).toEqual(['one']);
    });

    it('is up, and closes for good', async () => {
      expect(b.peerState(alice.peer.id).kind).toBe('up');
      await b.close();
      await b.close();
      expect(b.state().kind).toBe('down');
      await expect(b.send(alice.peer.id, 'journal', utf8('x'))).rejects.toThrow(LinkDownError);
      const [body = new Uint8Array()] = fragments(utf8('too late'));
      const message = { stream: 'journal', counter: FRESH, body } as const;
      await harness.inject(alice, bob, await sealEnvelope(alice.keys, bob.peer, message));
      expect(inbox.messages).toEqual([]);
    });
  });
}
