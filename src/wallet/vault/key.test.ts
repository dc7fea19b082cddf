/** Certificates of a second key: what a device with a key makes of what members put into the journal. */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { keygenAll, membersFor, openDevices } from '../../ceremonies/testing/hosts.ts';
import {
  ECDSA,
  TAPROOT,
  type Ceremonies,
  type KeySuite,
  type KeySummary,
} from '../../ceremonies/index.ts';
import { concat } from '../../codec.ts';
import type { CertificateClaim, Founding } from '../../journal/index.ts';
import { deviceIdOf } from '../peers.ts';
import type { Problem } from '../state.ts';
import { ManualClock } from '../testing/clock.ts';
import { VaultKey, type KeyPort } from './key.ts';

const VAULT = new Uint8Array(32).fill(7);
const REQUEST = concat(sha256(concat(VAULT, utf8ToBytes(ECDSA))).slice(0, 12), new Uint8Array(4));

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
  return { summary: { ...summary, requestId: REQUEST }, certificate: first.value.certificate };
};

let own: Made;
let second: Made;
/** Of the same devices, but not of such a vault. */
let larger: Made;
/** The other key of the same vault. */
let taproot: Made;

beforeAll(async () => {
  own = await made(2, 2, 'own');
  second = await made(2, 2, 'second');
  larger = await made(3, 2, 'larger');
  taproot = await made(2, 2, 'taproot', TAPROOT);
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

const claim = (certificate: Uint8Array, event: string): CertificateClaim => ({
  author: 'a member',
  event,
  at: 0,
  suite: own.summary.suite,
  certificate,
});

/** A device whose key is active, and what it reports. */
async function withKey(): Promise<{ readonly key: VaultKey; readonly problems: Problem[] }> {
  const problems: Problem[] = [];
  const ceremonies: Partial<Ceremonies> = { keys: async () => [own.summary] };
  const [first] = founding.members;
  const port: Partial<KeyPort> = {
    clock: new ManualClock(0),
    self: deviceIdOf(first?.identity ?? VAULT),
    vaultId: VAULT,
    founding,
    suite: ECDSA,
    wanted: () => true,
    ceremonies: ceremonies as Ceremonies,
    active: () => undefined,
    report: (problem) => {
      problems.push(problem);
    },
  };
  const key = new VaultKey(port as KeyPort);
  await key.load();
  expect(key.active?.kid).toBe(own.summary.kid);
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

  it('finds nothing in its own certificate, nor in one of other devices', async () => {
    const { key, problems } = await withKey();
    await key.judge([claim(own.certificate, 'own'), claim(larger.certificate, 'larger')]);
    expect(problems).toEqual([]);
  });

  it('finds nothing in the certificate of its other key, whatever a member calls it', async () => {
    const { key, problems } = await withKey();
    await key.judge([claim(taproot.certificate, 'called ECDSA')]);
    await key.judge([{ ...claim(second.certificate, 'called FROST'), suite: TAPROOT }]);
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
