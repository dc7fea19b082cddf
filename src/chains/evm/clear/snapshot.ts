/**
 * A registry of descriptors as it is kept and handed on: by content, so that every piece can be checked by its
 * name. `npm run registry` makes it, as one file or as a folder that a page loads piece by piece.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { utf8 } from '@scure/base';
import * as v from 'valibot';
import { compareBytes } from '../../../codec.ts';
import { visible } from '../../../text.ts';
import { type Descriptor, parseDescriptor } from './descriptor.ts';
import {
  type DescriptorIndex,
  type Descriptors,
  indexedDescriptors,
  isBoundTo,
} from './descriptors.ts';
import { DescriptorError } from './errors.ts';

export const SNAPSHOT_FORMAT = 'countersign/registry/v1';
/** Of the file. The public registry has about four megabytes. */
export const MAX_SNAPSHOT_BYTES = 32_000_000;
const MAX_INDEX_BYTES = 4_000_000;
const MAX_ORIGIN = 100;

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const contract = v.pipe(v.string(), v.regex(/^eip155:[1-9][0-9]{0,15}:0x[0-9a-f]{40}$/));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const index = v.strictObject({
  calls: v.record(contract, hash),
  typedData: v.record(
    contract,
    v.record(
      v.pipe(v.string(), v.maxLength(200)),
      v.array(
        v.strictObject({
          path: hash,
          encodeTypeHashes: v.array(v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/))),
        }),
      ),
    ),
  ),
});

const manifest = v.strictObject({
  format: v.literal(SNAPSHOT_FORMAT),
  /** Where it was taken from. */
  origin: v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(MAX_ORIGIN),
    v.check((text) => visible(text, MAX_ORIGIN) === text, 'hidden characters'),
  ),
  /** Of the repository; `null`: not known. */
  commit: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/))),
  /** The day, UTC. */
  imported: v.pipe(v.string(), v.isoDate()),
  /** `registryDigest` of all of it. */
  digest: hash,
  /** How many descriptors there are. */
  count,
});

const snapshot = v.strictObject({
  manifest,
  index,
  /** Texts by their SHA-256. */
  descriptors: v.record(hash, v.string()),
});

/** What a registry is: to be shown to the person who adds it. */
export type RegistryManifest = v.InferOutput<typeof manifest>;

/** A registry in one piece. */
export interface Snapshot {
  readonly manifest: RegistryManifest;
  readonly descriptors: Descriptors;
}

/**
 * Reads a registry from one file: every descriptor is checked against its name and its schema, and the index
 * against the contracts that the descriptors themselves name.
 *
 * @param bytes UTF-8 JSON, at most 32 MB
 * @throws DescriptorError that names the place
 */
export function parseSnapshot(bytes: Uint8Array): Snapshot {
  const json = parse(bytes, MAX_SNAPSHOT_BYTES, snapshot, 'snapshot');
  const loaded = new Map<string, Descriptor>();
  for (const [name, text] of Object.entries(json.descriptors)) {
    loaded.set(name, parseRegistryDescriptor(text, name, json.manifest));
  }
  const digest = registryDigest(json.index, [...loaded.keys()]);
  if (digest !== json.manifest.digest || loaded.size !== json.manifest.count) {
    throw new DescriptorError(
      'clear/snapshot-digest',
      'The snapshot is not the one that its digest names. Take it from its source again.',
    );
  }
  checkIndex(json.index, loaded);
  return {
    manifest: json.manifest,
    descriptors: indexedDescriptors(json.index, (path) => loaded.get(path)),
  };
}

/** Reads `manifest.json` of a registry in pieces. @throws DescriptorError */
export const parseManifest = (bytes: Uint8Array): RegistryManifest =>
  parse(bytes, MAX_INDEX_BYTES, manifest, 'manifest');

/**
 * Reads the part of the index that is for one chain.
 *
 * @throws DescriptorError for anything else, entries of another chain included
 */
export function parseIndex(bytes: Uint8Array, chainId: bigint): DescriptorIndex {
  const part = parse(bytes, MAX_INDEX_BYTES, index, 'index');
  const prefix = `eip155:${String(chainId)}:`;
  for (const key of [...Object.keys(part.calls), ...Object.keys(part.typedData)]) {
    if (!key.startsWith(prefix)) {
      throw new DescriptorError('clear/index-chain', 'The index has entries of another chain.');
    }
  }
  return part;
}

/**
 * Reads one descriptor of a registry.
 *
 * @param digest its name: the SHA-256 of its text
 * @throws DescriptorError when the text is another one, or no descriptor
 */
export function parseRegistryDescriptor(
  text: string,
  digest: string,
  { origin }: Pick<RegistryManifest, 'origin'>,
): Descriptor {
  const descriptor = parseDescriptor(text, origin);
  if (descriptor.digest !== digest) {
    throw new DescriptorError(
      'clear/descriptor-digest',
      `The descriptor ${digest} is not the one that its name says.`,
    );
  }
  return descriptor;
}

/** SHA-256 over the index and the digests of all descriptors, in an order of their own. Hexadecimal. */
export function registryDigest(of: DescriptorIndex, digests: readonly string[]): string {
  const types = sorted(of.typedData).map(([key, byType]) => [
    key,
    sorted(byType).map(([type, entries]) => [
      type,
      entries.map(({ encodeTypeHashes, path }) => [path, encodeTypeHashes]),
    ]),
  ]);
  const text = JSON.stringify([SNAPSHOT_FORMAT, sorted(of.calls), types, digests.toSorted()]);
  return bytesToHex(sha256(utf8ToBytes(text)));
}

const sorted = <T>(record: Readonly<Record<string, T>>): readonly [string, T][] =>
  Object.entries(record).sort(([a], [b]) => compareBytes(utf8ToBytes(a), utf8ToBytes(b)));

/** @throws DescriptorError where the index names what is not there or is for another contract */
export function checkIndex(of: DescriptorIndex, loaded: ReadonlyMap<string, Descriptor>): void {
  const check = (key: string, path: string, kind: 'contract' | 'eip712'): void => {
    const descriptor = loaded.get(path);
    if (descriptor !== undefined && isBoundTo(descriptor, kind, key)) return;
    throw new DescriptorError(
      'clear/index-binding',
      `The index names a descriptor for ${key} that is not there or is for other contracts.`,
    );
  };
  for (const [key, path] of Object.entries(of.calls)) check(key, path, 'contract');
  for (const [key, types] of Object.entries(of.typedData)) {
    for (const { path } of Object.values(types).flat()) check(key, path, 'eip712');
  }
}

function parse<const T extends v.GenericSchema>(
  bytes: Uint8Array,
  max: number,
  schema: T,
  what: string,
): v.InferOutput<T> {
  if (bytes.length > max) {
    throw new DescriptorError(`clear/${what}-size`, `The ${what} is too large.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(utf8.encode(bytes));
  } catch (cause) {
    throw new DescriptorError(`clear/${what}-json`, `The ${what} is no JSON in UTF-8.`, { cause });
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new DescriptorError(
    `clear/${what}-schema`,
    `The ${what} is not what it should be at ${v.getDotPath(issue) ?? 'its top'}: ${issue.message}`,
  );
}
