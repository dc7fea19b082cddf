/** Registries of descriptors for tests: made up, served, and copied in memory. */
import { sha256 } from '@noble/hashes/sha2.js';
import { type DescriptorIndex, registryDigest } from '../../chains/index.ts';
import { toHex } from '../../codec.ts';
import type { RegistryFiles } from '../platform.ts';

/** A contract that no wallet knows by itself. */
export const VAULT_CONTRACT = '0x1111111111111111111111111111111111111111';
/** Selector of `stake(uint256)`. */
const STAKE = '0xa694fc3a';
export const stake = (amount: bigint): `0x${string}` =>
  `${STAKE}${amount.toString(16).padStart(64, '0')}`;

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export interface SnapshotParts {
  readonly origin?: string;
  readonly imported?: string;
  /** What the descriptor says that the function does. */
  readonly intent?: string;
  readonly contract?: string;
}

/** What `parseSnapshot` reads, before it is JSON: to be damaged at will. */
export function snapshotJson({
  origin = 'test registry',
  imported = '2026-11-20',
  intent = 'Stake',
  contract = VAULT_CONTRACT,
}: SnapshotParts = {}) {
  const text = JSON.stringify({
    context: { contract: { deployments: [{ chainId: 31_337, address: contract }] } },
    metadata: { owner: 'Example Protocol' },
    display: {
      formats: {
        'stake(uint256 amount)': {
          intent,
          fields: [{ path: 'amount', label: 'Shares', format: 'raw' }],
        },
      },
    },
  });
  const name = toHex(sha256(utf8(text)));
  const index = { calls: { [`eip155:31337:${contract}`]: name }, typedData: {} };
  return {
    manifest: {
      format: 'countersign/registry/v1',
      origin,
      commit: 'ab'.repeat(20),
      imported,
      digest: registryDigest(index, [name]),
      count: 1,
    },
    index: index as DescriptorIndex,
    descriptors: { [name]: text } as Readonly<Record<string, string>>,
  };
}

export const snapshotFile = (parts: SnapshotParts = {}): Uint8Array =>
  utf8(JSON.stringify(snapshotJson(parts)));

/** The files that a registry of one chain is served as. */
export function servedFiles(parts: SnapshotParts = {}): Map<string, Uint8Array> {
  const { manifest, index, descriptors } = snapshotJson(parts);
  return new Map([
    ['manifest.json', utf8(JSON.stringify(manifest))],
    ['chains.json', utf8('["31337"]')],
    ['index/31337.json', utf8(JSON.stringify(index))],
    ...Object.entries(descriptors).map(
      ([name, text]) => [`descriptors/${name}.json`, utf8(text)] as const,
    ),
  ]);
}

/** An origin that serves files, and copies of them. */
export class MemoryRegistry implements RegistryFiles {
  /** What the origin serves; `undefined`: it cannot be reached. */
  served: ReadonlyMap<string, Uint8Array> | undefined = new Map();
  /** By digest and name. */
  readonly kept = new Map<string, Map<string, Uint8Array>>();
  /** Names of files that were fetched. */
  readonly fetched: string[] = [];

  async fetch(name: string): Promise<Uint8Array | undefined> {
    this.fetched.push(name);
    if (this.served === undefined) throw new TypeError('no network');
    return this.served.get(name);
  }

  async copies(): Promise<readonly string[]> {
    return [...this.kept.keys()];
  }

  async read(digest: string, name: string): Promise<Uint8Array | undefined> {
    return this.kept.get(digest)?.get(name);
  }

  async write(digest: string, name: string, bytes: Uint8Array): Promise<void> {
    const copy = this.kept.get(digest) ?? new Map<string, Uint8Array>();
    this.kept.set(digest, copy.set(name, bytes));
  }

  async remove(digest: string): Promise<void> {
    this.kept.delete(digest);
  }
}
