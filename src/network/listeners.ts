/** Callbacks of the room's channels. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  get size(): number {
    return this.#listeners.size;
  }

  /** Returns the way to stop. */
  add(listener: (value: T) => void): () => void {
    // A wrapper, so that the same function can be added twice and each stop ends its own.
    const own = (value: T): void => {
      listener(value);
    };
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /**
   * Calls everyone. One who throws is a bug of theirs: it surfaces as an uncaught error and keeps
   * neither the others nor the channel from working.
   */
  emit(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
