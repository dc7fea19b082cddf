/** Snapshots of descriptors that a person added, in the sealed storage of this device. */
import * as v from 'valibot';
import type { Storage, Write } from '../../keystore/index.ts';
import { Source } from './source.ts';
import { splitSnapshot, textOf, type ReadFile } from './files.ts';

/** Under the digest of a snapshot: the names of its files. */
const SNAPSHOTS = 'descriptor-snapshots';
const FILES = 'descriptor-files';

const names = v.array(v.pipe(v.string(), v.regex(/^[a-z0-9/.]{1,100}$/)));

export class Snapshots {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Digests of what was added, or began to be. */
  async digests(): Promise<readonly string[]> {
    return (await this.#storage.list(SNAPSHOTS)).map(({ key }) => key);
  }

  /** @throws DescriptorError when it is damaged, and the errors of the storage */
  async open(digest: string): Promise<Source> {
    return Source.open(this.#reader(digest));
  }

  /**
   * Checks all of a snapshot and keeps it, all or nothing.
   *
   * @param welcome throws when a snapshot with this digest is not to be kept
   * @throws DescriptorError for anything that is not as it should be
   */
  async add(bytes: Uint8Array, welcome: (digest: string) => void): Promise<Source> {
    const files = splitSnapshot(bytes);
    const { digest } = await Source.open(async (name) => Promise.resolve(files.get(name)));
    welcome(digest);
    const list = new TextEncoder().encode(JSON.stringify([...files.keys()]));
    await this.#storage.write([
      ...[...files].map(([name, value]): Write => ({
        kind: 'put',
        bucket: FILES,
        key: `${digest}/${name}`,
        value,
      })),
      { kind: 'put', bucket: SNAPSHOTS, key: digest, value: list },
    ]);
    return this.open(digest);
  }

  async remove(digest: string): Promise<void> {
    const list = await this.#storage.get(SNAPSHOTS, digest);
    const files = list === undefined ? [] : v.parse(names, JSON.parse(textOf(list)));
    await this.#storage.write([
      { kind: 'delete', bucket: SNAPSHOTS, key: digest },
      ...files.map((name): Write => ({ kind: 'delete', bucket: FILES, key: `${digest}/${name}` })),
    ]);
  }

  #reader(digest: string): ReadFile {
    return async (name) => this.#storage.get(FILES, `${digest}/${name}`);
  }
}
