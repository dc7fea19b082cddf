import { describe, expect, it } from 'vitest';
import { DamagedKeystoreError } from './errors.ts';
import { deviceKeys, generateKeyPairs, proveKeys, type KeyPairs } from './keys.ts';

async function proof(change: (own: KeyPairs, other: KeyPairs) => KeyPairs | Promise<KeyPairs>) {
  const [own, other] = [await generateKeyPairs(), await generateKeyPairs()];
  const expected = await deviceKeys(own);
  return proveKeys(await deviceKeys(await change(own, other)), expected);
}

async function problem(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DamagedKeystoreError)) throw new Error('the keys were accepted');
  return error.message;
}

describe('generateKeyPairs', () => {
  it('makes private keys that scripts cannot read', async () => {
    const { identity, sealing } = await generateKeyPairs();
    for (const { privateKey } of [identity, sealing]) {
      expect(privateKey.extractable).toBe(false);
      await expect(crypto.subtle.exportKey('pkcs8', privateKey)).rejects.toThrow();
    }
    expect(identity.privateKey.algorithm.name).toBe('Ed25519');
    expect(sealing.privateKey.algorithm.name).toBe('X25519');
  });
});

describe('proveKeys', () => {
  it('accepts the pairs of this device', async () => {
    await proof((own) => own);
  });

  it('notices another identity', async () => {
    expect(await problem(proof((own, other) => ({ ...own, identity: other.identity })))).toContain(
      'another device',
    );
  });

  it('notices another sealing pair', async () => {
    expect(await problem(proof((own, other) => ({ ...own, sealing: other.sealing })))).toContain(
      'another device',
    );
  });

  it('notices another private identity key behind the same public key', async () => {
    const swapped = proof((own, other) => ({
      ...own,
      identity: { ...own.identity, privateKey: other.identity.privateKey },
    }));
    expect(await problem(swapped)).toContain('signing key');
  });

  it('notices another private sealing key behind the same public key', async () => {
    const swapped = proof((own, other) => ({
      ...own,
      sealing: { ...own.sealing, privateKey: other.sealing.privateKey },
    }));
    expect(await problem(swapped)).toContain('sealing key');
  });

  it.each([
    ['identity', 'Ed25519', ['sign', 'verify']],
    ['sealing', 'X25519', ['deriveBits']],
  ] as const)('notices an %s key that scripts can read', async (name, algorithm, usages) => {
    const own = await generateKeyPairs();
    const made = await crypto.subtle.generateKey(algorithm, true, [...usages]);
    if (!('privateKey' in made)) throw new Error('no pair');
    const keys = await deviceKeys({ ...own, [name]: made });
    expect(await problem(proveKeys(keys, keys))).toContain('read by scripts');
  });
});
