/** A registry in a folder, made into a snapshot: every descriptor checked, complete in itself, named by its digest. */
import { DescriptorError } from '../../src/chains/evm/clear/errors.ts';
import { type Descriptor, parseDescriptor } from '../../src/chains/evm/clear/descriptor.ts';
import type { DescriptorIndex } from '../../src/chains/evm/clear/descriptors.ts';
import {
  checkIndex,
  registryDigest,
  type RegistryManifest,
  SNAPSHOT_FORMAT,
} from '../../src/chains/evm/clear/snapshot.ts';
import { readIndex, readMerged, RegistryError } from './folder.ts';

/** What `parseSnapshot` reads, as JSON. */
export interface SnapshotJson {
  readonly manifest: RegistryManifest;
  readonly index: DescriptorIndex;
  /** Texts by their SHA-256. */
  readonly descriptors: Readonly<Record<string, string>>;
}

/**
 * Imports all that the indexes of a registry name.
 *
 * @throws RegistryError with the file and the place where something is not as ERC-7730 says
 */
export function importRegistry(
  folder: string,
  about: Pick<RegistryManifest, 'origin' | 'commit' | 'imported'>,
): SnapshotJson {
  const index = readIndex(folder);
  const texts = new Map<string, string>();
  const loaded = new Map<string, Descriptor>();
  const digests = new Map<string, string>();

  const digestOf = (path: string): string => {
    const known = digests.get(path);
    if (known !== undefined) return known;
    const text = readMerged(folder, path);
    const descriptor = named(path, () => parseDescriptor(text, about.origin));
    texts.set(descriptor.digest, text);
    loaded.set(descriptor.digest, descriptor);
    digests.set(path, descriptor.digest);
    return descriptor.digest;
  };

  const byDigest: DescriptorIndex = {
    calls: mapValues(index.calls, digestOf),
    typedData: mapValues(index.typedData, (types) =>
      mapValues(types, (entries) =>
        entries.map(({ encodeTypeHashes, path }) => ({ path: digestOf(path), encodeTypeHashes })),
      ),
    ),
  };
  named('index', () => {
    checkIndex(byDigest, loaded);
  });
  const digest = registryDigest(byDigest, [...texts.keys()]);
  return {
    manifest: { format: SNAPSHOT_FORMAT, ...about, digest, count: texts.size },
    index: byDigest,
    descriptors: Object.fromEntries(texts),
  };
}

/** The index, one part for each chain. */
export function indexByChain({ calls, typedData }: DescriptorIndex): Map<string, DescriptorIndex> {
  const chainOf = (key: string): string => key.split(':')[1] ?? '';
  const chains = new Set([...Object.keys(calls), ...Object.keys(typedData)].map(chainOf));
  const only = <T>(record: Readonly<Record<string, T>>, chain: string): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(([key]) => chainOf(key) === chain));
  return new Map(
    [...chains].map((chain) => [
      chain,
      { calls: only(calls, chain), typedData: only(typedData, chain) },
    ]),
  );
}

/** Says which file an error is about. */
function named<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof DescriptorError) throw new RegistryError(file, error.message);
    throw error;
  }
}

const mapValues = <T, U>(
  record: Readonly<Record<string, T>>,
  map: (value: T) => U,
): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
