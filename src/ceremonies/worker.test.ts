/** Page and worker over a real MessageChannel: the same answers as in process, and only public data. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { concat, toHex } from '../codec.ts';
import { headerOf } from '../threshold/testing/network.ts';
import { requestId } from '../threshold/testing/seeded.ts';
import { CeremonyError } from './errors.ts';
import { decodeKeyRecord, ECDSA } from './key-record.ts';
import { decodePairRecord } from './pair-record.ts';
import { failureOf, Hub, results, together } from './testing/hub.ts';
import { membersFor, signRequest, type Contents } from './testing/hosts.ts';
import { openWorker, type WorkerDevice } from './testing/worker.ts';
import { connect, workerFailed } from './worker-client.ts';
import { serve } from './worker-server.ts';

/** Every message that crossed in either direction. */
const crossed: unknown[] = [];
const open: WorkerDevice[] = [];
const channels: MessageChannel[] = [];

afterEach(() => {
  for (const device of open.splice(0)) device.end();
  for (const { port1, port2 } of channels.splice(0)) {
    port1.close();
    port2.close();
  }
});

async function startWorker(index: number, contents?: Contents): Promise<WorkerDevice> {
  const device = await openWorker(index, {
    contents,
    seed: `worker/${String(index)}/${String(crossed.length)}`,
    watch: (message) => crossed.push(message),
  });
  open.push(device);
  return device;
}

const refusal = async (work: Promise<unknown>): Promise<CeremonyError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof CeremonyError ? error : expect.unreachable();
};

let kid = '';
let made: readonly Contents[];

beforeAll(async () => {
  const list = await Promise.all([startWorker(1), startWorker(2)]);
  const stages: string[] = [];
  const request = {
    suite: ECDSA,
    requestId: requestId('worker'),
    threshold: 2,
    members: membersFor(2),
  };
  const keys = results(
    await together(
      new Hub('worker', [1, 2]),
      new Map(
        list.map(({ index, ceremonies }) => [
          index,
          async (link) =>
            ceremonies.keygen(request, link, {
              onStage: (stage) => {
                if (index === 1) stages.push(stage);
              },
            }),
        ]),
      ),
    ),
  );
  expect(stages).toEqual(['agree', 'commit', 'reveal', 'share', 'prove', 'confirm']);
  kid = keys.get(1)?.kid ?? '';
  expect(keys.get(2)).toMatchObject({ kid, publicKey: keys.get(1)?.publicKey });
  made = list.map(({ records }) => records.contents);
}, 240_000);

const startBoth = async (): Promise<WorkerDevice[]> =>
  Promise.all(made.map(async (contents, i) => startWorker(i + 1, contents)));

const noHook = { onCommitted: () => undefined };

describe('a host in a worker', () => {
  it('answers every question as in process', async () => {
    const [{ ceremonies: one }, { ceremonies: two }] = (await startBoth()) as [
      WorkerDevice,
      WorkerDevice,
    ];
    const [summary] = await one.keys();
    expect(summary).toMatchObject({ kid, state: 'active', index: 1 });
    const certificate = await one.certificate(kid);
    if (certificate === undefined) expect.unreachable();
    expect((await two.acceptCertificate(certificate)).kid).toBe(kid);
    const confirm = await two.confirm(kid);
    expect(confirm).toMatchObject({ index: 2 });
    expect((await one.addConfirms(kid, [confirm])).state).toBe('active');
    expect(await one.childKey(kid, [1, 2])).toEqual(await two.childKey(kid, [1, 2]));
    expect(await one.maybeSigned(kid)).toEqual([]);
    expect(await one.pairProblem(kid, 2)).toBeUndefined();
    await one.allowPeer(kid, 2);
  });

  it('signs through the link of the page, and waits for the page to commit', async () => {
    const list = await startBoth();
    const order: string[] = [];
    const hub = new Hub('sign', [1, 2], ({ from, packet }) => {
      if (from === 1) order.push(`round ${String(headerOf(packet).round)}`);
      return true;
    });
    const signed = results(
      await together(
        hub,
        new Map(
          list.map(({ index, ceremonies }) => [
            index,
            async (link) =>
              ceremonies.sign(signRequest(kid, [1, 2], 1), link, {
                onCommitted: async () => {
                  await Promise.resolve();
                  if (index === 1) order.push('committed');
                },
              }),
          ]),
        ),
      ),
    );
    expect(signed.get(1)).toEqual(signed.get(2));
    expect(signed.get(1)).toHaveLength(1);
    expect(order.slice(-2)).toEqual(['committed', 'round 3']);
    expect(await list[0]?.ceremonies.maybeSigned(kid)).toHaveLength(1);
  });

  it('sends no last round when the page cannot commit', async () => {
    const list = await startBoth();
    const hub = new Hub('refuse', [1, 2]);
    const settled = await together(
      hub,
      new Map(
        list.map(({ index, ceremonies }) => [
          index,
          async (link) =>
            ceremonies.sign(signRequest(kid, [1, 2], 1), link, {
              onCommitted: () => {
                if (index === 1) throw new Error('journal closed');
              },
            }),
        ]),
      ),
    );
    expect(failureOf(settled, 1).failure.remains).toBe('maybe-signed');
    const rounds = hub.log.filter(({ from }) => from === 1);
    expect(rounds.some(({ packet }) => headerOf(packet).round === 3)).toBe(false);
  });

  it('cancels, and carries failures over as they are', async () => {
    for (const when of ['before', 'agree']) {
      const list = await startBoth();
      const abort = new AbortController();
      if (when === 'before') abort.abort();
      const settled = await together(
        new Hub(`cancel/${when}`, [1, 2]),
        new Map(
          list.map(({ index, ceremonies }) => [
            index,
            async (link) =>
              ceremonies.sign(signRequest(kid, [1, 2], 1), link, {
                ...noHook,
                ...(index === 1 && {
                  signal: abort.signal,
                  onStage: (stage: string) => {
                    if (stage === when) abort.abort();
                  },
                }),
              }),
          ]),
        ),
      );
      expect(failureOf(settled, 1)).toMatchObject({
        code: 'ceremonies/cancelled',
        failure: { abortClass: 'A', consequence: 'may-retry', remains: 'nothing' },
      });
      expect(failureOf(settled, 2).failure.abortClass).toBe('A');
    }
  });

  it('is not open before it was opened rightly, and closes', async () => {
    const { port1, port2 } = new MessageChannel();
    channels.push({ port1, port2 });
    const started = (port: MessagePort) => {
      port.start();
      return port;
    };
    serve(started(port2), async () => {
      throw new CeremonyError({ code: 'test/init', message: 'No.' });
    });
    expect((await refusal(connect(started(port1), 'wrong'))).code).toBe('test/init');

    const { ceremonies } = await startWorker(1, made[0]);
    await ceremonies.close();
    expect((await refusal(ceremonies.keys())).code).toBe('ceremonies/closed');
  });
});

describe('what does not understand each other', () => {
  it('the worker refuses messages of another shape, and the page gives up', async () => {
    const wrong: unknown[] = [
      undefined,
      'keys',
      { kind: 'call', id: -1, call: { method: 'keys' } },
      { kind: 'call', id: 1, call: { method: 'keys', extra: 1 } },
      { kind: 'call', id: 1, call: { method: 'signDigest', digest: new Uint8Array(32) } },
      { kind: 'call', id: 1, call: { method: 'certificate', kid: 'xyz' } },
      { kind: 'call', id: 1, call: { method: 'childKey', kid, path: [2 ** 31] } },
      { kind: 'call', id: 1, call: { method: 'acceptCertificate', certificate: [1, 2] } },
    ];
    for (const message of wrong) {
      const { ceremonies, post } = await startWorker(1, made[0]);
      const held = ceremonies.sign(signRequest(kid, [1, 2], 1), new Hub('x', [1, 2]).join(1), {
        onCommitted: () => undefined,
      });
      post(message);
      expect((await refusal(held)).code).toBe('ceremonies/worker-failed');
      expect((await refusal(ceremonies.keys())).code).toBe('ceremonies/worker-failed');
    }
  });

  it('the page refuses messages and results of another shape', async () => {
    for (const message of [
      'result',
      { kind: 'result', id: 'x', value: 1 },
      { kind: 'failure', id: 1, failure: { code: 'x' } },
      { kind: 'result', id: 1, value: [{ kid, secret: new Uint8Array(32) }] },
    ]) {
      const { ceremonies, postBack } = await startWorker(1, made[0]);
      postBack(message);
      const answer = ceremonies.keys();
      expect((await refusal(answer)).code).toBe('ceremonies/worker-failed');
    }
  });

  it('a worker that breaks after the commitment leaves a payment that may be signed', async () => {
    const [one, two] = await startBoth();
    if (one === undefined || two === undefined) expect.unreachable();
    const settled = await together(
      new Hub('breaks', [1, 2]),
      new Map([
        [
          1,
          async (link) =>
            one.ceremonies.sign(signRequest(kid, [1, 2], 1), link, {
              onCommitted: () => {
                one.connection.fail(workerFailed());
              },
            }),
        ],
        [2, async (link) => two.ceremonies.sign(signRequest(kid, [1, 2], 1), link, noHook)],
      ]),
    );
    expect(failureOf(settled, 1)).toMatchObject({
      code: 'ceremonies/worker-failed',
      failure: { remains: 'maybe-signed' },
    });
  });
});

/** Every byte string inside a value. */
function bytesIn(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(bytesIn);
}

it('nothing secret crossed in any of these tests', () => {
  // More than 16 bytes in a row of anything secret would be found.
  const all = toHex(concat(...crossed.flatMap(bytesIn)));
  expect(all.length).toBeGreaterThan(500_000);
  let searched = 0;
  for (const contents of made) {
    for (const [key, value] of contents) {
      const secrets: Uint8Array[] = [];
      if (key.startsWith('ceremony-keys')) {
        const { epochs } = decodeKeyRecord(value);
        secrets.push(epochs.active?.material.share ?? expect.unreachable());
      }
      if (key.startsWith('ceremony-pairs')) {
        // u8 version, u32 gen, 32 pid (public), then Nabla and pads
        const [generation] = decodePairRecord(value).generations;
        const secret = generation?.bytes.slice(37) ?? expect.unreachable();
        for (let at = 0; at + 16 <= secret.length; at += 16)
          secrets.push(secret.slice(at, at + 16));
      }
      if (key.endsWith('secret')) secrets.push(value.slice(1));
      for (const secret of secrets) {
        searched += 1;
        expect(all.includes(toHex(secret))).toBe(false);
      }
    }
  }
  expect(searched).toBeGreaterThan(1000);
  // The search finds what did cross.
  expect(all).toContain(kid.length === 64 ? toHex(requestId('worker')) : 'nothing');
});
