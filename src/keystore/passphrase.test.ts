import { utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it, vi } from 'vitest';
import { concat, u32 } from '../codec.ts';
import { DamagedKeystoreError, PassphraseError, WrongPassphraseError } from './errors.ts';
import { localKdf } from './kdf.ts';
import {
  parseUnlockRecord,
  passphraseBytes,
  unwrapMasterKey,
  wrapMasterKey,
} from './passphrase.ts';
import { CHEAP_KDF_POLICY as POLICY } from './testing/cheap-kdf.ts';

const BODY = 87;

const wrap = async (passphrase = 'correct horse') => {
  const masterKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, [
    'encrypt',
    'decrypt',
  ]);
  return { masterKey, record: await wrapMasterKey(masterKey, passphrase, localKdf, POLICY) };
};
const unwrap = async (record: Uint8Array, passphrase = 'correct horse', extractable = false) =>
  unwrapMasterKey(record, passphrase, localKdf, POLICY, { extractable });

/** The body with a fresh checksum, so that only what was changed is wrong. */
const resigned = async (body: Uint8Array): Promise<Uint8Array> =>
  concat(body, new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(body))));

const problem = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );

describe('passphraseBytes', () => {
  it('gives the same bytes for the same text, however it was typed', () => {
    expect(passphraseBytes('caf\u00E9')).toEqual(passphraseBytes('cafe\u0301'));
    expect(passphraseBytes('\uFF41\uFF42')).toEqual(utf8ToBytes('ab'));
  });

  it('keeps spaces and case', () => {
    expect(passphraseBytes(' A b ')).toEqual(utf8ToBytes(' A b '));
  });

  it.each([
    ['', 'keystore/passphrase-empty'],
    ['a\uD800', 'keystore/passphrase-malformed'],
    ['\uDC00a', 'keystore/passphrase-malformed'],
    ['a'.repeat(1025), 'keystore/passphrase-too-long'],
  ])('refuses %j', (passphrase, code) => {
    expect(() => passphraseBytes(passphrase)).toThrow(PassphraseError);
    expect(() => passphraseBytes(passphrase)).toThrow(expect.objectContaining({ code }));
  });

  it('accepts 1,024 characters and emoji', () => {
    expect(passphraseBytes('a'.repeat(1024))).toHaveLength(1024);
    expect(passphraseBytes('\u{1F600}')).toHaveLength(4);
  });
});

describe('the unlock record', () => {
  it('opens with its passphrase, to the same key', async () => {
    const { masterKey, record } = await wrap();
    expect(record).toHaveLength(BODY + 32);
    const opened = await unwrap(record, 'correct horse', true);
    expect(new Uint8Array(await crypto.subtle.exportKey('raw', opened))).toEqual(
      new Uint8Array(await crypto.subtle.exportKey('raw', masterKey)),
    );
  });

  it('gives a key that scripts cannot read', async () => {
    const { record } = await wrap();
    const key = await unwrap(record);
    expect(key.extractable).toBe(false);
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
  });

  it('has a fresh salt and nonce every time', async () => {
    const [a, b] = [(await wrap()).record, (await wrap()).record];
    expect(a.slice(11, 27)).not.toEqual(b.slice(11, 27));
    expect(a.slice(27, 39)).not.toEqual(b.slice(27, 39));
  });

  it.each(['correct horsf', 'Correct horse', 'correct horse '])(
    'does not open with %j',
    async (passphrase) => {
      const { record } = await wrap();
      await expect(unwrap(record, passphrase)).rejects.toThrow(WrongPassphraseError);
    },
  );

  it('is known to be damaged when any one bit is changed', async () => {
    const { record } = await wrap();
    for (let bit = 0; bit < record.length * 8; bit++) {
      const changed = record.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await expect(parseUnlockRecord(changed, POLICY)).rejects.toThrow(DamagedKeystoreError);
    }
  });

  it('does not open when a bit is changed on purpose, checksum included', async () => {
    const { record } = await wrap();
    // From the salt on; what stands before is checked by value below.
    for (let at = 11; at < BODY; at++) {
      const body = record.slice(0, BODY);
      body[at] = (body[at] ?? 0) ^ 1;
      await expect(unwrap(await resigned(body))).rejects.toThrow(WrongPassphraseError);
    }
  });

  it('binds its cost: another allowed one does not open, even with the same derived key', async () => {
    const sameKey = async () => new Uint8Array(32).fill(7);
    const masterKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, [
      'encrypt',
      'decrypt',
    ]);
    const record = await wrapMasterKey(masterKey, 'x', sameKey, POLICY);
    const how = { extractable: false };
    await unwrapMasterKey(record, 'x', sameKey, POLICY, how);
    const body = record.slice(0, BODY);
    body.set(u32(17), 2);
    await expect(unwrapMasterKey(await resigned(body), 'x', sameKey, POLICY, how)).rejects.toThrow(
      WrongPassphraseError,
    );
  });

  it.each<[string, number, Uint8Array, string]>([
    ['another version', 0, Uint8Array.of(2), 'its version is unknown'],
    ['another derivation', 1, Uint8Array.of(2), 'its form is unknown'],
    ['too little memory', 2, u32(15), 'its cost is outside'],
    ['4 GiB of memory', 2, u32(4 * 1024 * 1024), 'its cost is outside'],
    ['no passes', 6, u32(0), 'its cost is outside'],
    ['a million passes', 6, u32(1_000_000), 'its cost is outside'],
    ['no lanes', 10, Uint8Array.of(0), 'its cost is outside'],
    ['255 lanes', 10, Uint8Array.of(255), 'its cost is outside'],
  ])('is refused before any derivation with %s', async (_, at, value, text) => {
    const { record } = await wrap();
    const body = record.slice(0, BODY);
    body.set(value, at);
    const kdf = vi.fn(localKdf);
    const error = await problem(
      unwrapMasterKey(await resigned(body), 'correct horse', kdf, POLICY, { extractable: false }),
    );
    expect(error).toBeInstanceOf(DamagedKeystoreError);
    expect(String(error)).toContain(text);
    expect(kdf).not.toHaveBeenCalled();
  });

  it('is refused at any other length, checksum included', async () => {
    const { record } = await wrap();
    for (let length = 0; length < BODY; length++) {
      await expect(
        parseUnlockRecord(await resigned(record.slice(0, length)), POLICY),
      ).rejects.toThrow(DamagedKeystoreError);
    }
    await expect(
      parseUnlockRecord(await resigned(concat(record.slice(0, BODY), Uint8Array.of(0))), POLICY),
    ).rejects.toThrow('its form is unknown');
    await expect(parseUnlockRecord(record.slice(0, 20), POLICY)).rejects.toThrow(
      DamagedKeystoreError,
    );
  });

  it('wipes the passphrase, also when the derivation fails', async () => {
    const seen: Uint8Array[] = [];
    const kdf = async (passphrase: Uint8Array) => {
      seen.push(passphrase);
      throw new Error('out of memory');
    };
    const { masterKey } = await wrap();
    await expect(wrapMasterKey(masterKey, 'secret', kdf, POLICY)).rejects.toThrow('out of memory');
    expect(seen).toEqual([new Uint8Array(6)]);
  });
});
