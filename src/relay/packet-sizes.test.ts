import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PacketSizes } from './packet-sizes.ts';

/** A packet with a body of `length` bytes (MQTT 3.1.1, 2.2.3). */
function packetOf(length: number): number[] {
  const head = [0x30];
  for (let rest = length; ; rest = Math.floor(rest / 128)) {
    head.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) return [...head, ...new Array<number>(length).fill(0xff)];
  }
}

it('follows packets through any cut of the stream', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(300), { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
      (lengths, cuts) => {
        const sizes = new PacketSizes(300);
        let stream = lengths.flatMap(packetOf);
        for (let i = 0; stream.length > 0; i++) {
          const cut = cuts[i % cuts.length] ?? 1;
          expect(sizes.accept(Uint8Array.from(stream.slice(0, cut)))).toBe(true);
          stream = stream.slice(cut);
        }
      },
    ),
  );
});

it.each([0, 1, 127, 128, 16_383, 16_384])('accepts a body of the limit, %i bytes', (limit) => {
  expect(new PacketSizes(limit).accept(Uint8Array.from(packetOf(limit)))).toBe(true);
});

it.each([0, 127, 128, 16_383])('refuses a body of one byte more than %i at its length', (limit) => {
  const head = packetOf(limit + 1).slice(0, -(limit + 1));
  expect(new PacketSizes(limit).accept(Uint8Array.from(head))).toBe(false);
});

it('refuses a length of five bytes', () => {
  const endless = Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x00);
  expect(new PacketSizes(2 ** 30).accept(endless)).toBe(false);
});

it('is not misled by what a body contains', () => {
  const sizes = new PacketSizes(4);
  expect(sizes.accept(Uint8Array.of(0x30, 4, 0xff, 0xff, 0xff, 0xff, 0xc0, 0))).toBe(true);
  expect(sizes.accept(Uint8Array.of(0x30, 5))).toBe(false);
});
