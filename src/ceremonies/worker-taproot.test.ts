/** The FROST key behind the worker: made, used and refused as in process, and only public data crosses. */
import { schnorr } from '@noble/curves/secp256k1.js';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { assembleRequest, type BitcoinAccount } from '../chains/index.ts';
import { concat, toHex } from '../codec.ts';
import { headerOf } from '../threshold/testing/network.ts';
import { requestId } from '../threshold/testing/seeded.ts';
import type { KeySummary, Signature, SignRequest } from './api.ts';
import { CeremonyError } from './errors.ts';
import { decodeKeyRecord, TAPROOT } from './key-record.ts';
import { accountOf, asking, spend } from './testing/coins.ts';
import { failureOf, Hub, results, together } from './testing/hub.ts';
import { membersFor, payment, type Contents } from './testing/hosts.ts';
import { openWorker, type WorkerDevice } from './testing/worker.ts';
import { workerFailed } from './worker-client.ts';

/** Every message that crossed in either direction. */
const crossed: unknown[] = [];
const open: WorkerDevice[] = [];

afterEach(() => {
  for (const device of open.splice(0)) device.end();
});

async function start(index: number, contents?: Contents): Promise<WorkerDevice> {
  const device = await openWorker(index, {
    contents,
    seed: `worker-taproot/${String(index)}/${String(crossed.length)}`,
    watch: (message) => crossed.push(message),
  });
  open.push(device);
  return device;
}

const reopen = async (index: number): Promise<WorkerDevice> => start(index, made[index - 1]);

const REQUEST = { suite: TAPROOT, requestId: requestId('frost'), threshold: 2 } as const;

let made: readonly Contents[];
let key: KeySummary;
let account: BitcoinAccount;

beforeAll(async () => {
  const list = await Promise.all([1, 2, 3].map(async (index) => start(index)));
  const request = { ...REQUEST, members: membersFor(3) };
  const hub = new Hub('frost', [1, 2, 3]);
  const parts = list.map(
    ({ index, ceremonies }) =>
      [
        index,
        async (link: Parameters<typeof ceremonies.keygen>[1]) => ceremonies.keygen(request, link),
      ] as const,
  );
  const { kid } = results(await together(hub, new Map(parts))).get(1) ?? expect.unreachable();
  const [summary] = (await list[0]?.ceremonies.keys()) ?? [];
  key = summary ?? expect.unreachable();
  expect(key).toMatchObject({ kid, suite: TAPROOT, state: 'active', index: 1 });
  account = accountOf(key, 'p2tr');
  made = list.map(({ records }) => records.contents);
}, 120_000);

const refusal = async (work: Promise<unknown>): Promise<CeremonyError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof CeremonyError ? error : expect.unreachable();
};

/** A signing between some devices; `committed` runs on the first. */
async function sign(
  list: readonly WorkerDevice[],
  request: SignRequest,
  hub: Hub,
  committed: () => void | Promise<void> = () => undefined,
): Promise<ReadonlyMap<number, PromiseSettledResult<readonly Signature[]>>> {
  return together(
    hub,
    new Map(
      list.map(({ index, ceremonies }, i) => [
        index,
        async (link) =>
          ceremonies.sign(request, link, {
            onCommitted: i === 0 ? committed : () => undefined,
          }),
      ]),
    ),
  );
}

describe('signing', () => {
  it.each([[[1, 2]], [[1, 3]], [[2, 3]]])('by devices %j spends two coins', async (signers) => {
    const list = await Promise.all(signers.map(reopen));
    const request = spend(account, 2);
    const hub = new Hub(signers.join(), signers);
    const settled = await sign(list, asking(key, request, signers), hub);
    const [signatures = [], others] = [...results(settled).values()];
    expect(signatures).toHaveLength(2);
    expect(others).toEqual(signatures);
    for (const [i, { digest, signature }] of signatures.entries()) {
      // OP_1, 32 bytes: the output key of BIP-86, by the library that made the address
      const script = request.inputs[i]?.script ?? expect.unreachable();
      expect(schnorr.verify(signature, digest, script.slice(2))).toBe(true);
    }
    const signer = { chain: 'bitcoin', derive: account.derive } as const;
    expect(assembleRequest(request, signatures, signer).psbt?.complete).toBe(true);
  });

  it('waits for the page to commit before the last round', async () => {
    const order: string[] = [];
    const hub = new Hub('order', [1, 2], ({ from, packet }) => {
      if (from === 1) order.push(`round ${String(headerOf(packet).round)}`);
      return true;
    });
    const list = [await reopen(1), await reopen(2)];
    results(
      await sign(list, asking(key, spend(account, 1), [1, 2]), hub, async () => {
        await Promise.resolve();
        order.push('committed');
      }),
    );
    expect(order).toEqual(['round 0', 'round 1', 'committed', 'round 2']);
  });

  it('whose worker breaks after the commitment may have signed, and says so when it is back', async () => {
    const [one, two] = [await reopen(1), await reopen(2)];
    const request = spend(account, 2);
    const settled = await sign(
      [one, two],
      asking(key, request, [1, 2]),
      new Hub('b', [1, 2]),
      () => {
        one.connection.fail(workerFailed());
      },
    );
    expect(failureOf(settled, 1)).toMatchObject({
      code: 'ceremonies/worker-failed',
      failure: { remains: 'maybe-signed' },
    });
    const again = await start(1, one.records.contents);
    expect((await again.ceremonies.keys())[0]?.state).toBe('active');
    const [maybe, ...rest] = await again.ceremonies.maybeSigned(key.kid);
    expect(rest).toEqual([]);
    expect(maybe?.items.map(({ publicKey }) => toHex(publicKey))).toEqual(
      request.inputs.map(({ script }) => toHex(script.slice(2))),
    );
  });

  it('is refused for what the ECDSA key signs, and nothing leaves', async () => {
    const { ceremonies } = await reopen(1);
    for (const request of [payment(1), spend(accountOf(key, 'p2wpkh'), 1)]) {
      const hub = new Hub('other', [1, 2]);
      const work = ceremonies.sign(asking(key, request, [1, 2]), hub.join(1), {
        onCommitted: () => undefined,
      });
      expect((await refusal(work)).code).toBe('ceremonies/other-key');
      expect(hub.log).toEqual([]);
    }
  });

  it('is of one request at a time', async () => {
    const { ceremonies } = await reopen(1);
    const hub = new Hub('busy', [1, 2]);
    const hooks = { onCommitted: () => undefined };
    const running = ceremonies.sign(asking(key, spend(account, 1), [1, 2]), hub.join(1), hooks);
    const other = ceremonies.sign(
      asking(key, spend(account, 2), [1, 2], 'second'),
      new Hub('second', [1, 2]).join(1),
      hooks,
    );
    expect((await refusal(other)).code).toBe('ceremonies/busy');
    hub.leave(1);
    await refusal(running);
  });
});

describe('key generation', () => {
  it.each(['mpc-frost/v1/ed25519', '', undefined])(
    'of the suite %j is not understood by the worker',
    async (suite) => {
      const { ceremonies, post } = await reopen(1);
      const held = ceremonies.sign(
        asking(key, spend(account, 1), [1, 2]),
        new Hub('held', [1, 2]).join(1),
        { onCommitted: () => undefined },
      );
      const request = { ...REQUEST, members: membersFor(3), suite };
      post({ kind: 'call', id: 99, call: { method: 'keygen', request } });
      expect((await refusal(held)).code).toBe('ceremonies/worker-failed');
    },
  );
});

/** Every byte string inside a value. */
function bytesIn(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(bytesIn);
}

it('no share crossed in any of these tests', () => {
  const all = toHex(concat(...crossed.flatMap(bytesIn)));
  for (const contents of made) {
    const [, value] =
      [...contents].find(([name]) => name.startsWith('ceremony-keys')) ?? expect.unreachable();
    const share = decodeKeyRecord(value).epochs.active?.material.share ?? expect.unreachable();
    expect(share).toHaveLength(32);
    expect(all.includes(toHex(share))).toBe(false);
  }
  // The search finds what did cross.
  expect(all).toContain(toHex(REQUEST.requestId));
});
