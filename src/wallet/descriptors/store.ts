/**
 * The descriptions of contracts on this device: snapshots that a person added, before the registry that comes
 * with the app. Reviews ask nobody else: everything was copied before, as a whole.
 */
import {
  type Descriptor,
  DescriptorError,
  type Descriptors,
  describeOrMiss,
  MAX_SNAPSHOT_BYTES,
  type Review,
  type Subject,
} from '../../chains/index.ts';
import type { Storage } from '../../keystore/index.ts';
import { toWords } from '../../words.ts';
import { fromHex } from '../ids.ts';
import type { RegistryFiles } from '../platform.ts';
import type { DescriptorSetView, DescriptorsView, Problem } from '../state.ts';
import { refusedSnapshot, registryDamaged, snapshotDamaged, tooMany } from './problems.ts';
import { copyRegistry, openCopy } from './registry.ts';
import { Snapshots } from './snapshots.ts';
import type { Source } from './source.ts';

export const MAX_SNAPSHOTS = 4;
/** That one review reads: more contracts than that are shown without descriptions, on every device alike. */
const MAX_FOR_REVIEW = 64;
/** That are kept in memory for the next review. */
const MAX_KEPT = 32;
const WORDS = 4;

/** What reviews need of it. */
export interface Describer {
  /** Changes whenever something may be described in another way than before. */
  readonly revision: string;
  /** @throws the errors of the request's kind; never because of a descriptor */
  describe(subject: Subject): Promise<Review>;
}

export interface DescriptorStorePort {
  readonly storage: Storage;
  readonly registry: RegistryFiles;
  /** There are others than before. */
  changed(): void;
  report(problem: Problem): void;
}

export class DescriptorStore implements Describer {
  readonly #port: DescriptorStorePort;
  readonly #snapshots: Snapshots;
  /** In the order in which they are asked. */
  #added: readonly Source[] = [];
  /** Digests of snapshots that are stored and cannot be read. */
  #damaged: readonly string[] = [];
  #registry: Source | undefined;
  readonly #kept = new Map<string, Descriptor>();
  /** One change after the other. */
  #changes: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(port: DescriptorStorePort) {
    this.#port = port;
    this.#snapshots = new Snapshots(port.storage);
  }

  /** Opens what is on this device. Damaged files count as absent. */
  static async open(port: DescriptorStorePort): Promise<DescriptorStore> {
    const store = new DescriptorStore(port);
    await store.#openSnapshots();
    try {
      store.#registry = await openCopy(port.registry);
    } catch {
      await store.#dropRegistry();
    }
    return store;
  }

  get revision(): string {
    return this.#sources()
      .map(({ digest }) => digest)
      .join('/');
  }

  view(): DescriptorsView {
    return {
      registry: this.#registry === undefined ? undefined : viewOf(this.#registry),
      snapshots: this.#added.map(viewOf),
      damaged: this.#damaged,
    };
  }

  async describe(subject: Subject): Promise<Review> {
    const sources = this.#sources();
    const loaded = new Map<string, Descriptor>();
    const tried = new Set<string>();
    const descriptors: Descriptors = {
      forCall: (...key) => sources.flatMap((source) => source.forCall(...key)),
      forTypedData: (...key) => sources.flatMap((source) => source.forTypedData(...key)),
      load: (path) => loaded.get(path),
    };
    for (;;) {
      const { review, missing } = await describeOrMiss(subject, descriptors);
      const next = missing.filter((path) => !tried.has(path)).slice(0, MAX_FOR_REVIEW - tried.size);
      if (next.length === 0) return review;
      for (const path of next) {
        tried.add(path);
        const descriptor = await this.#load(path, sources);
        if (descriptor !== undefined) loaded.set(path, descriptor);
      }
    }
  }

  /** @throws WalletError in plain words, for anything that is not a snapshot as it should be */
  async add(bytes: Uint8Array): Promise<void> {
    if (bytes.length > MAX_SNAPSHOT_BYTES) throw refusedSnapshot('It is too large.');
    await this.#change(async () => {
      try {
        const source = await this.#snapshots.add(bytes, (digest) => {
          const all = [...this.#added.map((known) => known.digest), ...this.#damaged];
          if (all.filter((other) => other !== digest).length >= MAX_SNAPSHOTS) {
            throw tooMany(MAX_SNAPSHOTS);
          }
        });
        const others = this.#added.filter(({ digest }) => digest !== source.digest);
        this.#added = inOrder([...others, source]);
        this.#damaged = this.#damaged.filter((digest) => digest !== source.digest);
      } catch (error) {
        if (error instanceof DescriptorError) throw refusedSnapshot(error.message, error);
        throw error;
      }
    });
  }

  async remove(digest: string): Promise<void> {
    await this.#change(async () => {
      await this.#snapshots.remove(digest);
      this.#added = this.#added.filter((source) => source.digest !== digest);
      this.#damaged = this.#damaged.filter((damaged) => damaged !== digest);
    });
  }

  /** Copies the registry that the app comes with, when it is another one than before. Never rejects. */
  async update(): Promise<void> {
    await this.#change(async () => {
      const current = this.#registry?.digest;
      const copied = await copyRegistry(this.#port.registry, current, () => this.#closed);
      if (copied !== 'same') this.#registry = copied;
    }).catch((error: unknown) => {
      // Without the network, or a place to copy to, what is here is used.
      if (error instanceof DescriptorError) this.#port.report(registryDamaged(error.message));
    });
  }

  close(): void {
    this.#closed = true;
  }

  #sources(): readonly Source[] {
    return this.#registry === undefined ? this.#added : [...this.#added, this.#registry];
  }

  async #openSnapshots(): Promise<void> {
    const [opened, damaged]: [Source[], string[]] = [[], []];
    try {
      for (const digest of await this.#snapshots.digests()) {
        const source = await this.#snapshots.open(digest).catch(() => undefined);
        if (source?.digest === digest) opened.push(source);
        else damaged.push(digest);
      }
    } catch {
      this.#port.report(snapshotDamaged());
    }
    if (damaged.length > 0) this.#port.report(snapshotDamaged());
    this.#added = inOrder(opened);
    this.#damaged = damaged;
  }

  async #load(path: string, sources: readonly Source[]): Promise<Descriptor | undefined> {
    const known = this.#kept.get(path);
    if (known !== undefined) return known;
    for (const source of sources) {
      try {
        const descriptor = await source.load(path);
        if (descriptor === undefined) continue;
        this.#kept.set(path, descriptor);
        const [oldest] = this.#kept.keys();
        if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
        return descriptor;
      } catch {
        await this.#drop(source);
      }
    }
    return undefined;
  }

  /** A source with a damaged file is absent as a whole: half a registry would be one that nobody else has. */
  async #drop(source: Source): Promise<void> {
    if (source === this.#registry) {
      this.#registry = undefined;
      await this.#dropRegistry();
    } else if (this.#added.includes(source)) {
      this.#added = this.#added.filter((other) => other !== source);
      this.#damaged = [...this.#damaged, source.digest];
      this.#port.report(snapshotDamaged());
    }
    if (!this.#closed) this.#port.changed();
  }

  async #dropRegistry(): Promise<void> {
    this.#port.report(registryDamaged('A file of its copy is damaged or gone.'));
    try {
      for (const digest of await this.#port.registry.copies()) {
        await this.#port.registry.remove(digest);
      }
    } catch {
      this.#registry = undefined; // what cannot be deleted is checked again at the next start
    }
  }

  async #change(work: () => Promise<void>): Promise<void> {
    const change = this.#changes.then(async () => {
      await work();
      if (!this.#closed) this.#port.changed();
    });
    this.#changes = change.catch(() => undefined); // the caller gets the error
    return change;
  }
}

/** The newest first; the order is the same on all devices that have the same ones. */
const inOrder = (sources: readonly Source[]): readonly Source[] =>
  sources.toSorted((a, b) => (rankOf(a) > rankOf(b) ? -1 : 1));

const rankOf = ({ manifest }: Source): string => `${manifest.imported} ${manifest.digest}`;

const viewOf = ({ manifest }: Source): DescriptorSetView => ({
  origin: manifest.origin,
  commit: manifest.commit ?? undefined,
  imported: manifest.imported,
  digest: manifest.digest,
  words: toWords(fromHex(manifest.digest), WORDS),
  count: manifest.count,
});
