/** Key generation between hosts: what a crash leaves, and how devices find their way afterwards (H4, K5). */
import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../codec.ts';
import { decodeCertificate, encodeCertificate } from '../threshold/index.ts';
import { headerOf } from '../threshold/testing/network.ts';
import { requestId } from '../threshold/testing/seeded.ts';
import type { GeneratedKey } from './api.ts';
import { CeremonyError } from './errors.ts';
import { ECDSA } from './key-record.ts';
import type { Link } from './link.ts';
import { failureOf, Hub, results, together } from './testing/hub.ts';
import {
  keygenAll,
  membersFor,
  openDevice,
  openDevices,
  signAll,
  signRequest,
  type Contents,
  type TestDevice,
} from './testing/hosts.ts';

const SEED = 'keygen';
let devices: TestDevice[];
let keys: Map<number, GeneratedKey>;
let stages: string[];

beforeAll(async () => {
  devices = await openDevices(3);
  stages = [];
  const settled = await keygenAll(devices, 2, {
    seed: SEED,
    hooks: (index) => (index === 1 ? { onStage: (stage) => stages.push(stage) } : {}),
  });
  keys = results(settled);
}, 240_000);

const kidOf = (): string => keys.get(1)?.kid ?? '';
const device = (index: number): TestDevice => devices[index - 1] ?? expect.unreachable();

/** What device `index` had on its disk when its share was pending and no certificate was there yet. */
async function pendingContents(index: number): Promise<Contents> {
  for (const contents of device(index).records.history) {
    const { host } = await openDevice(index, contents);
    if ((await host.keys())[0]?.state === 'unfinished') return contents;
  }
  return expect.unreachable();
}

const refusal = async (work: Promise<unknown>): Promise<CeremonyError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof CeremonyError ? error : expect.unreachable();
};

describe('key generation', () => {
  it('gives every device the same active key', async () => {
    const [first] = await device(1).host.keys();
    expect(first).toMatchObject({ kid: kidOf(), state: 'active', threshold: 2, index: 1 });
    expect(first?.members).toHaveLength(3);
    expect(first?.requestId).toEqual(requestId(SEED));
    for (const index of [2, 3]) {
      expect(keys.get(index)).toMatchObject({ kid: kidOf(), publicKey: first?.publicKey });
      const [summary] = await device(index).host.keys();
      expect(summary).toEqual({ ...first, index });
    }
    const account = await device(1).host.childKey(kidOf(), [44, 60, 0, 0, 0]);
    expect(account).toHaveLength(33);
    expect(await device(2).host.childKey(kidOf(), [44, 60, 0, 0, 0])).toEqual(account);
    expect(await device(1).host.childKey(kidOf(), [])).toEqual(first?.publicKey);
  });

  it('reports its stages in order', () => {
    expect(stages).toEqual(['agree', 'commit', 'reveal', 'share', 'prove', 'confirm']);
  });

  it('leaves no key, an unfinished key, or an active key at every crash', async () => {
    for (const index of [1, 2, 3]) {
      const states: string[] = [];
      for (const contents of device(index).records.history) {
        const { host } = await openDevice(index, contents);
        states.push((await host.keys())[0]?.state ?? 'none');
      }
      // nothing, device secret, session counter, share, certificate
      expect(states).toEqual(['none', 'none', 'none', 'unfinished', 'active']);
    }
  });

  it('makes one key for one request', async () => {
    const request = {
      suite: ECDSA,
      requestId: requestId(SEED),
      threshold: 2,
      members: membersFor(3),
    };
    const hub = new Hub('again', [1]);
    for (const contents of [device(1).records.contents, await pendingContents(1)]) {
      const { host } = await openDevice(1, contents);
      const error = await refusal(host.keygen(request, hub.join(1)));
      expect(error.code).toBe('ceremonies/request-used');
    }
    expect(hub.log).toEqual([]);
  });

  it('refuses a member list without this device', async () => {
    const { host } = await openDevice(4);
    const request = {
      suite: ECDSA,
      requestId: requestId('other'),
      threshold: 2,
      members: membersFor(3),
    };
    const error = await refusal(host.keygen(request, new Hub('x', [4]).join(4)));
    expect(error.code).toBe('ceremonies/not-a-member');
  });
});

describe('after a crash of everyone before the certificate', () => {
  const reopened = async (): Promise<TestDevice[]> =>
    Promise.all([1, 2, 3].map(async (index) => openDevice(index, await pendingContents(index))));

  it('activates the key once every confirmation was exchanged, and it signs', async () => {
    const list = await reopened();
    const confirms = await Promise.all(list.map(async ({ host }) => host.confirm(kidOf())));
    for (const { host } of list) {
      expect((await host.addConfirms(kidOf(), confirms)).state).toBe('active');
    }
    const again = await Promise.all(
      list.map(async ({ index, records }) => openDevice(index, records.contents)),
    );
    const settled = await signAll(again.slice(0, 2), signRequest(kidOf(), [1, 2], 1), {
      seed: 'after-crash',
    });
    expect(results(settled).size).toBe(2);
  });

  it('keeps confirmations over a restart', async () => {
    const [first, second, third] = await reopened();
    if (first === undefined || second === undefined || third === undefined) expect.unreachable();
    const fromSecond = await second.host.confirm(kidOf());
    expect((await first.host.addConfirms(kidOf(), [fromSecond])).state).toBe('unfinished');
    const again = await openDevice(1, first.records.contents);
    const fromThird = await third.host.confirm(kidOf());
    expect((await again.host.addConfirms(kidOf(), [fromThird])).state).toBe('active');
  });

  it('leaves out a confirmation that is not of that member', async () => {
    const [first, second, third] = await reopened();
    if (first === undefined || second === undefined || third === undefined) expect.unreachable();
    const fromSecond = await second.host.confirm(kidOf());
    const fromThird = await third.host.confirm(kidOf());
    const wrong = [
      { index: 3, signature: fromSecond.signature },
      { index: 3, signature: fromThird.signature.slice(1) },
      { index: 4, signature: fromThird.signature },
    ];
    for (const confirm of wrong) {
      const summary = await first.host.addConfirms(kidOf(), [fromSecond, confirm]);
      expect(summary.state).toBe('unfinished');
    }
    expect((await first.host.addConfirms(kidOf(), [fromThird])).state).toBe('active');
  });

  it('takes the certificate of a device that has it, again and again', async () => {
    const certificate = await device(2).host.certificate(kidOf());
    if (certificate === undefined) expect.unreachable();
    const [first] = await reopened();
    if (first === undefined) expect.unreachable();
    expect(await first.host.certificate(kidOf())).toBeUndefined();
    expect((await first.host.acceptCertificate(certificate)).state).toBe('active');
    const writes = first.records.history.length;
    expect((await first.host.acceptCertificate(certificate)).state).toBe('active');
    expect(first.records.history).toHaveLength(writes);
    expect(await first.host.certificate(kidOf())).toEqual(certificate);
    const again = await openDevice(1, first.records.contents);
    expect((await again.host.keys())[0]?.state).toBe('active');
  });

  it('does not sign with the unfinished key', async () => {
    const [first] = await reopened();
    if (first === undefined) expect.unreachable();
    const hub = new Hub('unfinished', [1, 2]);
    const error = await refusal(
      first.host.sign(signRequest(kidOf(), [1, 2], 1), hub.join(1), {
        onCommitted: () => undefined,
      }),
    );
    expect(error.code).toBe('ceremonies/unfinished');
    expect(hub.log).toEqual([]);
  });

  it('refuses certificates that do not hold', async () => {
    const certificate = await device(2).host.certificate(kidOf());
    if (certificate === undefined) expect.unreachable();
    const { host, records } = await openDevice(1, await pendingContents(1));
    const missing = decodeCertificate(certificate);
    const two = encodeCertificate({
      ...missing,
      confirms: new Map([...missing.confirms].slice(0, 2)),
    });
    expect((await refusal(host.acceptCertificate(two))).code).toBe('threshold/abort-A');
    expect((await refusal(host.acceptCertificate(certificate.slice(1)))).code).toBe(
      'codec/malformed',
    );
    expect(records.history).toHaveLength(1);
    const stranger = await openDevice(4);
    expect((await refusal(stranger.host.acceptCertificate(certificate))).code).toBe(
      'ceremonies/unknown-key',
    );
  });
});

describe('a key generation that does not end', () => {
  it('never confirms a share that could not be stored', async () => {
    const list = await openDevices(2);
    const broken = list[0] ?? expect.unreachable();
    broken.records.fail = (batch) =>
      batch.some(({ bucket }) => bucket === 'ceremony-keys') ? new Error('disk full') : undefined;
    const hub = new Hub('disk', [1, 2]);
    const settled = await keygenAll(list, 2, { seed: 'disk', hub });
    expect(failureOf(settled, 1)).toMatchObject({
      code: 'ceremonies/internal',
      failure: { remains: 'nothing' },
    });
    expect(await broken.host.keys()).toEqual([]);
    const confirmed = hub.log.filter(({ packet }) => headerOf(packet).round === 5);
    expect(confirmed.filter(({ from }) => from === 1)).toEqual([]);
    // The other one confirmed, and keeps what it confirmed.
    expect(failureOf(settled, 2).failure).toMatchObject({
      remains: 'unfinished-key',
      abortClass: 'A',
    });
    expect((await list[1]?.host.keys())?.[0]?.state).toBe('unfinished');
  });

  it('can be cancelled until the share is stored, and not after', async () => {
    const list = await openDevices(2);
    const [early, late] = [new AbortController(), new AbortController()];
    const first = await keygenAll(list, 2, {
      seed: 'early',
      hooks: (index) =>
        index === 1
          ? {
              signal: early.signal,
              onStage: (stage) => {
                if (stage === 'reveal') early.abort();
              },
            }
          : {},
    });
    expect(failureOf(first, 1)).toMatchObject({
      code: 'ceremonies/cancelled',
      failure: { remains: 'nothing', abortClass: 'A' },
    });
    expect(failureOf(first, 2).message).toContain('party 1 ended the session');
    expect(await list[0]?.host.keys()).toEqual([]);

    const second = await keygenAll(list, 2, {
      seed: 'late',
      hooks: (index) =>
        index === 1
          ? {
              signal: late.signal,
              onStage: (stage) => {
                if (stage === 'confirm') late.abort();
              },
            }
          : {},
    });
    const [one, two] = [...results(second).values()];
    expect(one?.kid).toBe(two?.kid);
  });

  it('runs once at a time', async () => {
    const { host } = await openDevice(1);
    const request = {
      suite: ECDSA,
      requestId: requestId('twice'),
      threshold: 2,
      members: membersFor(2),
    };
    const hub = new Hub('twice', [1, 2]);
    const settled = await together(
      hub,
      new Map([
        [
          1,
          async (link: Link) => {
            const running = host.keygen(request, link);
            const error = await refusal(host.keygen(request, link));
            expect(error.code).toBe('ceremonies/busy');
            hub.leave(2);
            return running;
          },
        ],
        [2, async () => Promise.reject(new Error('away'))],
      ]),
    );
    expect(failureOf(settled, 1)).toMatchObject({
      code: 'ceremonies/silent',
      failure: { missing: [2], abortClass: 'A' },
    });
  });
});

it('makes a 3-of-4 key', async () => {
  const list = await openDevices(4);
  const keysOfFour = results(await keygenAll(list, 3, { seed: 'four' }));
  const kid = keysOfFour.get(1)?.kid ?? '';
  expect(new Set([...keysOfFour.values()].map((key) => key.kid))).toEqual(new Set([kid]));
  const signers = [1, 2, 4];
  const signing = list.filter(({ index }) => signers.includes(index));
  const signed = results(await signAll(signing, signRequest(kid, signers, 1), { seed: 'four' }));
  const signatures = [...signed.values()].map(([one]) => toHex(one?.signature ?? new Uint8Array()));
  expect(new Set(signatures).size).toBe(1);
});
