import { describe, expect, it } from 'vitest';
import { ReadBackError, SealedRecordError } from './errors.ts';
import { MemoryStorage } from './memory.ts';
import { sealedStorage } from './seal.ts';
import type { Storage } from './storage.ts';

const VALUE = Uint8Array.of(1, 2, 3, 4);
const masterKeyOf = async (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);

async function start() {
  const plain = new MemoryStorage();
  const sealed = sealedStorage(plain, await masterKeyOf());
  await sealed.write([{ kind: 'put', bucket: 'shares', key: 'one', value: VALUE }]);
  const raw = await plain.get('shares', 'one');
  if (raw === undefined) throw new Error('the record is missing');
  const replace = async (value: Uint8Array, bucket = 'shares', key = 'one') =>
    plain.write([{ kind: 'put', bucket, key, value }]);
  return { plain, sealed, raw, replace };
}

async function refusal(promise: Promise<unknown>): Promise<SealedRecordError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SealedRecordError)) throw new Error('the record was accepted');
  return error;
}

describe('a sealed record', () => {
  it('has a version, a nonce and a tag around its value', async () => {
    const { raw } = await start();
    expect(raw[0]).toBe(1);
    expect(raw.length).toBe(1 + 12 + VALUE.length + 16);
  });

  it('is different every time', async () => {
    const { plain, sealed, raw } = await start();
    await sealed.write([{ kind: 'put', bucket: 'shares', key: 'one', value: VALUE }]);
    const again = await plain.get('shares', 'one');
    expect(again?.slice(1, 13)).not.toEqual(raw.slice(1, 13));
    expect(again?.slice(13)).not.toEqual(raw.slice(13));
  });

  it('does not open with any one bit changed', async () => {
    const { sealed, raw, replace } = await start();
    for (let bit = 0; bit < raw.length * 8; bit++) {
      const changed = raw.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await replace(changed);
      const error = await refusal(sealed.get('shares', 'one'));
      expect(error).toMatchObject({ bucket: 'shares', key: 'one' });
    }
  });

  it('does not open at any shorter length, nor longer', async () => {
    const { sealed, raw, replace } = await start();
    for (let length = 0; length < raw.length; length++) {
      await replace(raw.slice(0, length));
      await refusal(sealed.get('shares', 'one'));
    }
    await replace(Uint8Array.of(...raw, 0));
    await refusal(sealed.get('shares', 'one'));
  });

  it('says that it is too short, or of an unknown version', async () => {
    const { sealed, raw, replace } = await start();
    await replace(raw.slice(0, 28));
    expect((await refusal(sealed.get('shares', 'one'))).message).toContain('too short');
    const newer = raw.slice();
    newer[0] = 2;
    await replace(newer);
    expect((await refusal(sealed.get('shares', 'one'))).message).toContain('version is unknown');
  });

  it.each([
    ['key', 'shares', 'two'],
    ['bucket', 'other', 'one'],
    ['boundary between bucket and key', 'sharesone', 'x'],
    ['boundary, the other way', 's', 'haresone'],
  ])('does not open under another %s', async (_, bucket, key) => {
    const { sealed, raw, replace } = await start();
    await replace(raw, bucket, key);
    expect(await refusal(sealed.get(bucket, key))).toMatchObject({ bucket, key });
  });

  it('does not open when only the boundary between bucket and key moved', async () => {
    const plain = new MemoryStorage();
    const sealed = sealedStorage(plain, await masterKeyOf());
    await sealed.write([{ kind: 'put', bucket: 'ab', key: 'c', value: VALUE }]);
    const raw = (await plain.get('ab', 'c')) ?? new Uint8Array();
    await plain.write([{ kind: 'put', bucket: 'a', key: 'bc', value: raw }]);
    await refusal(sealed.get('a', 'bc'));
  });

  it('does not open under another master key', async () => {
    const { plain } = await start();
    await refusal(sealedStorage(plain, await masterKeyOf()).get('shares', 'one'));
  });

  it('fails a whole list, and the error names the record', async () => {
    const { sealed, replace } = await start();
    await replace(new Uint8Array(40), 'shares', 'two');
    expect(await refusal(sealed.list('shares'))).toMatchObject({ bucket: 'shares', key: 'two' });
  });

  it('never shows its content in an error', async () => {
    const { sealed, raw, replace } = await start();
    const changed = raw.slice();
    changed[20] = (changed[20] ?? 0) ^ 1;
    await replace(changed);
    const { message, stack } = await refusal(sealed.get('shares', 'one'));
    expect(`${message}${stack ?? ''}`).not.toMatch(/1, ?2, ?3|01020304/);
  });
});

describe('reading back', () => {
  const storageThat = (keeps: (value: Uint8Array, writes: number) => Uint8Array | undefined) => {
    const memory = new MemoryStorage();
    let writes = 0;
    const storage: Storage = {
      get: async (bucket, key) => memory.get(bucket, key),
      list: async (bucket) => memory.list(bucket),
      write: async (batch) => {
        writes++;
        for (const write of batch) {
          const value = write.kind === 'put' ? keeps(write.value, writes) : undefined;
          if (value !== undefined) await memory.write([{ ...write, kind: 'put', value }]);
        }
      },
    };
    return storage;
  };
  const write = async (storage: Storage) =>
    storage.write([{ kind: 'put', bucket: 'a', key: 'k', value: VALUE }]);

  it('notices a value that was not kept', async () => {
    const storage = sealedStorage(
      storageThat(() => undefined),
      await masterKeyOf(),
    );
    await expect(write(storage)).rejects.toThrow(ReadBackError);
  });

  it('notices a value that does not open', async () => {
    const storage = sealedStorage(
      storageThat((value) => value.slice(0, -1)),
      await masterKeyOf(),
    );
    await expect(write(storage)).rejects.toThrow(SealedRecordError);
  });

  it('notices an earlier value of the same record', async () => {
    let first: Uint8Array | undefined;
    const storage = sealedStorage(
      storageThat((value) => (first ??= value)),
      await masterKeyOf(),
    );
    await write(storage);
    const other = { kind: 'put', bucket: 'a', key: 'k', value: Uint8Array.of(9) } as const;
    await expect(storage.write([other])).rejects.toThrow(ReadBackError);
  });

  it('notices a delete that left the record', async () => {
    const storage = sealedStorage(
      storageThat((value) => value),
      await masterKeyOf(),
    );
    await write(storage);
    await expect(storage.write([{ kind: 'delete', bucket: 'a', key: 'k' }])).rejects.toThrow(
      ReadBackError,
    );
  });
});
