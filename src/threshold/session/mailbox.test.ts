/** One message per slot: what is filed, what is ignored, and what ends the session. */
import { describe, expect, it } from 'vitest';
import { concat, toHex, u8 } from '../../codec.ts';
import { ProtocolError } from '../abort.ts';
import { bytes, struct } from '../schema.ts';
import { EquivocationError } from './equivocation.ts';
import { Mailbox } from './mailbox.ts';
import type { AnyRoundShape } from './round.ts';

const word = struct({ word: bytes(4) });
const shapes: readonly AnyRoundShape[] = [
  {
    number: 1,
    stage: 'one',
    broadcast: { from: [1, 2, 3], schema: word },
    direct: { from: [2, 3], schema: struct({ secret: bytes(6) }) },
  },
  { number: 2, stage: 'two', broadcast: { from: [2, 3], schema: word } },
  {
    number: 4,
    stage: 'by role',
    direct: { from: [2, 3], schema: word, per: new Map([[3, struct({ word: bytes(2) })]]) },
  },
];
const mailbox = (): Mailbox => new Mailbox(1, shapes);
const four = (fill: number): Uint8Array => new Uint8Array(4).fill(fill);
const six = (fill: number): Uint8Array => new Uint8Array(6).fill(fill);
/** Stands for a packet: the mailbox does not look inside. */
const seven = (fill: number): Uint8Array => new Uint8Array(7).fill(fill);

const failure = (action: () => void): unknown => {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
};
const blames = (party: number): unknown =>
  expect.objectContaining({ abortClass: "A'", culprit: party });

describe('a mailbox', () => {
  it('gives a round out once every sender has sent every message', () => {
    const box = mailbox();
    box.put(1, 'broadcast', 1, four(1));
    box.put(1, 'direct', 3, six(3));
    box.put(1, 'broadcast', 3, four(3));
    box.put(1, 'broadcast', 2, four(2));
    expect(box.take(1)).toBeUndefined();
    expect(box.missing(1)).toEqual([2]);
    box.put(1, 'direct', 2, six(2));
    expect(box.missing(1)).toEqual([]);
    const inbox = box.take(1);
    expect(inbox?.broadcasts).toEqual(
      new Map([
        [1, four(1)],
        [2, four(2)],
        [3, four(3)],
      ]),
    );
    expect(inbox?.direct).toEqual(
      new Map([
        [2, six(2)],
        [3, six(3)],
      ]),
    );
  });

  it('keeps messages of later rounds until they are wanted', () => {
    const box = mailbox();
    box.put(2, 'broadcast', 2, four(2));
    box.put(2, 'broadcast', 3, four(3));
    expect(box.take(1)).toBeUndefined();
    expect(box.take(2)?.broadcasts.size).toBe(2);
  });

  it('knows whose messages are missing, but never asks for its own', () => {
    const box = mailbox();
    expect(box.missing(1)).toEqual([2, 3]);
    expect(box.missing(2)).toEqual([2, 3]);
    expect(box.missing(3)).toEqual([]);
    expect(box.take(3)).toBeUndefined();
  });

  it('copies what it files', () => {
    const box = mailbox();
    const buffer = four(2);
    box.put(2, 'broadcast', 2, buffer);
    buffer.fill(9);
    box.put(2, 'broadcast', 3, four(3));
    expect(box.take(2)?.broadcasts.get(2)).toEqual(four(2));
  });

  it.each([
    ['a round that does not exist', 3, 'broadcast', 2, four(2)],
    ['a round far away', 254, 'broadcast', 2, four(2)],
    ['a kind that the round does not have', 2, 'direct', 2, four(2)],
    ['a sender without a message in the round', 2, 'broadcast', 1, four(1)],
    ['a sender without a direct message', 1, 'direct', 1, six(1)],
    ['a stranger', 1, 'broadcast', 4, four(4)],
    ['a body that is too short', 1, 'broadcast', 2, four(2).slice(1)],
    ['a body that is too long', 1, 'broadcast', 2, concat(four(2), u8(0))],
    ['an empty body', 1, 'direct', 2, new Uint8Array()],
    ["the length of another role's message", 4, 'direct', 3, four(3)],
  ] as const)('blames the sender for %s', (_, round, kind, from, body) => {
    const error = failure(() => {
      mailbox().put(round, kind, from, body);
    });
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toEqual(blames(from));
    expect(error).not.toBeInstanceOf(EquivocationError);
  });

  it('takes the length of the sender’s role', () => {
    const box = mailbox();
    box.put(4, 'direct', 2, four(2));
    box.put(4, 'direct', 3, Uint8Array.of(3, 3));
    expect(box.take(4)?.direct.get(3)).toEqual(Uint8Array.of(3, 3));
  });
});

describe('P-38 a second message in one slot', () => {
  it('changes nothing when it is the same', () => {
    const box = mailbox();
    for (let i = 0; i < 3; i++) box.put(2, 'broadcast', 2, four(2));
    expect(box.take(2)).toBeUndefined();
    box.put(2, 'broadcast', 3, four(3));
    expect(box.take(2)?.broadcasts).toEqual(
      new Map([
        [2, four(2)],
        [3, four(3)],
      ]),
    );
  });

  const equivocation = (action: () => void): EquivocationError => {
    const error = failure(action);
    expect(error).toBeInstanceOf(EquivocationError);
    expect(error).toEqual(blames(2));
    return error as EquivocationError;
  };

  it('is equivocation when a broadcast differs: both packets are kept as evidence, as they came', () => {
    const box = mailbox();
    const [one, two] = [seven(1), seven(2)];
    box.put(1, 'broadcast', 2, four(2), one);
    one.fill(0); // the carrier may reuse its buffer
    const { evidence } = equivocation(() => {
      box.put(1, 'broadcast', 2, four(9), two);
    });
    two.fill(0);
    expect(evidence).toEqual({ round: 1, from: 2, packets: [seven(1), seven(2)] });
  });

  it('keeps the packet of the broadcast, whatever else the party sent in that round', () => {
    const box = mailbox();
    box.put(1, 'broadcast', 2, four(2), seven(1));
    box.put(1, 'direct', 2, six(2), seven(3));
    const { evidence } = equivocation(() => {
      box.put(1, 'broadcast', 2, four(9), seven(2));
    });
    expect(evidence.packets).toEqual([seven(1), seven(2)]);
  });

  it('keeps no evidence without both packets', () => {
    for (const [first, second] of [
      [undefined, seven(2)],
      [seven(1), undefined],
    ]) {
      const box = mailbox();
      box.put(1, 'broadcast', 2, four(2), first);
      const { evidence } = equivocation(() => {
        box.put(1, 'broadcast', 2, four(9), second);
      });
      expect(evidence).toEqual({ round: 1, from: 2, packets: undefined });
    }
  });

  it('P-41 is equivocation when a direct message differs, and its secrets are not in the error', () => {
    const box = mailbox();
    box.put(1, 'broadcast', 2, four(2), seven(1));
    box.put(1, 'direct', 2, six(2), seven(3));
    const { evidence } = equivocation(() => {
      box.put(1, 'direct', 2, six(9), seven(4));
    });
    expect(evidence).toEqual({ round: 1, from: 2, packets: undefined });
  });

  it('is equivocation even when the round is over', () => {
    const box = mailbox();
    box.put(2, 'broadcast', 2, four(2));
    box.put(2, 'broadcast', 3, four(3));
    box.take(2);
    expect(() => {
      box.put(2, 'broadcast', 3, four(4));
    }).toThrow(EquivocationError);
  });

  it('is never counted as the message of another party', () => {
    const box = mailbox();
    box.put(2, 'broadcast', 2, four(2));
    box.put(2, 'broadcast', 2, four(2));
    expect(box.missing(2)).toEqual([3]);
  });
});

/** All orders of a list. */
function* permutations<T>(list: readonly T[]): Generator<T[]> {
  if (list.length === 0) yield [];
  for (const [i, item] of list.entries()) {
    for (const rest of permutations(list.toSpliced(i, 1))) yield [item, ...rest];
  }
}

const describeMap = (map: ReadonlyMap<number, Uint8Array>): string =>
  [...map]
    .sort(([a], [b]) => a - b)
    .map(([from, body]) => `${String(from)}:${toHex(body)}`)
    .join();

it('P-38 every order of delivery gives the same inboxes', () => {
  const deliveries = [
    [1, 'broadcast', 2, four(2)],
    [1, 'broadcast', 3, four(3)],
    [1, 'direct', 2, six(2)],
    [1, 'direct', 3, six(3)],
    [2, 'broadcast', 2, four(4)],
    [2, 'broadcast', 3, four(5)],
  ] as const;
  const seen = new Set<string>();
  let orders = 0;
  for (const order of permutations(deliveries)) {
    const box = mailbox();
    box.put(1, 'broadcast', 1, four(1));
    for (const [round, kind, from, body] of order) box.put(round, kind, from, body);
    const maps = [box.take(1), box.take(2)].flatMap((inbox) =>
      inbox === undefined ? [] : [inbox.broadcasts, inbox.direct],
    );
    seen.add(maps.map(describeMap).join(';'));
    orders++;
  }
  expect(orders).toBe(720);
  expect([...seen]).toEqual([
    '1:01010101,2:02020202,3:03030303;2:020202020202,3:030303030303;2:04040404,3:05050505;',
  ]);
});
