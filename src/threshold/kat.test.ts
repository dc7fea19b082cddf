/** Every check value of the specification (section 19), through the functions that the protocols use. */
import { describe, expect, it } from 'vitest';
import { concat, toHex, u16, u8 } from '../codec.ts';
import { fromWords, toWords } from './bits.ts';
import { GF_WORDS, multiplyInto, shiftTable } from './gf128.ts';
import { expand, hashToScalar, hashWithTag } from './hash.ts';
import { finishReceiver, gadget, multiplyAsSender, startReceiver } from './multiply.ts';
import { answerBaseOt, chooseBaseOt, finishBaseOt } from './ot/base.ts';
import {
  COLUMN_EXPANSION,
  extendAsReceiver,
  extendAsSender,
  type ReceiverPads,
  type SenderPads,
} from './ot/extension.ts';
import { LAMBDA_C, ROW_BYTES, XI } from './parameters.ts';
import { encodePoint, hashToCurve, Point } from './points.ts';
import { encodeScalar, ORDER, readWide, viewOf } from './scalars.ts';
import { bitOf } from './secret-bits.ts';
import type { Tag } from './tags.ts';
import { CHECK } from './vectors/check-values.ts';

/** H, Exp and HS with the tags of the check values, which are outside the registry. */
const H = (tag: string, ...parts: Uint8Array[]): Uint8Array => hashWithTag(tag, parts);
const Exp = (tag: string, length: number): Uint8Array => expand(H(tag), length);
const HS = (tag: string, ...parts: Uint8Array[]): bigint =>
  hashToScalar(ORDER, tag as Tag, ...parts);

const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'ascii'));
const scalarHex = (value: bigint): string => toHex(encodeScalar(value));
const each = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const wide = (columns: Uint8Array, j: number, i: number): bigint =>
  readWide(viewOf(columns), j * COLUMN_EXPANSION + i * 48) % ORDER;

const sid = H('kat/sid');

describe('section 19: hashing', () => {
  it('H, Exp, HS', () => {
    expect(toHex(H('kat', ascii('abc'), new Uint8Array()))).toBe(CHECK.hash);
    expect(toHex(H('kat/d', Exp('kat', 80)))).toBe(CHECK.expand);
    expect(scalarHex(HS('kat'))).toBe(CHECK.scalar);
  });

  it('P-01 H2C', () => {
    const parts = [ascii('botH'), sid, u16(1), u16(2), u16(0), u8(1), encodePoint(Point.BASE)];
    expect(toHex(encodePoint(hashToCurve(...parts)))).toBe(CHECK.hashToCurve);
  });
});

describe('section 19: GF(2^128)', () => {
  const multiply = (a: Uint8Array, b: Uint8Array): string => {
    const out = new Uint32Array(GF_WORDS);
    multiplyInto(shiftTable(toWords(a)), toWords(b), 0, out, 0);
    return toHex(fromWords(out));
  };
  const power = (i: number): Uint8Array =>
    Uint8Array.from(each(16, (at) => (at === i >> 3 ? 1 << (i & 7) : 0)));

  it('a, b, a b and x^127 x', () => {
    const [a, b] = [Exp('kat/gf-a', 16), Exp('kat/gf-b', 16)];
    expect([toHex(a), toHex(b)]).toEqual([CHECK.gfA, CHECK.gfB]);
    expect(multiply(a, b)).toBe(CHECK.gfProduct);
    expect(multiply(power(127), power(1))).toBe(CHECK.gfOverflow);
    expect(multiply(power(1), power(127))).toBe(CHECK.gfOverflow);
  });
});

describe('section 19: base OT', () => {
  const id = { otsid: sid, sender: 1, receiver: 2 };
  const nabla = Exp('kat/c', LAMBDA_C / 8);
  const chooser = chooseBaseOt(
    id,
    nabla,
    each(LAMBDA_C, (idx) => HS('kat/t', u16(idx))),
    each(LAMBDA_C, (idx) => HS('kat/o', u16(idx))),
  );
  const b = each(2 * LAMBDA_C, (lane) => HS('kat/tb', u16(lane >> 1), u8(lane & 1)));
  const { message, pads } = answerBaseOt(id, chooser.message, b);
  const finished = finishBaseOt(id, chooser, message);

  it('both messages', () => {
    expect(toHex(nabla)).toBe(CHECK.nabla);
    expect(toHex(chooser.message.slice(0, 33))).toBe(CHECK.r0);
    expect(toHex(chooser.message.slice(33, 66))).toBe(CHECK.r1);
    expect(toHex(message.slice(0, 33))).toBe(CHECK.B0);
    expect(toHex(message.slice(33, 66))).toBe(CHECK.B1);
    expect(toHex(H('kat/d', chooser.message))).toBe(CHECK.firstMessage);
  });

  it('the pads', () => {
    expect(toHex(pads.zeros.slice(0, 32))).toBe(CHECK.k0);
    expect(toHex(pads.ones.slice(0, 32))).toBe(CHECK.k1);
    expect(toHex(H('kat/d', finished.chosen))).toBe(CHECK.chosenPads);
    const chosen = each(LAMBDA_C, (i) =>
      (bitOf(nabla, i) === 1 ? pads.ones : pads.zeros).slice(32 * i, 32 * (i + 1)),
    );
    expect(toHex(concat(...chosen))).toBe(toHex(finished.chosen));
  });
});

describe('section 19: OT extension and multiplication', () => {
  const seeds = (bit: number): Uint8Array =>
    concat(...each(LAMBDA_C, (i) => H('kat/seed', u16(i), u8(bit))));
  const receive: ReceiverPads = { zeros: seeds(0), ones: seeds(1) };
  const nabla = Exp('kat/c', LAMBDA_C / 8);
  const send: SenderPads = {
    nabla,
    chosen: concat(...each(LAMBDA_C, (i) => H('kat/seed', u16(i), u8(bitOf(nabla, i))))),
  };
  const x = Exp('kat/x', ROW_BYTES);
  const { message, gamma } = extendAsReceiver(sid, receive, x);

  it('the extension message', () => {
    expect(toHex(H('kat/d', message.u))).toBe(CHECK.u);
    expect(toHex(message.foldX)).toBe(CHECK.foldX);
    expect(toHex(message.foldT.slice(0, 16))).toBe(CHECK.foldT0);
    expect(toHex(message.foldT.slice(127 * 16))).toBe(CHECK.foldT127);
  });

  it('the columns', () => {
    expect(scalarHex(wide(gamma, 0, 0))).toBe(CHECK.gamma00);
    expect(scalarHex(wide(gamma, 511, 2))).toBe(CHECK.gamma5112);
  });

  const started = startReceiver(sid, receive, x);
  const extension = extendAsSender(sid, send, started.message);
  const a = [HS('kat/a', u8(0)), HS('kat/a', u8(1))] as const;
  const sent = multiplyAsSender(sid, extension, a, HS('kat/ahat'));
  const received = finishReceiver(started.state, sent.message);

  it('the gadget and b', () => {
    const g = gadget(sid);
    expect(g).toHaveLength(XI);
    expect(scalarHex(g[0] ?? 0n)).toBe(CHECK.g0);
    expect(scalarHex(g[511] ?? 0n)).toBe(CHECK.g511);
    expect(scalarHex(started.state.b)).toBe(CHECK.b);
  });

  it('the multiplication', () => {
    expect(a.map(scalarHex)).toEqual([CHECK.a0, CHECK.a1]);
    expect(extension.consistent).toBe(true);
    expect(toHex(sent.message.matrix.slice(0, 32))).toBe(CHECK.matrix00);
    expect(scalarHex(sent.message.eta)).toBe(CHECK.eta0);
    expect(toHex(sent.message.mu)).toBe(CHECK.mu);
    expect(sent.shares.map(scalarHex)).toEqual([CHECK.c0, CHECK.c1]);
    if (typeof received === 'string') throw new Error(received);
    expect(received.map(scalarHex)).toEqual([CHECK.d0, CHECK.d1]);
    for (const i of [0, 1] as const) {
      expect((sent.shares[i] + received[i]) % ORDER).toBe((a[i] * started.state.b) % ORDER);
    }
  });
});
