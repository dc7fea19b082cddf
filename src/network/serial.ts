/** Runs asynchronous tasks one after the other, in the order they were handed in. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  /** The task's result. A task that fails does not keep the next from running. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything handed in so far has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
