/** Reviews of proposals: described in the background, kept until what this device knows besides changes. */
import type { Review, Subject } from '../../chains/index.ts';
import type { Describer } from '../descriptors/store.ts';

interface Described {
  readonly key: string;
  readonly review: Review;
}

export class Reviews {
  readonly #descriptors: Describer;
  readonly #changed: () => void;
  readonly #described = new Map<string, Described>();
  readonly #failed = new Map<string, unknown>();
  /** By proposal: the notes that it is being described with. */
  readonly #running = new Map<string, { readonly key: string; readonly done: Promise<void> }>();

  /** @param changed a review is new: judge again */
  constructor(descriptors: Describer, changed: () => void) {
    this.#descriptors = descriptors;
    this.#changed = changed;
  }

  /**
   * The review as it was last described, `undefined` before the first time. With new notes, or when this device
   * has other descriptors, it is described anew, and `changed` is called.
   */
  get(id: string, subject: Subject): Review | undefined {
    if (this.#failed.has(id)) return undefined;
    const known = this.#described.get(id);
    const key = `${this.#descriptors.revision} ${keyOf(subject)}`;
    if (known?.key !== key && this.#running.get(id)?.key !== key) {
      this.#running.set(id, { key, done: this.#describe(id, subject, key) });
    }
    return known?.review;
  }

  /** Why a proposal cannot be described, if it cannot. */
  failure(id: string): { readonly error: unknown } | undefined {
    return this.#failed.has(id) ? { error: this.#failed.get(id) } : undefined;
  }

  /** Resolves when nothing is being described. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.all([...this.#running.values()].map(async ({ done }) => done));
    }
  }

  async #describe(id: string, subject: Subject, key: string): Promise<void> {
    try {
      const review = await this.#descriptors.describe(subject);
      if (this.#running.get(id)?.key !== key) return; // overtaken by newer notes
      this.#described.set(id, { key, review });
    } catch (error) {
      this.#failed.set(id, error);
    }
    this.#running.delete(id);
    this.#changed();
  }
}

/** Functions of a context are left out: what they say changes with what is beside them. */
const keyOf = ({ context }: Subject): string =>
  JSON.stringify(context, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
