/** The files of a registry of descriptors, by name: as they are served, and as they are kept on this device. */
import * as v from 'valibot';
import { DescriptorError, parseSnapshot } from '../../chains/index.ts';

/** A file as it is kept, `undefined` when it is not there. */
export type ReadFile = (name: string) => Promise<Uint8Array | undefined>;

export const MANIFEST = 'manifest.json';
export const CHAINS = 'chains.json';
export const indexFile = (chain: string): string => `index/${chain}.json`;
export const descriptorFile = (digest: string): string => `descriptors/${digest}.json`;

const MAX_CHAINS = 1_000;
const MAX_CHAINS_BYTES = 20_000;

const chainList = v.pipe(
  v.array(v.pipe(v.string(), v.regex(/^[1-9][0-9]{0,15}$/))),
  v.maxLength(MAX_CHAINS),
  v.check((chains) => new Set(chains).size === chains.length, 'a chain twice'),
);

/** Reads the list of chains that have an index. @throws DescriptorError */
export function parseChains(bytes: Uint8Array): readonly string[] {
  let value: unknown;
  try {
    if (bytes.length <= MAX_CHAINS_BYTES) value = JSON.parse(textOf(bytes));
  } catch {
    value = undefined; // refused below, as everything that is no list
  }
  const result = v.safeParse(chainList, value);
  if (result.success) return result.output;
  throw new DescriptorError('clear/chains', 'The list of chains is not what it should be.');
}

/** @throws TypeError when it is no UTF-8 */
export const textOf = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);

/**
 * Takes a snapshot apart into the files that a registry is served as.
 *
 * @throws DescriptorError unless all of it is as it should be
 */
export function splitSnapshot(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  parseSnapshot(bytes);
  // Checked by the line above, which keeps no texts.
  const { manifest, index, descriptors } = JSON.parse(textOf(bytes)) as SnapshotJson;
  const parts = new Map<string, Index>();
  const partOf = (contract: string): Index => {
    const chain = contract.split(':')[1] ?? '';
    const part = parts.get(chain) ?? { calls: {}, typedData: {} };
    parts.set(chain, part);
    return part;
  };
  for (const [key, path] of Object.entries(index.calls)) partOf(key).calls[key] = path;
  for (const [key, types] of Object.entries(index.typedData)) partOf(key).typedData[key] = types;
  return new Map([
    [MANIFEST, bytesOf(manifest)],
    [CHAINS, bytesOf([...parts.keys()])],
    ...[...parts].map(([chain, part]) => [indexFile(chain), bytesOf(part)] as const),
    ...Object.entries(descriptors).map(
      ([digest, text]) => [descriptorFile(digest), new TextEncoder().encode(text)] as const,
    ),
  ]);
}

interface Index {
  readonly calls: Record<string, string>;
  readonly typedData: Record<string, unknown>;
}

interface SnapshotJson {
  readonly manifest: unknown;
  readonly index: Index;
  readonly descriptors: Readonly<Record<string, string>>;
}

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
