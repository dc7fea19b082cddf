import { beforeAll, describe, expect, it } from 'vitest';
import { ECDSA, TAPROOT } from '../../ceremonies/index.ts';
import { keygenAll, openDevices } from '../../ceremonies/testing/hosts.ts';
import { results } from '../../ceremonies/testing/hub.ts';
import type { CertificateClaim } from '../../journal/index.ts';
import { isCertified } from './claims.ts';

let own: Uint8Array;
let other: Uint8Array;

beforeAll(async () => {
  const devices = await openDevices(2);
  for (const seed of ['own', 'other']) {
    const made = results(await keygenAll(devices, 2, { seed, suite: TAPROOT }));
    const { certificate } = made.get(1) ?? expect.unreachable();
    if (seed === 'own') own = certificate;
    else other = certificate;
  }
});

const claim = (certificate: Uint8Array, suite: string = TAPROOT): CertificateClaim => ({
  author: 'a member',
  event: 'e',
  at: 0,
  suite,
  certificate,
});

describe('a key is certified in the journal', () => {
  it('when its certificate is there', () => {
    expect(isCertified([claim(other), claim(own)], TAPROOT, own)).toBe(true);
  });

  it.each<[string, () => CertificateClaim]>([
    ['of another key', () => claim(other)],
    ['of another suite', () => claim(own, ECDSA)],
    ['that is none', () => claim(new Uint8Array(9))],
    [
      'with a signature that does not hold',
      () => claim(own.map((byte, i) => (i === own.length - 1 ? byte ^ 1 : byte))),
    ],
  ])('not by one %s', (_, made) => {
    expect(isCertified([made()], TAPROOT, own)).toBe(false);
  });
});
