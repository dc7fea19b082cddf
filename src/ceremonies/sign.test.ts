/** Signing between hosts: what leaves when, what a failure leaves behind, and what survives a restart. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addressOf, assemble, readSigned } from '../chains/index.ts';
import { toHex } from '../codec.ts';
import { headerOf, lastRoundOf } from '../threshold/testing/network.ts';
import { requestId } from '../threshold/testing/seeded.ts';
import { decodeKeyRecord } from './key-record.ts';
import { decodePairRecord, encodePairRecord } from './pair-record.ts';
import { CeremonyError } from './errors.ts';
import type { Link } from './link.ts';
import { failureOf, Hub, results, together } from './testing/hub.ts';
import {
  approved,
  keygenAll,
  openDevice,
  openDevices,
  PATH,
  payment,
  signAll,
  signRequest,
  type Contents,
  type TestDevice,
} from './testing/hosts.ts';

let kid = '';
let made: readonly Contents[];
let devices: TestDevice[];

beforeAll(async () => {
  const list = await openDevices(3);
  kid = results(await keygenAll(list, 2, { seed: 'sign' })).get(1)?.kid ?? '';
  made = list.map(({ records }) => records.contents);
}, 240_000);

/** Every test starts from devices as key generation left them. */
beforeEach(async () => {
  devices = await Promise.all(made.map(async (contents, i) => openDevice(i + 1, contents)));
});

const device = (index: number): TestDevice => devices[index - 1] ?? expect.unreachable();
const pairOf = (...indexes: number[]): TestDevice[] => indexes.map(device);
const reopen = async (index: number): Promise<TestDevice> =>
  openDevice(index, device(index).records.contents);

const refusal = async (work: Promise<unknown>): Promise<CeremonyError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof CeremonyError ? error : expect.unreachable();
};

const roundsSentBy = (hub: Hub, party: number): number[] =>
  hub.log.filter(({ from }) => from === party).map(({ packet }) => headerOf(packet).round);

describe('signing', () => {
  it('gives every signer the signature of the transaction that it read', async () => {
    const request = payment(7);
    const settled = await signAll(pairOf(1, 3), signRequest(kid, [1, 3], 7), { seed: 'one' });
    const [one, three] = [...results(settled).values()];
    expect(one).toEqual(three);
    const [signature] = one ?? [];
    if (signature === undefined) expect.unreachable();
    expect(signature.publicKey).toEqual(await device(2).host.childKey(kid, PATH));
    const signed = assemble(request, signature, signature.publicKey);
    expect(readSigned(signed.raw)).toMatchObject({
      tx: request.tx,
      from: addressOf(signature.publicKey),
    });
  });

  it('signs again, with other signers and after a restart, never with the same counter', async () => {
    results(await signAll(pairOf(1, 2), signRequest(kid, [1, 2], 1), { seed: 'a' }));
    const counters = [counterOf(device(1))];
    devices = [await reopen(1), await reopen(2), device(3)];
    results(await signAll(pairOf(1, 2), signRequest(kid, [1, 2], 2), { seed: 'b' }));
    counters.push(counterOf(device(1)));
    results(await signAll(pairOf(1, 3), signRequest(kid, [1, 3], 3), { seed: 'c' }));
    counters.push(counterOf(device(1)));
    // key generation had the first
    expect(counters).toEqual([2n, 3n, 4n]);
  });

  it('signs several transactions at once, each under its own account', async () => {
    const items = [
      { request: approved(payment(1)), paths: [PATH] },
      { request: approved(payment(1)), paths: [[44, 60, 0, 0, 1]] },
    ];
    const request = { ...signRequest(kid, [2, 3], 1), items };
    const [signatures] = [
      ...results(await signAll(pairOf(2, 3), request, { seed: 'batch' })).values(),
    ];
    expect(signatures).toHaveLength(2);
    for (const [
      k,
      {
        paths: [path = []],
      },
    ] of items.entries()) {
      const { signature, publicKey, recovery } = signatures?.[k] ?? expect.unreachable();
      expect(publicKey).toEqual(await device(1).host.childKey(kid, path));
      expect(assemble(payment(1), { signature, recovery }, publicKey).raw.length).toBeGreaterThan(
        0,
      );
    }
  });

  it('writes down that a signature may exist before the last round leaves', async () => {
    const order: string[] = [];
    const { records } = device(1);
    const write = records.write.bind(records);
    records.write = async (batch) => {
      await write(batch);
      order.push(...batch.map(({ bucket }) => bucket));
    };
    const hub = new Hub('order', [1, 2], ({ from, packet }) => {
      if (from === 1) order.push(`round ${String(headerOf(packet).round)}`);
      return true;
    });
    const settled = await signAll(pairOf(1, 2), signRequest(kid, [1, 2], 5), {
      seed: 'order',
      hub,
      hooks: (index) =>
        index === 1
          ? {
              onCommitted: async () => {
                await Promise.resolve();
                order.push('committed');
              },
            }
          : {},
    });
    const [signatures] = [...results(settled).values()];
    expect(order).toEqual([
      'ceremony-device',
      'round 0',
      'round 1',
      'round 1',
      'round 2',
      'ceremony-maybe-signed',
      'committed',
      'round 3',
    ]);
    const committed = await (await reopen(1)).host.maybeSigned(kid);
    expect(committed).toEqual([
      {
        requestId: requestId('sign/5'),
        items: [{ publicKey: signatures?.[0]?.publicKey, digest: signatures?.[0]?.digest }],
      },
    ]);
    expect(await device(3).host.maybeSigned(kid)).toEqual([]);
  });
});

/** The session counter on the disk: u8 1, then u64. */
function counterOf({ records }: TestDevice): bigint {
  const [, value] =
    [...records.contents].find(([key]) => key.endsWith('counter')) ?? expect.unreachable();
  return BigInt(`0x${toHex(value.slice(1))}`);
}

describe('a signing that fails', () => {
  it('sends no last round when the commitment cannot be recorded', async () => {
    for (const how of ['hook', 'records'] as const) {
      const hub = new Hub(how, [1, 2]);
      if (how === 'records') {
        device(1).records.fail = (batch) =>
          batch.some(({ bucket }) => bucket === 'ceremony-maybe-signed')
            ? new Error('disk full')
            : undefined;
      }
      const settled = await signAll(pairOf(1, 2), signRequest(kid, [1, 2], 1), {
        seed: how,
        hub,
        hooks: (index) => ({
          onCommitted: () => {
            if (how === 'hook' && index === 1) throw new Error('journal closed');
          },
        }),
      });
      expect(failureOf(settled, 1).failure.remains).toBe(
        how === 'hook' ? 'maybe-signed' : 'nothing',
      );
      // Whether the other one committed already is up to the order of packets; it has no signature.
      expect(failureOf(settled, 2).failure.abortClass).toBe('A');
      expect(lastRoundOf(hub.log, 1)).toBe(2);
      expect(roundsSentBy(hub, 1)).toContain(255);
    }
  });

  it('signs nothing when the devices read different transactions', async () => {
    const hub = new Hub('differ', [1, 2]);
    const settled = await signAll(
      pairOf(1, 2),
      (index) => ({ ...signRequest(kid, [1, 2], index), requestId: requestId('same') }),
      { seed: 'differ', hub },
    );
    const failures = [1, 2].map((party) => failureOf(settled, party));
    expect(failures.map(({ code }) => code)).toContain('ceremonies/silent');
    for (const { failure } of failures) {
      expect(failure).toMatchObject({ abortClass: 'A', remains: 'nothing' });
    }
    for (const index of [1, 2]) {
      expect(lastRoundOf(hub.log, index)).toBe(0);
      expect(await device(index).host.maybeSigned(kid)).toEqual([]);
    }
  });

  it('is cancelled cleanly before the last round', async () => {
    for (const stage of ['agree', 'commit to nonces', 'multiply shares']) {
      const abort = new AbortController();
      const hub = new Hub(stage, [1, 2]);
      const settled = await signAll(pairOf(1, 2), signRequest(kid, [1, 2], 1), {
        seed: stage,
        hub,
        hooks: (index) =>
          index === 1
            ? {
                signal: abort.signal,
                onStage: (name) => {
                  if (name === stage) abort.abort();
                },
              }
            : {},
      });
      expect(failureOf(settled, 1)).toMatchObject({
        code: 'ceremonies/cancelled',
        failure: { remains: 'nothing', abortClass: 'A' },
      });
      expect(failureOf(settled, 2).failure).toMatchObject({ abortClass: 'A' });
      expect(await device(1).host.maybeSigned(kid)).toEqual([]);
      expect(lastRoundOf(hub.log, 1)).toBeLessThan(3);
    }
    // Nothing is left locked.
    results(await signAll(pairOf(1, 2), signRequest(kid, [1, 2], 2), { seed: 'then' }));
  });

  it('goes on when it is cancelled after the commitment', async () => {
    for (const when of ['committed', 'combine']) {
      const abort = new AbortController();
      const settled = await signAll(pairOf(1, 2), signRequest(kid, [1, 2], 1), {
        seed: when,
        hooks: (index) =>
          index === 1
            ? {
                signal: abort.signal,
                onCommitted: () => {
                  if (when === 'committed') abort.abort();
                },
                onStage: (name) => {
                  if (name === when) abort.abort();
                },
              }
            : {},
      });
      expect(abort.signal.aborted).toBe(true);
      expect(results(settled).get(1)).toHaveLength(1);
    }
  });

  it('ends when the device is locked, and not once it committed', async () => {
    for (const when of ['commit to nonces', 'committed']) {
      let closing: Promise<void> | undefined;
      const one = await reopen(1);
      const settled = await signAll([one, device(2)], signRequest(kid, [1, 2], 1), {
        seed: when,
        hooks: (index) => {
          if (index !== 1) return {};
          return {
            onStage: (name) => {
              if (name === when) closing = one.host.close();
            },
            onCommitted: () => {
              closing ??= one.host.close();
            },
          };
        },
      });
      await closing;
      if (when === 'committed') expect(results(settled).size).toBe(2);
      else expect(failureOf(settled, 1).code).toBe('ceremonies/cancelled');
      const again = await openDevice(1, one.records.contents);
      expect((await again.host.keys())[0]?.state).toBe('active');
      expect(await again.host.pairProblem(kid, 2)).toBeUndefined();
    }
  });

  it('says that it may be signed when another one keeps its last message back', async () => {
    const hub = new Hub(
      'withheld',
      [1, 2],
      ({ from, packet }) => from !== 2 || headerOf(packet).round < 3,
    );
    const settled = await signAll(pairOf(1, 2), signRequest(kid, [1, 2], 1), {
      seed: 'withheld',
      hub,
    });
    expect(settled.get(2)?.status).toBe('fulfilled');
    expect(failureOf(settled, 1)).toMatchObject({
      code: 'ceremonies/silent',
      failure: { remains: 'maybe-signed', missing: [2], abortClass: 'A' },
    });
    expect(await (await reopen(1)).host.maybeSigned(kid)).toHaveLength(1);
  });

  it('names who was silent', async () => {
    const hub = new Hub('silent', [1, 2]);
    const settled = await together(
      hub,
      new Map([
        [
          1,
          async (link: Link) =>
            device(1).host.sign(signRequest(kid, [1, 2], 1), link, {
              onCommitted: () => undefined,
            }),
        ],
        [2, async () => Promise.reject(new Error('away'))],
      ]),
    );
    const error = failureOf(settled, 1);
    expect(error).toMatchObject({
      code: 'ceremonies/silent',
      failure: { missing: [2], abortClass: 'A', consequence: 'may-retry', remains: 'nothing' },
    });
    expect(error.message).toContain('member 2');
  });

  it('is refused while another one runs with the same key', async () => {
    const hub = new Hub('busy', [1, 2]);
    const link = hub.join(1);
    const hooks = { onCommitted: () => undefined };
    const running = device(1).host.sign(signRequest(kid, [1, 2], 1), link, hooks);
    const error = await refusal(
      device(1).host.sign(signRequest(kid, [1, 3], 2), new Hub('b', [1, 3]).join(1), hooks),
    );
    expect(error).toMatchObject({ code: 'ceremonies/busy', failure: { abortClass: 'A' } });
    hub.leave(1);
    await refusal(running);
    results(await signAll(pairOf(1, 3), signRequest(kid, [1, 3], 2), { seed: 'after' }));
  });
});

describe('requests that a host refuses before anything leaves', () => {
  const hooks = { onCommitted: () => undefined };
  const codeOf = async (change: object): Promise<string> => {
    const hub = new Hub('refused', [1, 2]);
    const request = { ...signRequest(kid, [1, 2], 1), ...change };
    const { code } = await refusal(device(1).host.sign(request, hub.join(1), hooks));
    expect(hub.log).toEqual([]);
    return code;
  };

  it('an unknown key', async () => {
    expect(await codeOf({ kid: '00'.repeat(32) })).toBe('ceremonies/unknown-key');
  });
  it('bytes that are no unsigned transaction', async () => {
    const request = approved({ ...payment(1), bytes: new Uint8Array(32) });
    expect(await codeOf({ items: [{ request, paths: [PATH] }] })).toMatch(/^evm\//);
  });
  it('a request without a key for its digest, and one with a key too many', async () => {
    const request = approved(payment(1));
    expect(await codeOf({ items: [{ request, paths: [] }] })).toBe('ceremonies/paths');
    expect(await codeOf({ items: [{ request, paths: [PATH, PATH] }] })).toBe('ceremonies/paths');
  });
  it('a signer set without this device, and one below the threshold', async () => {
    expect(await codeOf({ signers: [2, 3] })).toBe('threshold/usage');
    expect(await codeOf({ signers: [1] })).toBe('threshold/usage');
  });
  it('a hardened path', async () => {
    const request = approved(payment(1));
    expect(await codeOf({ items: [{ request, paths: [[2 ** 31]] }] })).toBe('threshold/usage');
  });
  it('anything once it is closed', async () => {
    await device(1).host.close();
    expect(await codeOf({})).toBe('ceremonies/closed');
    expect((await refusal(device(1).host.keys())).code).toBe('ceremonies/closed');
  });
});

describe('pairs', () => {
  const pairKey = (peer: number): string => `ceremony-pairs\u0000${kid}/${String(peer)}`;

  /** Device 2 with one bit of its OT state with device 1 flipped: it seems to cheat. */
  async function corrupted(): Promise<TestDevice> {
    const contents = new Map(device(2).records.contents);
    const bytes = contents.get(pairKey(1))?.slice() ?? expect.unreachable();
    // The last byte belongs to a pad; the pair still decodes.
    const at = bytes.length - 1;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    contents.set(pairKey(1), bytes);
    return openDevice(2, contents);
  }

  it('stay banned over a restart after a failed check, until they are set up again', async () => {
    const bad = await corrupted();
    const settled = await signAll([device(1), bad], signRequest(kid, [1, 2], 1), { seed: 'bad' });
    const failures = [1, 2].map((party) => failureOf(settled, party));
    const banning = failures.findIndex(({ failure }) => failure.abortClass === 'B') + 1;
    expect(banning).toBeGreaterThan(0);
    expect(failures[banning - 1]?.failure).toMatchObject({
      consequence: 'ban-pair',
      culprit: 3 - banning,
      remains: 'nothing',
    });
    const contents = banning === 1 ? device(1).records.contents : bad.records.contents;
    const again = await openDevice(banning, contents);
    const peer = 3 - banning;
    expect(await again.host.pairProblem(kid, peer)).toMatchObject({ kind: 'set-up-needed' });
    expect(await again.host.pairProblem(kid, 3)).toBeUndefined();
    const other = banning === 1 ? await openDevice(2, bad.records.contents) : await reopen(1);

    // Signing with each other ends in class A, before anything secret is sent.
    const refused = await signAll([again, other], signRequest(kid, [1, 2], 2), { seed: 'banned' });
    for (const party of [1, 2]) {
      expect(failureOf(refused, party).failure).toMatchObject({ abortClass: 'A' });
    }

    const setUp = await together(
      new Hub('set-up', [1, 2]),
      new Map(
        [again, other].map(({ index, host }) => [
          index,
          async (link) =>
            host.pairSetup(
              {
                kid,
                requestId: requestId('set-up'),
                peer: 3 - index,
                reason: 'ban-lifted',
              },
              link,
            ),
        ]),
      ),
    );
    results(setUp);
    expect(await again.host.pairProblem(kid, peer)).toBeUndefined();
    const ready = [
      await openDevice(again.index, again.records.contents),
      await openDevice(other.index, other.records.contents),
    ];
    const request = signRequest(kid, [1, 2], 3);
    expect(results(await signAll(ready, request, { seed: 'good' })).size).toBe(2);
    // The new generation replaced what was left of the old one, on the disk too.
    const stored = ready.map(({ index, records }) =>
      decodePairRecord(records.contents.get(pairKey(3 - index)) ?? expect.unreachable()),
    );
    expect(stored.map(({ generations }) => generations.map(({ gen }) => gen))).toEqual([[2], [2]]);
  });

  it('are refused until a person allows the member, over restarts', async () => {
    const contents = new Map(device(1).records.contents);
    const pair = decodePairRecord(contents.get(pairKey(2)) ?? expect.unreachable());
    contents.set(pairKey(2), encodePairRecord({ ...pair, refused: true }));
    const refusing = await openDevice(1, contents);
    expect(await refusing.host.pairProblem(kid, 2)).toMatchObject({ kind: 'refused' });
    expect(await refusing.host.pairProblem(kid, 3)).toBeUndefined();
    const hub = new Hub('refused', [1, 2]);
    const error = await refusal(
      refusing.host.sign(signRequest(kid, [1, 2], 1), hub.join(1), {
        onCommitted: () => undefined,
      }),
    );
    expect(error.failure).toMatchObject({ abortClass: 'A', remains: 'nothing' });
    expect(hub.log).toEqual([]);
    await refusing.host.allowPeer(kid, 2);
    const again = await openDevice(1, refusing.records.contents);
    expect(await again.host.pairProblem(kid, 2)).toBeUndefined();
    const signed = await signAll([again, device(2)], signRequest(kid, [1, 2], 1), { seed: 'ok' });
    expect(results(signed).size).toBe(2);
  });
});

it('keeps the share of a key that another identity cannot open', async () => {
  const contents = device(1).records.contents;
  const entry = [...contents].find(([key]) => key.startsWith('ceremony-keys'));
  expect(decodeKeyRecord(entry?.[1] ?? expect.unreachable()).epochs.active?.index).toBe(1);
  const error = await refusal(openDevice(2, contents));
  expect(error.code).toBe('ceremonies/damaged');
});
