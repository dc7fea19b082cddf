/** One registry of descriptors on this device: its index in memory, its descriptors read when they are needed. */
import {
  type Descriptor,
  DescriptorError,
  type DescriptorIndex,
  type Descriptors,
  indexedDescriptors,
  parseIndex,
  parseManifest,
  parseRegistryDescriptor,
  registryDigest,
  type RegistryManifest,
} from '../../chains/index.ts';
import {
  CHAINS,
  descriptorFile,
  indexFile,
  MANIFEST,
  parseChains,
  type ReadFile,
  textOf,
} from './files.ts';

export class Source {
  readonly manifest: RegistryManifest;
  readonly #read: ReadFile;
  readonly #index: Descriptors;
  /** Digests of all descriptors. */
  readonly paths: readonly string[];
  readonly chains: readonly string[];

  private constructor(manifest: RegistryManifest, read: ReadFile, parts: readonly Part[]) {
    this.manifest = manifest;
    this.#read = read;
    this.chains = parts.map(([chain]) => chain);
    const index = mergeParts(parts);
    this.paths = pathsOf(index);
    this.#index = indexedDescriptors(index, () => undefined);
    const digest = registryDigest(index, this.paths);
    if (digest !== manifest.digest || this.paths.length !== manifest.count) {
      throw new DescriptorError(
        'clear/index-digest',
        'The index of the descriptors is not the one that the manifest names.',
      );
    }
  }

  /**
   * Reads manifest and index, and checks the index against the digest in the manifest.
   *
   * @throws DescriptorError for what is missing or damaged, and the errors of `read`
   */
  static async open(read: ReadFile): Promise<Source> {
    const manifest = parseManifest(await needed(read, MANIFEST));
    const parts: Part[] = [];
    for (const chain of parseChains(await needed(read, CHAINS))) {
      parts.push([chain, parseIndex(await needed(read, indexFile(chain)), BigInt(chain))]);
    }
    return new Source(manifest, read, parts);
  }

  get digest(): string {
    return this.manifest.digest;
  }

  /** Paths that are bound to a contract, each unmistakable among all sources. */
  forCall(...key: Parameters<Descriptors['forCall']>): readonly string[] {
    return this.#index.forCall(...key).map((path) => `${this.digest}/${path}`);
  }

  forTypedData(...key: Parameters<Descriptors['forTypedData']>): readonly string[] {
    return this.#index.forTypedData(...key).map((path) => `${this.digest}/${path}`);
  }

  /**
   * Reads a descriptor and checks it against its name.
   *
   * @param path as `forCall` and `forTypedData` give it
   * @returns `undefined` for paths of other sources
   * @throws DescriptorError when it is missing or damaged, and the errors of `read`
   */
  async load(path: string): Promise<Descriptor | undefined> {
    const [source, digest = ''] = path.split('/');
    if (source !== this.digest) return undefined;
    const bytes = await needed(this.#read, descriptorFile(digest));
    return parseRegistryDescriptor(decoded(bytes), digest, this.manifest);
  }
}

type Part = readonly [chain: string, index: DescriptorIndex];

/** Keys of two chains are never the same. */
const mergeParts = (parts: readonly Part[]): DescriptorIndex => ({
  calls: Object.fromEntries(parts.flatMap(([, { calls }]) => Object.entries(calls))),
  typedData: Object.fromEntries(parts.flatMap(([, { typedData }]) => Object.entries(typedData))),
});

const pathsOf = ({ calls, typedData }: DescriptorIndex): string[] => [
  ...new Set([
    ...Object.values(calls),
    ...Object.values(typedData).flatMap((types) =>
      Object.values(types)
        .flat()
        .map(({ path }) => path),
    ),
  ]),
];

async function needed(read: ReadFile, name: string): Promise<Uint8Array> {
  const bytes = await read(name);
  if (bytes !== undefined) return bytes;
  throw new DescriptorError('clear/file-missing', `The file ${name} of the registry is missing.`);
}

function decoded(bytes: Uint8Array): string {
  try {
    return textOf(bytes);
  } catch (cause) {
    throw new DescriptorError('clear/descriptor-json', 'The descriptor is no UTF-8.', { cause });
  }
}
