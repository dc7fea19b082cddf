import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, u32, u8 } from '../codec.ts';
import type { Stream } from './channel.ts';
import { encodeCounter } from './counter.ts';
import {
  MAX_BODY_BYTES,
  MAX_ENVELOPE_BYTES,
  openEnvelope,
  sealEnvelope,
  type Sealable,
} from './envelope.ts';
import { EnvelopeError, TooLargeError, type EnvelopeFault } from './errors.ts';
import { hpke } from './hpke.ts';
import { testDevice, type TestDevice } from './testing/device.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const [alice, bob, carol] = await Promise.all([
  testDevice('alice'),
  testDevice('bob'),
  testDevice('carol'),
]);
const MESSAGE: Sealable = { stream: 'journal', counter: 7, body: utf8('hello') };

async function faultOf(opening: Promise<unknown>): Promise<EnvelopeFault | undefined> {
  const error: unknown = await opening.catch((e: unknown) => e);
  return error instanceof EnvelopeError ? error.fault : undefined;
}

/** The parts of an envelope as a sender may choose them, each of which an attack changes. */
interface Made {
  readonly domain?: string;
  readonly version?: number;
  readonly recipient?: TestDevice;
  readonly stream?: number;
  readonly counter?: Uint8Array;
  readonly length?: number;
  readonly padding?: Uint8Array;
  readonly size?: number;
  readonly claimed?: Uint8Array;
  readonly signed?: {
    readonly recipient?: Uint8Array;
    readonly enc?: Uint8Array;
    readonly domain?: string;
    readonly content?: Uint8Array;
  };
}

/** Builds an envelope from alice to bob by hand, after the layout in `envelope.ts`. */
async function make(made: Made = {}): Promise<Uint8Array> {
  const info = concat(utf8(made.domain ?? 'countersign/envelope/v1'), bob.keys.identity);
  const publicKey = await hpke.DeserializePublicKey((made.recipient ?? bob).peer.sealing);
  const { encapsulatedSecret: enc, ctx } = await hpke.SetupSender(publicKey, { info });
  const content = concat(
    u8(made.stream ?? 3),
    made.counter ?? encodeCounter(7),
    u32(made.length ?? 5),
    utf8('hello'),
  );
  const signed = concat(
    utf8(made.signed?.domain ?? 'countersign/envelope/v1/signature'),
    u8(1),
    alice.keys.identity,
    made.signed?.recipient ?? bob.keys.identity,
    made.signed?.enc ?? enc,
    made.signed?.content ?? content,
  );
  const signature = await alice.keys.sign(signed);
  const plaintext = new Uint8Array(made.size ?? 512);
  plaintext.set(concat(made.claimed ?? alice.keys.identity, signature, content));
  if (made.padding !== undefined)
    plaintext.set(made.padding, plaintext.length - made.padding.length);
  return concat(u8(made.version ?? 1), enc, await ctx.Seal(plaintext));
}

const openMade = async (made: Made): Promise<EnvelopeFault | undefined> =>
  faultOf(openEnvelope(bob.keys, await make(made)));

describe('an envelope', () => {
  it.each(['pairing', 'presence', 'journal', 'ceremony', 'signal'] satisfies Stream[])(
    'carries a %s message to its recipient',
    async (stream) => {
      const envelope = await sealEnvelope(alice.keys, bob.peer, { ...MESSAGE, stream });
      const opened = await openEnvelope(bob.keys, envelope);
      expect(opened).toEqual({ ...MESSAGE, stream, sender: alice.keys.identity });
    },
  );

  it('has the layout that is documented', async () => {
    expect(await openEnvelope(bob.keys, await make())).toMatchObject({ ...MESSAGE });
  });

  it('carries bodies of every size and counters up to 2^53 - 1', async () => {
    const sizes = fc.oneof(fc.nat(2_000), fc.constantFrom(0, 387, 388, 65_427, MAX_BODY_BYTES));
    const counters = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
    await fc.assert(
      fc.asyncProperty(sizes, counters, async (size, counter) => {
        const body = new Uint8Array(size).fill(size % 256);
        const message = { stream: 'journal', counter, body } as const;
        const envelope = await sealEnvelope(alice.keys, bob.peer, message);
        expect(envelope.length).toBeLessThanOrEqual(MAX_ENVELOPE_BYTES);
        const opened = await openEnvelope(bob.keys, envelope);
        expect(opened.counter).toBe(counter);
        expect(opened.body.length).toBe(size);
      }),
      { numRuns: 20 },
    );
  });

  it('refuses a body that is too large', async () => {
    const body = new Uint8Array(MAX_BODY_BYTES + 1);
    const sealing = sealEnvelope(alice.keys, bob.peer, { ...MESSAGE, body });
    await expect(sealing).rejects.toThrow(TooLargeError);
  });

  it('shows only a size class', async () => {
    const sizeOf = async (size: number): Promise<number> =>
      (await sealEnvelope(alice.keys, bob.peer, { ...MESSAGE, body: new Uint8Array(size) })).length;
    const overhead = 1 + 32 + 16;
    const headers = 32 + 64 + 1 + 8 + 4;
    expect(await sizeOf(0)).toBe(512 + overhead);
    expect(await sizeOf(512 - headers)).toBe(512 + overhead);
    expect(await sizeOf(512 - headers + 1)).toBe(1024 + overhead);
    expect(await sizeOf(100_000)).toBe(131_072 + overhead);
    expect(await sizeOf(200_000)).toBe(MAX_ENVELOPE_BYTES);
  });

  it('differs each time', async () => {
    const one = await sealEnvelope(alice.keys, bob.peer, MESSAGE);
    const other = await sealEnvelope(alice.keys, bob.peer, MESSAGE);
    expect(one.slice(1, 33)).not.toEqual(other.slice(1, 33));
    expect(one.slice(33)).not.toEqual(other.slice(33));
  });

  it('is refused when any bit was flipped', async () => {
    const envelope = await sealEnvelope(alice.keys, bob.peer, MESSAGE);
    const bits = fc.nat(envelope.length * 8 - 1);
    await fc.assert(
      fc.asyncProperty(bits, async (bit) => {
        const altered = envelope.slice();
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        // The highest bit of an X25519 key is ignored (RFC 7748), but HPKE hashes all of `enc`.
        expect(await faultOf(openEnvelope(bob.keys, altered))).toBeDefined();
      }),
      { numRuns: 60 },
    );
  });

  it('is refused at any other length', async () => {
    const envelope = await sealEnvelope(alice.keys, bob.peer, MESSAGE);
    for (const length of [0, 1, 33, 48, 49, envelope.length - 1]) {
      const fault = await faultOf(openEnvelope(bob.keys, envelope.slice(0, length)));
      expect(fault).toBe('malformed');
    }
    const longer = concat(envelope, u8(0));
    expect(await faultOf(openEnvelope(bob.keys, longer))).toBe('malformed');
    const huge = concat(envelope, new Uint8Array(MAX_ENVELOPE_BYTES));
    expect(await faultOf(openEnvelope(bob.keys, huge))).toBe('malformed');
  });

  it('is refused when it is random', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 700 }), async (bytes) => {
        expect(await faultOf(openEnvelope(bob.keys, bytes))).toBeDefined();
      }),
      { numRuns: 100 },
    );
  });

  it('is refused in another version', async () => {
    expect(await openMade({ version: 2 })).toBe('malformed');
  });

  it('is refused when sealed to another key, or for another purpose', async () => {
    expect(await openMade({ recipient: carol })).toBe('unopened');
    expect(await openMade({ domain: 'countersign/envelope/v2' })).toBe('unopened');
  });

  it('is refused with an unknown stream, a counter out of range or a wrong length', async () => {
    for (const made of [
      { stream: 0 },
      { stream: 6 },
      { counter: encodeCounter(0) },
      { counter: new Uint8Array([0, 0x20, 0, 0, 0, 0, 0, 0]) },
      { length: 500 },
      { length: 2 ** 32 - 1 },
    ]) {
      expect(await openMade(made)).toBe('malformed');
    }
  });

  it('is refused in another size class than its content needs, or with padding that is not zero', async () => {
    expect(await openMade({ size: 1024 })).toBe('malformed');
    expect(await openMade({ size: 513 })).toBe('malformed');
    expect(await openMade({ padding: u8(1) })).toBe('malformed');
  });

  it('is refused when signed by somebody else than it names', async () => {
    expect(await openMade({ claimed: carol.keys.identity })).toBe('forged');
    expect(await openMade({ claimed: new Uint8Array(32).fill(255) })).toBe('forged');
  });

  it('is refused when its signature was made for another device, envelope, purpose or content', async () => {
    expect(await openMade({ signed: { recipient: carol.keys.identity } })).toBe('forged');
    expect(await openMade({ signed: { enc: new Uint8Array(32) } })).toBe('forged');
    expect(await openMade({ signed: { domain: 'countersign/journal' } })).toBe('forged');
    const content = concat(u8(3), encodeCounter(8), u32(5), utf8('hello'));
    expect(await openMade({ signed: { content } })).toBe('forged');
  });

  it('cannot be sealed to a key of low order', async () => {
    const sealing = new Uint8Array(32);
    const peer = { identity: bob.keys.identity, sealing };
    await expect(sealEnvelope(alice.keys, peer, MESSAGE)).rejects.toThrow();
  });
});
