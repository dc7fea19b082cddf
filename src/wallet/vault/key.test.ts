/** The keys of a vault told apart, and what a device makes of certificates of a second one in the journal. */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { keygenAll, membersFor, openDevices } from '../../ceremonies/testing/hosts.ts';
import {
  CeremonyError,
  ECDSA,
  TAPROOT,
  type Ceremonies,
  type KeygenRequest,
  type KeySuite,
  type KeySummary,
} from '../../ceremonies/index.ts';
import { concat, toHex } from '../../codec.ts';
import type { CertificateClaim, Founding } from '../../journal/index.ts';
import type { DeviceId } from '../../network/index.ts';
import { deviceIdOf } from '../peers.ts';
import type { CeremonyRoutes } from '../routes.ts';
import type { Problem } from '../state.ts';
import { ManualClock } from '../testing/clock.ts';
import { VaultKey, type KeyPort } from './key.ts';

const VAULT = new Uint8Array(32).fill(7);
/** By suite: the first 12 bytes say which key of which vault it is for. */
const REQUESTS: Readonly<Record<KeySuite, Uint8Array>> = {
  [ECDSA]: concat(sha256(VAULT).slice(0, 12), new Uint8Array(4)),
  [TAPROOT]: concat(sha256(concat(VAULT, utf8ToBytes(TAPROOT))).slice(0, 12), new Uint8Array(4)),
};

interface Made {
  readonly summary: KeySummary;
  readonly certificate: Uint8Array;
}

const made = async (
  n: number,
  threshold: number,
  seed: string,
  suite: KeySuite = ECDSA,
): Promise<Made> => {
  const devices = await openDevices(n);
  const settled = await keygenAll(devices, threshold, { seed, suite });
  const [first] = settled.values();
  const [summary] = (await devices[0]?.host.keys()) ?? [];
  if (first?.status !== 'fulfilled' || summary === undefined) throw new Error('no key was made');
  const { certificate } = first.value;
  return { summary: { ...summary, requestId: REQUESTS[suite] }, certificate };
};

let own: Made;
let second: Made;
/** Of the same devices, but not of such a vault. */
let larger: Made;
/** The other key of the same vault. */
let taproot: Made;
let secondTaproot: Made;

beforeAll(async () => {
  own = await made(2, 2, 'own');
  second = await made(2, 2, 'second');
  larger = await made(3, 2, 'larger');
  taproot = await made(2, 2, 'taproot', TAPROOT);
  secondTaproot = await made(2, 2, 'second taproot', TAPROOT);
}, 120_000);

const founding: Founding = {
  nonce: new Uint8Array(16),
  name: 'Treasury',
  threshold: 2,
  created: 0,
  members: membersFor(2).map(({ index, identity }) => ({
    index,
    identity,
    sealing: new Uint8Array(32).fill(index),
    inbox: new Uint8Array(32).fill(index),
    name: `Device ${String(index)}`,
  })),
};

const claim = (
  certificate: Uint8Array,
  event: string,
  suite: KeySuite = ECDSA,
): CertificateClaim => ({
  author: 'a member',
  event,
  at: 0,
  suite,
  certificate,
});

/** What a key needs of device 1, which holds `keys`. */
function portFor(suite: KeySuite, keys: readonly KeySummary[], problems: Problem[] = []): KeyPort {
  const ceremonies: Partial<Ceremonies> = { keys: async () => keys };
  const [first] = founding.members;
  const port: Partial<KeyPort> = {
    clock: new ManualClock(0),
    self: deviceIdOf(first?.identity ?? VAULT),
    vaultId: VAULT,
    founding,
    suite,
    wanted: () => true,
    ceremonies: ceremonies as Ceremonies,
    active: () => undefined,
    changed: () => undefined,
    report: (problem) => {
      problems.push(problem);
    },
  };
  return port as KeyPort;
}

/** A device whose key is active, and what it reports. */
async function withKey({ summary } = own): Promise<{
  readonly key: VaultKey;
  readonly problems: Problem[];
}> {
  const problems: Problem[] = [];
  const key = new VaultKey(portFor(summary.suite, [own.summary, taproot.summary], problems));
  await key.load();
  expect(key.active?.kid).toBe(summary.kid);
  return { key, problems };
}

describe('a device that has the key of its vault', () => {
  it('raises the alarm at a second key of the same devices, once', async () => {
    const { key, problems } = await withKey();
    await key.judge([claim(second.certificate, 'one')]);
    await key.judge([claim(second.certificate, 'one')]);
    expect(problems.map(({ code }) => code)).toEqual(['wallet/two-keys']);
    expect(problems[0]?.next).toContain('Send nothing');
    expect(key.active?.kid).toBe(own.summary.kid);
  });

  it('tells of a second key for Taproot that it is one', async () => {
    const { key, problems } = await withKey(taproot);
    await key.judge([claim(taproot.certificate, 'own', TAPROOT)]);
    expect(problems).toEqual([]);
    await key.judge([claim(secondTaproot.certificate, 'second', TAPROOT)]);
    expect(problems.map(({ code }) => code)).toEqual(['wallet/two-taproot-keys']);
    expect(problems[0]?.next).toContain('Taproot address');
    expect(key.active?.kid).toBe(taproot.summary.kid);
  });

  it('finds nothing in its own certificate, nor in one of other devices', async () => {
    const { key, problems } = await withKey();
    await key.judge([claim(own.certificate, 'own'), claim(larger.certificate, 'larger')]);
    expect(problems).toEqual([]);
  });

  it('finds nothing in the certificate of its other key, whatever a member calls it', async () => {
    const { key, problems } = await withKey();
    await key.judge([claim(taproot.certificate, 'called ECDSA')]);
    await key.judge([claim(second.certificate, 'called FROST', TAPROOT)]);
    expect(problems).toEqual([]);
  });

  it('does not take for a key what is no certificate', async () => {
    const { key, problems } = await withKey();
    const forged = second.certificate.slice();
    forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 1;
    await key.judge([claim(forged, 'forged'), claim(new Uint8Array(9), 'short')]);
    expect(problems).toHaveLength(2);
    expect(problems.map(({ code }) => code)).not.toContain('wallet/two-keys');
  });
});

describe('a key of a vault', () => {
  it.each([ECDSA, TAPROOT])('is known by its suite and by its request: %s', async (suite) => {
    const [mine, other] = suite === ECDSA ? [own, taproot] : [taproot, own];
    const active = async (key: KeySummary): Promise<string | undefined> => {
      const found = new VaultKey(portFor(suite, [key]));
      await found.load();
      return found.active?.kid;
    };
    expect(await active(mine.summary)).toBe(mine.summary.kid);
    expect(await active({ ...mine.summary, requestId: other.summary.requestId })).toBeUndefined();
    expect(await active({ ...other.summary, requestId: mine.summary.requestId })).toBeUndefined();
  });

  it('is made with the first member, if the vault is to have it and the request is its own', async () => {
    const [first, second] = founding.members.map(({ identity }) => deviceIdOf(identity));
    if (first === undefined || second === undefined) throw new Error('no members');
    const asked = async (wanted: boolean, from: string, request: Uint8Array) => {
      const said: string[] = [];
      const port: KeyPort = {
        ...portFor(TAPROOT, []),
        self: second,
        wanted: () => wanted,
        ceremonies: {
          keys: async () => [],
          keygen: async ({ suite, requestId }: KeygenRequest) => {
            said.push(`${suite} ${toHex(requestId)}`);
            throw new CeremonyError({ code: 'test/over', message: 'Over.' });
          },
        } as unknown as Ceremonies,
        routes: {
          open: () => ({ link: {}, release: () => undefined }),
        } as unknown as CeremonyRoutes,
        tell: (_, { t }) => said.push(t),
      };
      const key = new VaultKey(port);
      await key.receive(from as DeviceId, { t: 'keygen', vault: VAULT, request });
      key.stop();
      return said;
    };
    const [ecdsa, frost] = [REQUESTS[ECDSA], REQUESTS[TAPROOT]];
    expect((await asked(true, first, frost))[0]).toBe(`${TAPROOT} ${toHex(frost)}`);
    expect(await asked(false, first, frost)).toEqual(['busy']);
    expect(await asked(true, first, ecdsa)).toEqual([]);
    expect(await asked(true, second, frost)).toEqual([]);
  });
});
