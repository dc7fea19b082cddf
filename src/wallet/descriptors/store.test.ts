import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryStorage } from '../../keystore/index.ts';
import {
  type EvmChainRequest,
  parseRequestInput,
  type SigningContext,
} from '../../chains/index.ts';
import type { Problem } from '../state.ts';
import {
  MemoryRegistry,
  servedFiles,
  snapshotFile,
  snapshotJson,
  stake,
  utf8,
  VAULT_CONTRACT,
} from '../testing/registry.ts';
import { DescriptorStore, MAX_SNAPSHOTS } from './store.ts';

const FROM = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const context: SigningContext = {
  from: { index: 0, name: 'Main', address: FROM },
  accounts: [],
  contacts: [],
  network: undefined,
  paid: undefined,
  state: undefined,
  now: undefined,
  chainId: undefined,
};

let storage: MemoryStorage;
let registry: MemoryRegistry;
let problems: Problem[];
let changes: number;
let store: DescriptorStore;

const open = async (): Promise<DescriptorStore> =>
  DescriptorStore.open({
    storage,
    registry,
    changed: () => {
      changes += 1;
    },
    report: (problem) => {
      problems.push(problem);
    },
  });

beforeEach(async () => {
  storage = new MemoryStorage();
  registry = new MemoryRegistry();
  problems = [];
  changes = 0;
  store = await open();
});

function request(): EvmChainRequest {
  const transaction = {
    to: VAULT_CONTRACT,
    value: '0x0',
    data: stake(5n),
    chainId: '0x7a69',
    nonce: '0x0',
    gas: '0xea60',
    maxFeePerGas: '0x77359400',
    maxPriorityFeePerGas: '0x3b9aca00',
  };
  const read = parseRequestInput(JSON.stringify(transaction), { from: FROM, chainId: 31_337n });
  if (!read.ok || read.value.kind !== 'request') throw new Error(JSON.stringify(read));
  return read.value.request;
}

const intent = async (): Promise<string> =>
  (await store.describe({ chain: 'evm', request: request(), context })).intent;
const codes = (): string[] => problems.map(({ code }) => code);
const json = (change: (parts: ReturnType<typeof snapshotJson>) => unknown): Uint8Array =>
  utf8(JSON.stringify(change(snapshotJson())));
const UNVERIFIED = /^Call stake of /;
const [name = ''] = Object.keys(snapshotJson().descriptors);
const { digest } = snapshotJson().manifest;

describe('a snapshot', () => {
  it('is shown with where it comes from, and describes', async () => {
    expect(await intent()).toMatch(UNVERIFIED);
    const { revision } = store;
    await store.add(snapshotFile());
    expect(store.view().snapshots).toEqual([
      {
        origin: 'test registry',
        commit: 'ab'.repeat(20),
        imported: '2026-11-20',
        digest,
        words: [expect.any(String), expect.any(String), expect.any(String), expect.any(String)],
        count: 1,
      },
    ]);
    expect(await intent()).toBe('Stake — Example Protocol');
    expect(store.revision).not.toBe(revision);
    expect(changes).toBe(1);
  });

  it('stays after a restart', async () => {
    await store.add(snapshotFile());
    store = await open();
    expect(await intent()).toBe('Stake — Example Protocol');
  });

  it('is gone without a trace when it is removed', async () => {
    await store.add(snapshotFile());
    await store.remove(digest);
    expect(await intent()).toMatch(UNVERIFIED);
    expect(store.view().snapshots).toEqual([]);
    for (const bucket of ['descriptor-snapshots', 'descriptor-files']) {
      expect(await storage.list(bucket)).toEqual([]);
    }
  });

  it('comes before older ones, in whatever order they were added', async () => {
    await store.add(snapshotFile({ intent: 'Newer', imported: '2026-11-22' }));
    await store.add(snapshotFile({ intent: 'Older' }));
    expect(await intent()).toBe('Newer — Example Protocol');
    store = await open();
    expect(await intent()).toBe('Newer — Example Protocol');
  });

  it('comes before the registry of the app', async () => {
    registry.served = servedFiles({ intent: 'Of the app', imported: '2026-11-23' });
    await store.update();
    expect(await intent()).toBe('Of the app — Example Protocol');
    await store.add(snapshotFile());
    expect(await intent()).toBe('Stake — Example Protocol');
  });

  it('is one of a few', async () => {
    for (let i = 0; i < MAX_SNAPSHOTS; i++) await store.add(snapshotFile({ intent: String(i) }));
    await expect(store.add(snapshotFile())).rejects.toMatchObject({
      code: 'wallet/snapshot-count',
    });
    await store.add(snapshotFile({ intent: '0' })); // the same again is no further one
    expect(store.view().snapshots).toHaveLength(MAX_SNAPSHOTS);
  });

  it.each([
    ['no JSON', utf8('{')],
    ['another format', json((all) => ({ ...all, manifest: { ...all.manifest, format: 'v2' } }))],
    ['more than it should have', json((all) => ({ ...all, more: 1 }))],
    [
      'another digest',
      json((all) => ({ ...all, manifest: { ...all.manifest, digest: '00'.repeat(32) } })),
    ],
    [
      'another text',
      json((all) => ({ ...all, descriptors: { [name]: '{"display":{"formats":{}}}' } })),
    ],
    ['too many bytes', new Uint8Array(32_000_001)],
  ])('with %s is refused', async (_, bytes) => {
    await expect(store.add(bytes)).rejects.toMatchObject({ code: 'wallet/snapshot-refused' });
    expect(await storage.list('descriptor-snapshots')).toEqual([]);
    expect(changes).toBe(0);
  });

  it.each([`descriptors/${name}.json`, 'index/31337.json', 'chains.json', 'manifest.json'])(
    'counts as absent when its %s is damaged on the disk',
    async (file) => {
      await store.add(snapshotFile());
      const put = { kind: 'put', bucket: 'descriptor-files', key: `${digest}/${file}` } as const;
      await storage.write([{ ...put, value: utf8('[]') }]);
      store = await open();
      expect(await intent()).toMatch(UNVERIFIED);
      expect(codes()).toEqual(['wallet/snapshot-damaged']);
      expect(store.view()).toMatchObject({ snapshots: [], damaged: [digest] });
      await store.add(snapshotFile());
      expect(store.view().damaged).toEqual([]);
    },
  );

  it('that is damaged can be removed', async () => {
    await store.add(snapshotFile());
    const key = `${digest}/manifest.json`;
    await storage.write([{ kind: 'delete', bucket: 'descriptor-files', key }]);
    store = await open();
    await store.remove(digest);
    expect(store.view().damaged).toEqual([]);
    expect(await storage.list('descriptor-files')).toEqual([]);
  });
});

describe('the registry of the app', () => {
  it('is copied once', async () => {
    registry.served = servedFiles();
    await store.update();
    registry.fetched.length = 0;
    store = await open();
    await store.update();
    expect(registry.fetched).toEqual(['manifest.json']);
    expect(await intent()).toBe('Stake — Example Protocol');
  });

  it('takes the place of the one before', async () => {
    registry.served = servedFiles();
    await store.update();
    registry.served = servedFiles({ intent: 'Next' });
    await store.update();
    expect(await intent()).toBe('Next — Example Protocol');
    expect(await registry.copies()).toHaveLength(1);
  });

  it('goes when the app comes with none any more', async () => {
    registry.served = servedFiles();
    await store.update();
    registry.served = new Map();
    await store.update();
    expect(store.view().registry).toBeUndefined();
    expect(await registry.copies()).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('stays when the network is gone', async () => {
    registry.served = servedFiles();
    await store.update();
    registry.served = undefined;
    await store.update();
    expect(await intent()).toBe('Stake — Example Protocol');
    expect(problems).toEqual([]);
  });

  it.each([`descriptors/${name}.json`, 'index/31337.json', 'chains.json'])(
    'is not taken when its %s is not what the manifest says',
    async (file) => {
      registry.served = servedFiles({ intent: 'Before', imported: '2026-11-01' });
      await store.update();
      registry.served = servedFiles().set(file, utf8('{"calls":{},"typedData":{}}'));
      await store.update();
      expect(codes()).toEqual(['wallet/registry-damaged']);
      expect(await intent()).toBe('Before — Example Protocol');
      store = await open();
      expect(await intent()).toBe('Before — Example Protocol');
    },
  );

  it('is not taken when a file is missing', async () => {
    const served = servedFiles();
    served.delete(`descriptors/${name}.json`);
    registry.served = served;
    await store.update();
    expect(codes()).toEqual(['wallet/registry-damaged']);
    expect(store.view().registry).toBeUndefined();
  });

  it.each([`descriptors/${name}.json`, 'index/31337.json'])(
    'counts as absent when its copy of %s is damaged, and is copied anew',
    async (file) => {
      registry.served = servedFiles();
      await store.update();
      await registry.write(digest, file, utf8('[]'));
      store = await open();
      expect(await intent()).toMatch(UNVERIFIED);
      expect(codes()).toEqual(['wallet/registry-damaged']);
      await store.update();
      expect(await intent()).toBe('Stake — Example Protocol');
    },
  );

  it('is not copied on when the device is locked', async () => {
    registry.served = servedFiles();
    store.close();
    await store.update();
    expect(registry.fetched).not.toContain(`descriptors/${name}.json`);
    expect(await registry.read(digest, 'manifest.json')).toBeUndefined();
    expect(changes).toBe(0);
  });
});
