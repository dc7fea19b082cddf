/** The second key of a vault: FROST over the same link, beside the ECDSA one, for Bitcoin Taproot. */
import { schnorr } from '@noble/curves/secp256k1.js';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assembleRequest } from '../chains/index.ts';
import { toHex } from '../codec.ts';
import { headerOf, lastRoundOf } from '../threshold/testing/network.ts';
import { requestId } from '../threshold/testing/seeded.ts';
import type { KeySummary, Signature } from './api.ts';
import { batchCount, batchId } from './batches.ts';
import { CeremonyError } from './errors.ts';
import { decodeKeyRecord, ECDSA, encodeKeyRecord, TAPROOT } from './key-record.ts';
import { decodeMaybeSigned, encodeMaybeSigned } from './maybe-signed.ts';
import { emptyPair, encodePairRecord } from './pair-record.ts';
import { accountOf, asking, spend } from './testing/coins.ts';
import { Hub, results } from './testing/hub.ts';
import {
  keygenAll,
  openDevice,
  openDevices,
  payment,
  signAll,
  type Contents,
  type TestDevice,
} from './testing/hosts.ts';

/** z_i. */
const LAST_ROUND = 2;

let made: readonly Contents[];
let ecdsa: KeySummary;
let taproot: KeySummary;
let devices: TestDevice[];

beforeAll(async () => {
  const list = await openDevices(3);
  const kids = [];
  for (const suite of [ECDSA, TAPROOT]) {
    const keys = results(await keygenAll(list, 2, { seed: suite, suite }));
    kids.push(keys.get(1)?.kid);
  }
  const keys = (await list[0]?.host.keys()) ?? [];
  [ecdsa, taproot] = kids.map(
    (kid) => keys.find((key) => key.kid === kid) ?? expect.unreachable(),
  ) as [KeySummary, KeySummary];
  made = list.map(({ records }) => records.contents);
}, 240_000);

/** Every test starts from devices as key generation left them. */
beforeEach(async () => {
  devices = await Promise.all(made.map(async (contents, i) => openDevice(i + 1, contents)));
});

const device = (index: number): TestDevice => devices[index - 1] ?? expect.unreachable();
const some = (...indexes: number[]): TestDevice[] => indexes.map(device);

const refusal = async (work: Promise<unknown>): Promise<CeremonyError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof CeremonyError ? error : expect.unreachable();
};

describe('the key', () => {
  it('lies beside the other one, each with its suite, on every device', async () => {
    for (const { host } of devices) {
      const keys = await host.keys();
      expect(keys.map(({ suite, state }) => [suite, state]).sort()).toEqual([
        [ECDSA, 'active'],
        [TAPROOT, 'active'],
      ]);
    }
    expect(toHex(taproot.publicKey)).not.toBe(toHex(ecdsa.publicKey));
  });

  it('comes back from its record, and is none with the share of the other', async () => {
    const entries = await device(1).records.list('ceremony-keys');
    const [one, two] = entries.map(({ value }) => decodeKeyRecord(value));
    const [active, other] = [one?.epochs.active, two?.epochs.active];
    if (one === undefined || two === undefined || active === undefined || other === undefined) {
      throw new Error('not two keys');
    }
    expect([one, two].map((record) => toHex(encodeKeyRecord(record)))).toEqual(
      entries.map(({ value }) => toHex(value)),
    );
    const material = { ...active.material, share: other.material.share };
    const mixed = { ...one, epochs: { ...one.epochs, active: { ...active, material } } };
    expect(() => decodeKeyRecord(encodeKeyRecord(mixed))).toThrow();
  });

  it('has nothing that two devices could set up with each other', async () => {
    const { host } = device(1);
    expect(await host.pairProblem(taproot.kid, 2)).toBeUndefined();
    const request = {
      kid: taproot.kid,
      requestId: requestId('pair'),
      peer: 2,
      reason: 'restored',
    } as const;
    const error = await refusal(host.pairSetup(request, new Hub('pair', [1]).join(1)));
    expect(error.code).toBe('ceremonies/no-pairs');
  });
});

describe('signing', () => {
  it.each([[[1, 2]], [[1, 3]], [[2, 3]], [[1, 2, 3]]])(
    'by devices %j gives the signatures of the output keys, in order',
    async (signers) => {
      const account = accountOf(taproot, 'p2tr');
      const request = spend(account, 3);
      const settled = await signAll(some(...signers), asking(taproot, request, signers), {
        seed: signers.join(),
      });
      const all = [...results(settled).values()];
      for (const signatures of all) {
        expect(signatures.map(({ signature }) => toHex(signature))).toEqual(
          all[0]?.map(({ signature }) => toHex(signature)),
        );
      }
      const [signatures = []] = all;
      for (const [i, { publicKey, digest, signature, recovery }] of signatures.entries()) {
        const script = request.inputs[i]?.script ?? new Uint8Array();
        expect(toHex(script)).toBe(`5120${toHex(publicKey)}`);
        expect(schnorr.verify(signature, digest, publicKey)).toBe(true);
        expect(recovery).toBe(0);
      }
      const signer = { chain: 'bitcoin', derive: account.derive } as const;
      expect(assembleRequest(request, signatures, signer).psbt?.complete).toBe(true);
    },
  );

  it('of more than sixteen coins takes one session after the other', async () => {
    const account = accountOf(taproot, 'p2tr');
    const request = spend(account, 35);
    const attempt = requestId('batches');
    const asked = asking(taproot, request, [1, 2]);
    const signatures: Signature[] = [];
    expect(batchCount(35)).toBe(3);
    for (const batch of [0, 1, 2]) {
      const session = { ...asked, requestId: batchId(attempt, batch), batch };
      const seed = `batch ${String(batch)}`;
      const [one] = [...results(await signAll(some(1, 2), session, { seed })).values()];
      expect(one).toHaveLength(batch < 2 ? 16 : 3);
      signatures.push(...(one ?? []));
    }
    const signer = { chain: 'bitcoin', derive: account.derive } as const;
    expect(assembleRequest(request, signatures, signer).psbt?.complete).toBe(true);
    const noted = await device(1).host.maybeSigned(taproot.kid);
    expect(noted.map(({ items }) => items.length).sort()).toEqual([16, 16, 3].sort());
    // There is no fourth.
    const hub = new Hub('fourth', [1]);
    const fourth = { ...asked, requestId: batchId(attempt, 3), batch: 3 };
    await refusal(device(1).host.sign(fourth, hub.join(1), { onCommitted: () => undefined }));
    expect(hub.log).toEqual([]);
  });

  it('gives nothing when one device is at another part', async () => {
    const request = spend(accountOf(taproot, 'p2tr'), 40);
    const settled = await signAll(
      some(1, 2),
      (index) => ({ ...asking(taproot, request, [1, 2]), batch: index - 1 }),
      { seed: 'parts' },
    );
    for (const one of settled.values()) expect(one.status).toBe('rejected');
  });

  it('commits durably before the last round leaves, and says so after a crash', async () => {
    const request = spend(accountOf(taproot, 'p2tr'), 2);
    const hub = new Hub('crash', [1, 2]);
    const at: number[][] = [];
    const settled = await signAll(some(1, 2), asking(taproot, request, [1, 2]), {
      seed: 'crash',
      hub,
      hooks: (index) => ({
        onCommitted: () => {
          at.push(
            hub.log
              .filter(({ from }) => from === index)
              .map(({ packet }) => headerOf(packet).round),
          );
        },
      }),
    });
    results(settled);
    expect(at).toHaveLength(2);
    for (const rounds of at) expect(Math.max(...rounds)).toBe(LAST_ROUND - 1);
    expect([1, 2].map((party) => lastRoundOf(hub.log, party))).toEqual([LAST_ROUND, LAST_ROUND]);
    const { host } = await openDevice(1, device(1).records.contents);
    const [maybe, ...rest] = await host.maybeSigned(taproot.kid);
    expect(rest).toEqual([]);
    expect(maybe?.items.map(({ publicKey }) => publicKey.length)).toEqual([32, 32]);
    expect(await host.maybeSigned(ecdsa.kid)).toEqual([]);
  });

  it('is refused for what the other key signs', async () => {
    const coins = spend(accountOf(ecdsa, 'p2wpkh'), 1);
    for (const [key, request] of [
      [taproot, coins],
      [taproot, payment(1)],
      [ecdsa, spend(accountOf(taproot, 'p2tr'), 1)],
    ] as const) {
      const hub = new Hub('other', [1]);
      const error = await refusal(
        device(1).host.sign(asking(key, request, [1, 2]), hub.join(1), {
          onCommitted: () => undefined,
        }),
      );
      expect(error.code).toBe('ceremonies/other-key');
      expect(hub.log).toEqual([]);
    }
  });

  it('gives nothing when one device has another transaction before it', async () => {
    const account = accountOf(taproot, 'p2tr');
    const settled = await signAll(
      some(1, 2),
      (index) => asking(taproot, spend(account, index), [1, 2]),
      { seed: 'differ' },
    );
    for (const one of settled.values()) expect(one.status).toBe('rejected');
  });

  it('of the ECDSA key still goes on with native SegWit coins', async () => {
    const account = accountOf(ecdsa, 'p2wpkh');
    const request = spend(account, 2);
    const settled = await signAll(some(2, 3), asking(ecdsa, request, [2, 3]), { seed: 'segwit' });
    const [signatures = []] = [...results(settled).values()];
    const signer = { chain: 'bitcoin', derive: account.derive } as const;
    expect(assembleRequest(request, signatures, signer).psbt?.complete).toBe(true);
  });
});

describe('a member with whom too many signatures failed', () => {
  it('is refused after a restart, until a person allows it', async () => {
    const before = device(1).records;
    const value = encodePairRecord({ ...emptyPair, failures: 3 });
    const key = `${taproot.kid}/2`;
    await before.write([{ kind: 'put', bucket: 'ceremony-pairs', key, value }]);
    const { host, records } = await openDevice(1, before.contents);
    expect((await host.pairProblem(taproot.kid, 2))?.kind).toBe('refused');
    expect(await host.pairProblem(taproot.kid, 3)).toBeUndefined();
    const request = spend(accountOf(taproot, 'p2tr'), 1);
    const hub = new Hub('refused', [1]);
    const error = await refusal(
      host.sign(asking(taproot, request, [1, 2]), hub.join(1), { onCommitted: () => undefined }),
    );
    expect(error.failure).toMatchObject({ abortClass: 'A', remains: 'nothing' });
    expect(hub.log).toEqual([]);
    await host.allowPeer(taproot.kid, 2);
    expect(await host.pairProblem(taproot.kid, 2)).toBeUndefined();
    const again = await openDevice(1, records.contents);
    expect(await again.host.pairProblem(taproot.kid, 2)).toBeUndefined();
    const list = [again, device(2)];
    results(await signAll(list, asking(taproot, request, [1, 2]), { seed: 'allowed' }));
  });
});

describe('what may be signed', () => {
  const record = (bytes: number) => ({
    requestId: requestId('maybe'),
    items: [{ publicKey: new Uint8Array(bytes).fill(2), digest: new Uint8Array(32).fill(3) }],
  });

  it.each([32, 33])('is written with keys of %i bytes', (bytes) => {
    expect(decodeMaybeSigned(encodeMaybeSigned(record(bytes)))).toEqual(record(bytes));
  });

  it.each([0, 3])('is no record of version %i', (version) => {
    const bytes = encodeMaybeSigned(record(33));
    bytes[0] = version;
    expect(() => decodeMaybeSigned(bytes)).toThrow('unknown version');
  });
});
